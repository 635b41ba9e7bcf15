"""What a batch changed of days already published: rows and amounts before and after, and the files behind it."""

from datetime import date, datetime

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.lakehouse import Lakehouse
from etl.ledger import Plan
from etl.schemas.columns import EXACT
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.slices import Months, in_files, is_month

MEASURED = {"rows": "bigint", "net_revenue": EXACT, "net_amount_inr": "decimal(28,2)"}


def restatements(
    before: Lakehouse, after: Lakehouse, months: Months, newest: date, plan: Plan, restated_at: datetime
) -> DataFrame:
    """``ops_restatements`` of one batch: days up to ``newest``, the last one published, whose sums changed."""
    old, new = (at.read(GLD_FACT_ORDER_ITEMS).where(is_month("transaction_month", months)) for at in (before, after))
    days = _by_day(old, "before").join(_by_day(new, "after"), "date", "full")
    days = days.fillna(0, ["rows_before", "rows_after"]).withColumns(
        {name: F.coalesce(name, F.lit(0).cast(EXACT)) for name in ("net_revenue_before", "net_revenue_after")}
    )
    restated = days.where(F.col("date") <= F.lit(newest)).where(_differ())
    others = ", ".join(sorted(file.name for file in plan.taken if file.feed != "order_items"))
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


def _causes(lines: DataFrame, plan: Plan) -> DataFrame:
    """By day, the batch's files with lines of that day, before or after."""
    files = in_files({file.name for file in plan.taken} | {name for _, name in plan.removed})
    joined = F.array_join(F.sort_array(F.collect_set("file_name")), ", ")
    return lines.where(files).groupBy(F.col("transaction_date").alias("date")).agg(joined.alias("of_day"))
