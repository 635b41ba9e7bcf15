"""Gold's order lines as an explanation takes them: every measure as quantity x price and what is taken off or added."""

from datetime import date

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from etl.daily import PLACE, orders
from etl.schemas.daily import CATEGORY
from reports.question import LEGACY


def places(measure: str, own: tuple[str, ...]) -> list[str]:
    """The dimensions a measure divides over; an order has no category, and ``own`` are the source's own."""
    return [*PLACE, *([] if measure == "orders" else [CATEGORY.name]), *own]


def gold_lines(fact: DataFrame, first: date, last: date, measure: str, dimensions: list[str]) -> pd.DataFrame:
    """Order lines of some days whose revenue, as ``explain`` counts it, is the measure; in a fixed order.

    Where orders or units are the measure, each of them has the price of one.
    """
    dated = fact.where(f"transaction_date between date'{first}' and date'{last}'")
    if measure == "orders":
        return _collected(orders(dated, tuple(dimensions[len(PLACE) :])), _of_orders(), dimensions)
    if measure == "units":
        return _collected(dated.where("not is_return_line"), _of_units(), dimensions)
    lines = _collected(dated, _of_revenue(measure), dimensions)
    return _scaled(lines, measure == LEGACY).drop(columns=["amount", "list_amount", "taxed_amount"])


def _collected(rows: DataFrame, columns: dict[str, Column], dimensions: list[str]) -> pd.DataFrame:
    named = {**columns, **{name: F.col(name) for name in dimensions}}
    selected = rows.select(*(value.alias(name) for name, value in named.items()))
    ordered = selected.orderBy("order_date", "order_id", "seq_no").toArrow()  # a million lines: pandas sorts slowly
    collected: pd.DataFrame = ordered.drop_columns("seq_no").to_pandas(date_as_object=False)
    return collected


def _of_orders() -> dict[str, Column]:
    one = F.lit(1)
    bought = {"order_id": F.col("transaction_id"), "customer_id": F.col("customer_id"), "order_date": F.col("date")}
    return {**bought, "seq_no": one, "quantity": one, "list_price": F.lit(1.0), "currency": F.lit("orders")}


def _of_units() -> dict[str, Column]:
    return {**_bought(), "list_price": F.lit(1.0), "currency": F.lit("units")}


def _bought() -> dict[str, Column]:
    return {
        "order_id": F.col("transaction_id"),
        "customer_id": F.col("customer_id"),
        "order_date": F.col("transaction_date"),
        "seq_no": F.col("seq_no"),
        "quantity": F.col("quantity"),
    }


def _of_revenue(measure: str) -> dict[str, Column]:
    """The legacy measure counts returned lines as sold, and converts at fixed rates."""
    legacy = measure == LEGACY
    return {
        **_bought(),
        "list_price": F.col("unit_price").cast("double"),
        "currency": F.col("unit_price_currency"),
        "discount_rate": F.col("discount_percent").cast("double") / 100,
        "fx_rate": F.lit(1.0) if legacy else F.col("fx_rate").cast("double"),
        # a line that is a return itself takes revenue back by its negative quantity
        "is_returned": F.lit(False) if legacy else F.col("is_returned") & ~F.col("is_return_line"),
        "amount": F.col(measure).cast("double"),
        "list_amount": F.col("list_amount").cast("double"),
        "taxed_amount": F.col("taxed_amount" if legacy else "discounted_amount").cast("double"),
    }


def _scaled(lines: pd.DataFrame, legacy: bool) -> pd.DataFrame:
    """With what the other columns do not say: tax and roundings of the legacy measure, else a part that came back."""
    listed = lines["quantity"] * lines["list_price"]
    fx_rate = _ratio(lines["list_amount"], listed) if legacy else lines["fx_rate"]
    sold = listed * (1 - lines["discount_rate"]) * fx_rate
    tax = _ratio(lines["taxed_amount"], sold) - 1 if legacy else 0.0
    return lines.assign(fx_rate=fx_rate, measure_tax=tax, measure_scale=_ratio(lines["amount"], sold * (1 + tax)))


def _ratio(numerator: "pd.Series[float]", denominator: "pd.Series[float]") -> "pd.Series[float]":
    """One where nothing is divided by, so that a line without a price keeps its place."""
    told = (denominator != 0) & (numerator != 0)
    return pd.Series(np.where(told, numerator / denominator.where(told, 1.0), 1.0), index=numerator.index)
