"""Exchange rates by day: landed ones, the last landed one carried over gaps, the fixed ones where none landed."""

from datetime import date

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from etl.schemas.columns import RATE


def fixed_rate(currency: Expression, rates: dict[str, str]) -> Expression:
    """The declared rate of ``currency``, null for a currency without one."""
    cases = [F.when(currency == code, F.lit(rate).cast(RATE)) for code, rate in sorted(rates.items())]
    return F.coalesce(*cases)


def daily_rates(
    session: SparkSession, landed: DataFrame | None, fixed: dict[str, str], days: tuple[date, date]
) -> DataFrame:
    """``date, currency, fx_rate, fx_rate_origin`` for every currency and day.

    ``fx_rate_origin`` is landed, carried (the newest earlier rate) or fixed (no rate had landed by that day).
    """
    first, last = days
    currencies = session.createDataFrame([(code,) for code in sorted(fixed)], "currency string")
    span = session.range(1).select(F.explode(F.sequence(F.lit(first), F.lit(last))).alias("date"))
    grid = span.crossJoin(currencies)
    if landed is None:
        return grid.select("date", "currency", *_rate(F.lit(None).cast(RATE), F.lit(None).cast(RATE), fixed))
    known = _known_before(landed, first)
    joined = grid.join(known, ["date", "currency"], "left")
    up_to_day = Window.partitionBy("currency").orderBy("date").rowsBetween(Window.unboundedPreceding, 0)
    carried = F.last("rate", ignorenulls=True).over(up_to_day)
    filled = joined.withColumn("carried", carried)
    return filled.select("date", "currency", *_rate(F.when(F.col("of_day"), F.col("rate")), F.col("carried"), fixed))


def _known_before(landed: DataFrame, first: date) -> DataFrame:
    """Landed rates, ``of_day``; the newest one before ``first`` moved onto it unless that day has its own."""
    in_span = landed.where(F.col("date") >= F.lit(first)).select(
        "date", "currency", "rate", F.lit(True).alias("of_day")
    )
    earlier = landed.where(F.col("date") < F.lit(first)).groupBy("currency").agg(F.max_by("rate", "date").alias("rate"))
    opening = earlier.select(F.lit(first).alias("date"), "currency", "rate", F.lit(False).alias("of_day"))
    return in_span.unionByName(opening.join(in_span, ["date", "currency"], "left_anti"))


def _rate(landed: Expression, carried: Expression, fixed: dict[str, str]) -> list[Expression]:
    own = fixed_rate(F.col("currency"), fixed)
    origin = F.when(landed.isNotNull(), "landed").when(carried.isNotNull(), "carried").otherwise("fixed")
    return [F.coalesce(landed, carried, own).alias("fx_rate"), origin.alias("fx_rate_origin")]
