"""The fact: one sold or returned line of a product, with AtoZ's legacy amounts and the exact ones beside them.

All amounts are decimals. Intermediate products are cast so that none exceeds 38 digits, where engines differ.
"""

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.dimensions import NOT_AVAILABLE
from etl.exchange import fixed_rate
from etl.schemas.columns import AMOUNT, EXACT, RATE
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.source import Source
from etl.versions import as_of

PERCENT = "decimal(3,2)"
SHARE = "decimal(7,4)"
PRODUCT = "decimal(22,8)"


def fact_order_items(
    order_items: DataFrame,
    returned: DataFrame | None,
    homes: DataFrame,
    categories: DataFrame,
    stores: DataFrame | None,
    rates: DataFrame,
    source: Source,
) -> DataFrame:
    """Order lines of products with their place and category as they were at the order, rates and amounts.

    ``returned`` has ``order_id, seq_no, returned_quantity``; ``homes``, ``categories`` and ``stores`` are the versions
    that ``etl.dimensions`` makes (stores None where the source describes none); ``rates`` comes from
    ``etl.exchange.daily_rates``.
    """
    placed = _with_place(order_items.where("is_product"), homes, categories, stores, source)
    # the small table on the left: engines build the left side of a join in memory
    daily_rate = rates.withColumnRenamed("date", "order_date")
    rated = daily_rate.join(placed, ["order_date", "currency"], "right")
    valued = _with_returned(rated, returned).withColumn("base_rate", fixed_rate(F.col("currency"), source.base_rates))
    return _measured(valued, source).select(*source.contract(GLD_FACT_ORDER_ITEMS).column_names)


def _with_place(
    lines: DataFrame, homes: DataFrame, categories: DataFrame, stores: DataFrame | None, source: Source
) -> DataFrame:
    joined = as_of(as_of(lines, homes, "customer_id"), categories, "product_id")
    joined = joined if stores is None else as_of(joined, stores, "store_id")
    return joined.withColumns(
        {
            "country": F.coalesce("country", "home_country", F.lit(NOT_AVAILABLE)),
            "region": F.coalesce("home_region", F.lit(NOT_AVAILABLE)),
            "category": F.coalesce("category", F.lit(NOT_AVAILABLE)),
            **{name: F.coalesce(name, F.lit(NOT_AVAILABLE)) for name in ("channel", *source.own_dimensions.names)},
        }
    )


def _with_returned(lines: DataFrame, returned: DataFrame | None) -> DataFrame:
    if returned is None:
        return lines.withColumn("returned_quantity", F.lit(0))
    joined = returned.join(lines, ["order_id", "seq_no"], "right")
    return joined.withColumn("returned_quantity", F.coalesce("returned_quantity", F.lit(0)))


def _measured(lines: DataFrame, source: Source) -> DataFrame:
    share = (F.lit(1).cast("decimal(1,0)") - F.col("discount_percent") * F.lit("0.01").cast(PERCENT)).cast(SHARE)
    sold = F.when(F.col("is_return_line"), 0).otherwise(F.col("quantity"))
    remaining = F.col("quantity") - F.col("returned_quantity")
    local = _line_amount if source.states_line_amounts else _priced
    gross = local("quantity")
    with_gross = lines.withColumns({"gross_amount": gross, "share": share, "sold": sold, "remaining": remaining})
    exact = {
        "list_amount": _converted(local("sold"), F.lit(1).cast(SHARE), "base_rate"),
        "discounted_amount": _converted(local("sold"), F.col("share"), "base_rate"),
        "converted_amount": _converted(local("sold"), F.col("share"), "fx_rate"),
        "net_revenue": _converted(local("remaining"), F.col("share"), "fx_rate"),
    }
    return with_gross.withColumns(exact).withColumns(_legacy(source)).withColumns(_descriptive(source))


def _whole(quantity: Expression) -> Expression:
    return quantity.cast("decimal(10,0)")


def _priced(quantity: str) -> Expression:
    """What so many units cost, in the order's currency, without any rounding."""
    return (_whole(F.col(quantity)) * F.col("unit_price")).cast(AMOUNT)


def _line_amount(quantity: str) -> Expression:
    """The same of a line whose price is stated as a whole: exact for all of its units, rounded for a part."""
    part = (F.col("line_amount") * _whole(F.col(quantity))).cast("decimal(28,4)") / _whole(F.col("quantity"))
    return F.when(F.col(quantity) == F.col("quantity"), F.col("line_amount")).otherwise(part.cast(AMOUNT))


def _converted(local: Expression, share: Expression, rate: str) -> Expression:
    """``local`` x ``share`` x ``rate`` without any rounding."""
    return ((local * share).cast(PRODUCT) * F.col(rate).cast(RATE)).cast(EXACT)


def _legacy(source: Source) -> dict[str, Expression]:
    """AtoZ's own amounts: the discount rounded up, tax counted in, one fixed rate, the result rounded up again."""
    percent = F.col("discount_percent") * F.lit("0.01").cast(PERCENT)
    discount = F.ceil((F.col("gross_amount") * percent).cast("decimal(26,8)")).cast(AMOUNT)
    net = (F.col("gross_amount") - discount + F.col("tax_amount")).cast(AMOUNT)
    in_reporting = F.ceil((net * F.col("base_rate")).cast("decimal(31,10)")).cast("decimal(18,2)")
    taxed = (F.col("discounted_amount") + (F.col("tax_amount") * F.col("base_rate")).cast(EXACT)).cast(EXACT)
    known = {"discount_amount": discount, "net_amount": net}
    if not source.legacy_measure:
        nothing = {"net_amount_inr": F.lit(None).cast("decimal(18,2)"), "taxed_amount": F.lit(None).cast(EXACT)}
        return {**known, **nothing}
    return {**known, "net_amount_inr": in_reporting, "taxed_amount": taxed}


def _descriptive(source: Source) -> dict[str, Expression]:
    return {
        "date_id": F.date_format("order_date", "yyyyMMdd").cast("int"),
        "transaction_date": F.col("order_date"),
        "transaction_ts": F.col("order_ts"),
        "transaction_id": F.col("order_id"),
        "transaction_month": F.col("order_month"),
        "unit_price_currency": F.col("currency"),
        "currency": F.lit(source.reporting_currency),
        "coupon_flag": F.when(F.col("coupon_code").isNotNull(), 1).otherwise(0),
        "is_returned": F.col("is_return_line") | (F.col("returned_quantity") >= F.col("quantity")),
    }
