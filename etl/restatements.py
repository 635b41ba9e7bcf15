"""What a batch changed of days already published: rows and amounts before and after, and the files behind it."""

from datetime import date, datetime

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl import order_lines
from etl.gold import changed
from etl.lakehouse import Lakehouse
from etl.ledger import Plan
from etl.schemas.columns import EXACT
from etl.schemas.daily import GLD_DAILY_CELLS, SALES
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.slices import Months, in_files, in_months, is_month

MEASURED = {"rows": "bigint", "net_revenue": EXACT, "net_amount_inr": "decimal(28,2)"}
SOLD = frozenset(column.name for column in SALES)


def restatements(
    before: Lakehouse, after: Lakehouse, months: Months, newest: date, plan: Plan, restated_at: datetime
) -> DataFrame:
    """``ops_restatements`` of one batch: days up to ``newest``, the last one published, that sold otherwise.

    A day whose sums are the same is among them where sales moved from one place or category to another.
    """
    old, new = (at.read(GLD_FACT_ORDER_ITEMS).where(is_month("transaction_month", months)) for at in (before, after))
    days = _by_day(old, "before").join(_by_day(new, "after"), "date", "full")
    days = days.fillna(0, ["rows_before", "rows_after"]).withColumns(
        {name: F.coalesce(name, F.lit(0).cast(EXACT)) for name in ("net_revenue_before", "net_revenue_after")}
    )
    days = days.join(_moved(before, after, months), "date", "left").fillna(0, ["cells_changed"])
    restated = days.where(F.col("date") <= F.lit(newest)).where(_differ() | (F.col("cells_changed") > 0))
    others = ", ".join(sorted(name for feed, name in _concerned(plan) if feed != order_lines.NAME))
    named = restated.join(_causes(old.unionByName(new), plan), "date", "left")
    return named.select(
        "*", F.lit(plan.batch).alias("batch"), F.lit(restated_at).alias("restated_at"),
        F.coalesce("of_day", F.lit(others)).alias("causes"),
    )  # fmt: skip


def _by_day(fact: DataFrame, when: str) -> DataFrame:
    sums = {"rows": F.count(F.lit(1)), **{name: F.sum(name) for name in MEASURED if name != "rows"}}
    named = [value.cast(MEASURED[name]).alias(f"{name}_{when}") for name, value in sums.items()]
    return fact.groupBy(F.col("transaction_date").alias("date")).agg(*named)


def _differ() -> Expression:
    same = [F.col(f"{name}_before").eqNullSafe(F.col(f"{name}_after")) for name in MEASURED]
    return ~(same[0] & same[1] & same[2])


def _moved(before: Lakehouse, after: Lakehouse, months: Months) -> DataFrame:
    """By day, the number of cells that sold otherwise."""
    old, new = (at.read(GLD_DAILY_CELLS).where(in_months("date", months)) for at in (before, after))
    shared = [name for name in new.columns if name in old.columns]  # own dimensions may have come or gone
    place = [name for name in shared if name not in SOLD]
    cells = changed(old.select(*shared), new.select(*shared), tuple(place))
    return cells.groupBy("date").agg(F.count(F.lit(1)).alias("cells_changed"))


def _concerned(plan: Plan) -> set[tuple[str, str]]:
    """Feed and name of the files whose lines come or go."""
    return {(file.feed, file.name) for file in plan.taken} | set(plan.removed)


def _causes(lines: DataFrame, plan: Plan) -> DataFrame:
    """By day, the batch's files with lines of that day, before or after."""
    files = in_files(name for _, name in _concerned(plan))
    joined = F.array_join(F.sort_array(F.collect_set("file_name")), ", ")
    return lines.where(files).groupBy(F.col("transaction_date").alias("date")).agg(joined.alias("of_day"))
