"""Bronze to Silver: the source's expressions, its rules, one row per key; what breaks a rule is quarantined."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import reduce

import pandas as pd
from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl import returns
from etl.bronze import feed_table
from etl.contracts import Column, Table
from etl.duplicates import Settled, settle
from etl.lakehouse import Lakehouse, sql_text
from etl.quarantine import BROKEN, FIELDS, TEXT, broken_rules, line_text, refused_returns, torn_lines
from etl.schemas.columns import PRICE
from etl.schemas.ops import OPS_QUARANTINE
from etl.source import Refinement, Source
from etl.tables import TABLES
from etl.versions import FROM, SINCE_EVER, has_history, versions

WHOLE_NUMBER = r"^[+-]?[0-9]+$"
NUMBER = r"^[+-]?[0-9]+(\.[0-9]*)?$"
FIRST_DAY, END_OF_DAYS = SINCE_EVER, date(2200, 1, 1)  # years outside are slips, and some engines fail on them


def silver_table(name: str) -> Table:
    """The contract of the Silver table that a source calls ``name``."""
    return TABLES[f"slv_{name}"]


def publish(lakehouse: Lakehouse, source: Source, name: str) -> pd.DataFrame | None:
    """Write one Silver table from all of its feed and, where it takes its own feed, the feed's quarantine.

    Returns ``file_name, rows_superseded``: rows that gave way to a later line with their key, or confirm a version;
    None for a table that re-reads another's feed, whose rows are accounted for there.
    """
    refinement, table = source.refinement(name), source.contract(silver_table(name))
    bronze = lakehouse.read(feed_table(source, refinement.feed))
    with lakehouse.staged(readable(lakehouse, source, name), name) as judged:
        settled = settled_lines(judged, table)
        with _held_against_orders(lakehouse, name, settled.rows) as (kept, refused):
            lakehouse.write_changed(table, kept)
            if name not in source.accounted_tables:
                return None
            rejected = [torn_lines(bronze, name), broken_rules(judged, refinement), *refused]
            quarantine(lakehouse, rejected, f"feed = {sql_text(name)}")
        return superseded_by_file(settled.superseded)


def readable(lakehouse: Lakehouse, source: Source, name: str) -> DataFrame:
    """The whole lines of the feed of a Silver table, judged."""
    bronze = lakehouse.read(feed_table(source, source.tables[name].feed))
    return judge(bronze.where("problem is null"), name, source)


def settled_lines(judged: DataFrame, table: Table) -> Settled:
    """What is left of the lines that break no rule: one for each key, or for each version of it."""
    good = judged.where(F.col(BROKEN).isNull())
    return versions(good, table) if has_history(table) else settle(good, table)


def superseded_by_file(superseded: DataFrame) -> pd.DataFrame:
    """``file_name, rows_superseded``."""
    counted: pd.DataFrame = superseded.groupBy("file_name").agg(F.count(F.lit(1)).alias("rows_superseded")).toPandas()
    return counted


def quarantine(lakehouse: Lakehouse, rejected: list[DataFrame], replace_where: str) -> None:
    """Put what was ``rejected`` into a slice of the quarantine."""
    lakehouse.write(OPS_QUARANTINE, reduce(DataFrame.unionByName, rejected), replace_where=replace_where)


@contextmanager
def _held_against_orders(
    lakehouse: Lakehouse, name: str, lines: DataFrame
) -> Iterator[tuple[DataFrame, Sequence[DataFrame]]]:
    """The lines that stand, and rows for the quarantine: returns are held against the order lines, others all stand."""
    if name != returns.NAME:
        yield lines, ()
        return
    judged = returns.judge_returns(lines, lakehouse.read(silver_table("order_items")))
    with lakehouse.staged(judged, "held") as held:
        kept = held.where("rule is null").withColumn("reason", F.col("reason_given"))
        yield kept.select(*lines.columns), [refused_returns(held.where("rule is not null"), name)]


def judge(lines: DataFrame, name: str, source: Source) -> DataFrame:
    """Canonical columns of the Silver table ``name`` with ``arrival_date``.

    With them comes the first rule that each line breaks (or null), and then the line's text.
    """
    refinement, table = source.refinement(name), source.contract(silver_table(name))
    expressions = source.expressions(name)
    typed = lines.select(
        *(canonical(column, expressions.get(column.name), source.time_zone) for column in table.columns),
        *([] if "arrival_date" in table.column_names else ["arrival_date"]),
        F.struct(*source.feeds[refinement.feed].columns).alias(FIELDS),
    )
    for column, value in _derived(table, expressions).items():
        typed = typed.withColumn(column, value)
    judged = typed.withColumn(BROKEN, _first_broken(table, refinement))
    text = line_text(source.feeds[refinement.feed])  # joined for the few broken lines only
    return judged.withColumn(TEXT, F.when(F.col(BROKEN).isNotNull(), text)).drop(FIELDS)


def _derived(table: Table, expressions: dict[str, str]) -> dict[str, Expression]:
    """The columns that follow from others."""
    derived = {}
    if "order_month" in table.column_names:
        derived["order_month"] = F.trunc("order_date", "month").cast("date")
    if has_history(table):
        derived[FROM] = F.coalesce("arrival_date", F.lit(SINCE_EVER))
    if "line_amount" in expressions:
        units = F.when(F.col("quantity") != 0, F.col("quantity")).cast("decimal(10,0)")
        derived["unit_price"] = (F.col("line_amount").cast("decimal(26,12)") / units).cast(PRICE)
    return derived


def canonical(column: Column, expression: str | None, time_zone: str) -> Expression:
    """The column as ``expression`` gives it, in its type, null where that is not readable."""
    if expression is None:
        passed_on = column.name in {"file_name", "line_number", "ingest_timestamp", "arrival_date"}
        value = F.col(column.name) if passed_on else F.lit(None).cast(column.type)
    else:
        value = _parsed(F.expr(expression), column, time_zone)
    return value.alias(column.name)


def _parsed(value: Expression, column: Column, time_zone: str) -> Expression:
    """``value`` in the column's type; text that does not say exactly such a value becomes null."""
    if column.type in {"int", "bigint"}:
        return _when_like(value, WHOLE_NUMBER).try_cast(column.type)
    if column.type.startswith("decimal"):
        return _when_like(value, _decimal_pattern(column.type)).try_cast(column.type)
    if column.type == "double":
        return _when_like(value, NUMBER).try_cast("double")
    if column.type == "timestamp":
        return F.to_utc_timestamp(_within_days(value.try_cast(column.type)), time_zone)
    if column.type == "date":
        return _within_days(value.try_cast(column.type))
    return value.cast(column.type)


def _when_like(value: Expression, pattern: str) -> Expression:
    text = F.trim(value.cast("string"))
    return F.when(text.rlike(pattern), text)


def _within_days(value: Expression) -> Expression:
    return F.when((value >= F.lit(FIRST_DAY)) & (value < F.lit(END_OF_DAYS)), value)


def _decimal_pattern(type_: str) -> str:
    # digits beyond the scale may only be zeros: nothing is rounded on the way in
    scale = type_.removesuffix(")").rpartition(",")[2]
    return rf"^[+-]?[0-9]+(\.[0-9]{{0,{scale}}}0*)?$"


def _first_broken(table: Table, refinement: Refinement) -> Expression:
    required = [(f"{c.name}_unreadable", F.col(c.name).isNotNull()) for c in table.columns if c.required]
    declared = [(rule.name, F.coalesce(F.expr(rule.keep), F.lit(False))) for rule in refinement.rules]
    promised = [(rule.name, F.coalesce(F.expr(rule.condition), F.lit(True))) for rule in table.invariants]
    return F.coalesce(*(F.when(~holds, F.lit(name)) for name, holds in (*required, *declared, *promised)))
