"""What of Gold's orders is still to come back: returns by the age of their order."""

from datetime import date

import pandas as pd
from pyspark.sql import functions as F

from etl.lakehouse import Lakehouse
from etl.schemas.daily import GLD_DAILY_CELLS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.silver import SLV_RETURNS
from models.attribution import Bridge
from models.attribution.maturity import pending, with_pending
from reports.question import Question


def with_pending_returns(lakehouse: Lakehouse, question: Question, bridge: Bridge, as_of: date) -> Bridge:
    """The bridge, its returns as uncertain as their age makes them; as it is where returns have no files."""
    if question.measure != "net_revenue" or not lakehouse.exists(SLV_RETURNS):
        return bridge
    returned = _returned(lakehouse)
    sold = lakehouse.pandas(GLD_DAILY_CELLS, ["date", "converted_amount"]).groupby("date")["converted_amount"].sum()
    sold = sold.astype(float)
    day = pd.Timestamp(as_of)
    baseline, period = (pending(sold, returned, days, day) for days in (question.baseline, question.period))
    return with_pending(bridge, baseline, period)


def _returned(lakehouse: Lakehouse) -> pd.DataFrame:
    """``date`` of the order, ``age`` in days and ``amount`` of what came back."""
    fact = lakehouse.read(GLD_FACT_ORDER_ITEMS).where("returned_quantity > 0")
    lines = fact.select(
        F.col("transaction_id").alias("order_id"),
        "seq_no",
        F.col("transaction_date").alias("date"),
        (F.col("converted_amount").cast("double") / F.col("quantity")).alias("unit"),
    )
    returns = (
        lakehouse.read(SLV_RETURNS).where("return_ts is not null").select("order_id", "seq_no", "return_ts", "quantity")
    )
    joined = returns.join(lines, ["order_id", "seq_no"])
    age = F.greatest(F.datediff(F.to_date("return_ts"), F.col("date")), F.lit(0)).alias("age")
    amount = F.sum(F.col("unit") * F.col("quantity")).alias("amount")
    grouped: pd.DataFrame = joined.select("date", age, "unit", "quantity").groupBy("date", "age").agg(amount).toPandas()
    return grouped.assign(date=pd.to_datetime(grouped["date"])).sort_values(["date", "age"], ignore_index=True)
