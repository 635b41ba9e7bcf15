"""The fact by day: orders, cells and customers.

Distinct counts do not add up, so an order is counted once a day, in the place of its first line sold: orders then add
up over every dimension. Customers are counted at the grain they are shown at.
"""

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.own_dimensions import carrying
from etl.schemas.daily import GLD_DAILY_CELLS, GLD_DAILY_CUSTOMERS, GLD_DAILY_ORDERS, SALES

DAY = {"date": "transaction_date", "month": "transaction_month"}
PLACE = ("country", "region", "channel")
REVENUE = ("net_revenue", "net_amount_inr")
AMOUNTS = tuple(column.name for column in SALES if column.name not in {"lines", "quantity"})


def orders(fact: DataFrame, dimensions: tuple[str, ...] = ()) -> DataFrame:
    """``transaction_id, date, month``, place, the source's own ``dimensions`` and ``customer_id`` of every order.

    They are those of the order's first line sold on the day: an order is one of its day, so that days can be summed
    apart.
    """
    sold = fact.where("not is_return_line")
    day_of_order = ["transaction_id", *DAY.values()]
    firsts = sold.groupBy(*day_of_order).agg(F.min("seq_no").alias("seq_no"))
    # one line each, by the fact's key; the smaller table on the left: engines build the left side in memory
    first_lines = firsts.join(sold, [*day_of_order, "seq_no"])
    day = [F.col(of_fact).alias(name) for name, of_fact in DAY.items()]
    return first_lines.select("transaction_id", *day, *PLACE, *dimensions, "customer_id")


def daily_orders(fact: DataFrame, dimensions: tuple[str, ...] = ()) -> DataFrame:
    """``gld_daily_orders``: orders and customers by the orders' place, units and revenue by the lines'."""
    keys = [*DAY, *PLACE, *dimensions]
    by_customer = orders(fact, dimensions).groupBy(*keys, "customer_id").agg(_count())
    customers = F.count("customer_id").alias("customers")
    counts = by_customer.groupBy(*keys).agg(F.sum("orders").alias("orders"), customers)
    amounts = sold_lines(fact).groupBy(*keys).agg(F.sum("quantity").alias("units"), *_sums(REVENUE))
    # every order's first line is a line of its place, so no count is lost; places with returns only have no orders
    joined = counts.join(amounts, keys, "right").fillna(0, ["orders", "customers"])
    return joined.select(*carrying(GLD_DAILY_ORDERS, dimensions).column_names)


def daily_cells(fact: DataFrame, dimensions: tuple[str, ...] = ()) -> DataFrame:
    """``gld_daily_cells``: what was sold and what it brought, by day, place, category and own ``dimensions``."""
    cells = summed(sold_lines(fact), [*DAY, *PLACE, "category", *dimensions])
    return cells.select(*carrying(GLD_DAILY_CELLS, dimensions).column_names)


def daily_customers(fact: DataFrame) -> DataFrame:
    """``gld_daily_customers``: the same by day, country, channel and customer, for intervals clustered by customer."""
    keys = [*DAY, "country", "channel", "cluster", "is_known"]
    counts = orders(fact).select("*", *cluster()).groupBy(*keys).agg(_count())
    sales = summed(sold_lines(fact).select("*", *cluster()), keys)
    joined = counts.join(sales, keys, "right").fillna(0, ["orders"])
    return joined.select(*GLD_DAILY_CUSTOMERS.column_names)


def sold_lines(fact: DataFrame) -> DataFrame:
    """The fact with ``date`` and ``month``, and the units sold (none on a return line) as ``quantity``."""
    sold = F.when(F.col("is_return_line"), 0).otherwise(F.col("quantity"))
    return fact.withColumns({name: F.col(of_fact) for name, of_fact in DAY.items()} | {"quantity": sold})


def summed(lines: DataFrame, keys: list[str]) -> DataFrame:
    """What ``sold_lines`` add up to by ``keys``: lines, quantity and every amount of ``SALES``."""
    counted = F.count(F.when(~F.col("is_return_line"), 1)).alias("lines")
    return lines.groupBy(*keys).agg(counted, *_sums(("quantity", *AMOUNTS)))


def _sums(names: tuple[str, ...]) -> list[Expression]:
    return [F.sum(name).alias(name) for name in names]


def _count() -> Expression:
    return F.count(F.lit(1)).alias("orders")


def cluster() -> tuple[Expression, Expression]:
    """``cluster``, the customer or, where none is known, the order itself; and ``is_known``, which of them it is."""
    known = F.col("customer_id").isNotNull()
    alone = F.concat(F.lit("order:"), F.col("transaction_id"))
    return F.coalesce("customer_id", alone).alias("cluster"), known.alias("is_known")
