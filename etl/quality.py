"""Thresholds of rules and expectations on tables: measured and recorded in each run; some of them stop it."""

from collections.abc import Iterator

import pandas as pd
from pyspark.sql import functions as F

from etl.contracts import Expectation
from etl.errors import QualityError, raise_problems
from etl.lakehouse import Lakehouse, sql_text
from etl.schemas.expectations import EXPECTATIONS
from etl.schemas.ops import OPS_FILES, OPS_QUALITY, OPS_QUARANTINE
from etl.slices import Months, is_month
from etl.source import ANY_RULE, Source, Threshold

RULE, EXPECTATION = "rule", "expectation"
Measured = tuple[Expectation, float | None]
NEXT_STEP = {
    RULE: "mend the files or the rule (assay quarantine shows the lines), or raise the threshold in the source",
    EXPECTATION: "no file can bring this about, so please report it as a fault of Assay",
}
COLUMNS = ["kind", "table_name", "name", "meaning", "value", "warn", "stop", "outcome"]


def hold_thresholds(lakehouse: Lakehouse, source: Source) -> None:
    """Record how many lines the rules with a threshold keep out; raises ``QualityError`` where one is to stop the run.

    A rule is held to its share of all lines of the feed, and of those that arrived last: history does not hide a bad
    day.
    """
    files = lakehouse.pandas(OPS_FILES, ["file_name", "feed", "arrival_date", "rows_landed"])
    by_rule = lakehouse.read(OPS_QUARANTINE).groupBy("file_name", "feed", "rule").agg(F.count(F.lit(1)).alias("lines"))
    kept_out: pd.DataFrame = by_rule.toPandas()
    found = [
        (_stated(name, rule, threshold), _worst_share(_of_feed(files, name), _of_feed(kept_out, name), rule))
        for name in source.accounted_tables
        for rule, threshold in source.tables[name].thresholds.items()
    ]
    record(lakehouse, RULE, found)


def hold_expectations(lakehouse: Lakehouse, months: Months) -> None:
    """Record what is expected of the ``months`` written, or of all where none was, and found.

    Raises ``QualityError`` where it is to stop the run.
    """
    slices = {name: is_month(name, months) if months else "true" for name in ("month", "transaction_month")}
    values = lakehouse.session.sql(" union all ".join(_query(each, slices) for each in EXPECTATIONS)).toPandas()
    found = dict(zip(values["name"], values["value"], strict=True))
    record(lakehouse, EXPECTATION, [(each, found[_key(each)]) for each in EXPECTATIONS])


def record(lakehouse: Lakehouse, kind: str, found: list[Measured]) -> None:
    """Replace what ``ops_quality`` says of one kind; raises ``QualityError`` where a value is beyond its stop."""
    rows = pd.DataFrame([_row(kind, *each) for each in found], columns=COLUMNS)
    lakehouse.write(OPS_QUALITY, lakehouse.frame(OPS_QUALITY, rows), replace_where=f"kind = {sql_text(kind)}")
    raise_problems(_stops(rows), QualityError)


def _of_feed(rows: pd.DataFrame, feed: str) -> pd.DataFrame:
    return rows[rows["feed"] == feed]


def _worst_share(files: pd.DataFrame, kept_out: pd.DataFrame, rule: str) -> float | None:
    """The share kept out of all lines, or of those that arrived last; None where no line landed."""
    broken = kept_out if rule == ANY_RULE else kept_out[kept_out["rule"] == rule]
    newest = files[files["arrival_date"] == files["arrival_date"].max()]
    shares = [_share(some, broken) for some in (files, newest) if some["rows_landed"].sum()]
    return max(shares, default=None)


def _share(files: pd.DataFrame, broken: pd.DataFrame) -> float:
    lines = broken.loc[broken["file_name"].isin(files["file_name"]), "lines"].sum()
    return float(lines / files["rows_landed"].sum())


def _stated(name: str, rule: str, threshold: Threshold) -> Expectation:
    which = "any rule" if rule == ANY_RULE else f"rule {rule}"
    meaning = f"share of lines that {which} keeps out, of all or of the newest arrivals"
    return Expectation(f"slv_{name}", rule, meaning, "", threshold.warn, threshold.stop)


def _query(each: Expectation, slices: dict[str, str]) -> str:
    name, sql = sql_text(_key(each)), each.sql.format(**slices)
    return f"select {name} as name, cast(value as double) as value from ({sql}) t(value)"  # noqa: S608 - our own


def _key(each: Expectation) -> str:
    return f"{each.table}.{each.name}"


def _row(kind: str, each: Expectation, value: float | None) -> dict[str, object]:
    known = None if value is None or pd.isna(value) else float(value)
    row = (kind, each.table, each.name, each.meaning, known, each.warn, each.stop, _outcome(each, known))
    return dict(zip(COLUMNS, row, strict=True))


def _outcome(each: Expectation, value: float | None) -> str:
    if value is None:
        return "unknown"
    if each.stop is not None and value > each.stop:
        return "stops"
    return "warns" if each.warn is not None and value > each.warn else "holds"


def _stops(rows: pd.DataFrame) -> Iterator[str]:
    for row in rows[rows["outcome"] == "stops"].itertuples():
        found = f"{row.table_name}, {row.name}: {row.meaning} is {row.value:.4g}"
        yield f"{found}, and above {row.stop:.4g} the run stops: {NEXT_STEP[str(row.kind)]}."
