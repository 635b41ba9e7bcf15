"""Returns held against the orders they name."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from etl.duplicates import apart

NAME = "returns"
KEY = ("order_id", "seq_no")


def judge_returns(returns: DataFrame, order_items: DataFrame) -> DataFrame:
    """``returns`` with ``rule`` and ``reason``, null where the return stands; ``reason_given`` is the source's own.

    A return of an unknown order line does not stand, nor one that brings back more than was sold: of several returns
    of a line, in the order they landed, those within the sold quantity stand; one that alone exceeds it takes nothing
    from the others.
    """
    alone, several = (rows.join(sold(order_items), list(KEY), "left") for rows in apart(returns, KEY))
    landed_before = Window.partitionBy(*KEY).orderBy("file_name", "line_number")
    possible = F.when(F.col("quantity") <= F.col("sold"), F.col("quantity")).otherwise(0)
    so_far = F.sum(possible).over(landed_before.rowsBetween(Window.unboundedPreceding, 0))
    checked = alone.withColumn("so_far", possible).unionByName(several.withColumn("so_far", so_far))
    unknown = F.col("sold").isNull()
    too_many = (F.col("quantity") > F.col("sold")) | (F.col("so_far") > F.col("sold"))
    return checked.withColumns(
        {
            "rule": F.when(unknown, "order_line_known").when(too_many, "returned_within_sold"),
            "reason_given": F.col("reason"),
            "reason": F.when(unknown, "no such order line was sold").when(too_many, "more came back than was sold"),
        }
    )


def sold(order_items: DataFrame) -> DataFrame:
    """``order_id, seq_no, sold``: what returns are held against."""
    return order_items.where("not is_return_line").select(*KEY, F.col("quantity").alias("sold"))


def returned_quantities(returns: DataFrame) -> DataFrame:
    """``order_id, seq_no, returned_quantity``: units of each order line that came back."""
    return returns.groupBy(*KEY).agg(F.sum("quantity").cast("int").alias("returned_quantity"))
