"""The causes of a movement, looked for in Gold's order lines, and their rows in ``gld_segments``."""

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.lakehouse import Lakehouse
from etl.own_dimensions import stored_dimensions
from etl.schemas.daily import CATEGORY, DIMENSIONS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from models.attribution import Bridge
from models.attribution.calendar_days import read_calendar
from models.attribution.diagnosis import Diagnosis, diagnose
from models.attribution.explanation import segments_table, verdicts_table
from models.attribution.lines import MOST_DIMENSIONS, read_lines
from models.attribution.periods import Comparison
from reports.question import LEGACY, Question

HISTORY_DAYS = 240  # before the earlier period: what is normal now, without last year's festivals
REVENUES = ("net_revenue", LEGACY)


def find_segments(lakehouse: Lakehouse, question: Question, events: pd.DataFrame) -> Diagnosis | None:
    """What is behind the movement; None for a measure that is not revenue. ``events``: ``date`` and ``event``."""
    if question.measure not in REVENUES:
        return None
    dimensions = [column.name for column in (*DIMENSIONS, CATEGORY)] + [*stored_dimensions(lakehouse)]
    comparison = Comparison(question.baseline, question.period)
    lines = _lines(lakehouse.read(GLD_FACT_ORDER_ITEMS), comparison, question.measure, dimensions)
    return diagnose(read_lines(lines, None, comparison, dimensions[:MOST_DIMENSIONS]), read_calendar(events))


def segment_rows(diagnosis: Diagnosis, bridge: Bridge) -> pd.DataFrame:
    """One row for each verdict, in order of reading, with the amount of its cause."""
    verdicts = verdicts_table(diagnosis.verdicts(bridge))
    causes = segments_table(diagnosis.findings)
    caused = ~verdicts["code"].isin(["calendar", "normal_variation"])
    amounts = causes.set_index(verdicts.index[caused])[["driver", "amount", "low", "high", "q_value"]]
    days = pd.DataFrame([dates or (None, None) for dates in verdicts["dates"]], columns=["first_day", "last_day"])
    rows = verdicts[["code", "evidence"]].join([amounts, days.apply(pd.to_datetime)])
    places = [json.dumps(where, ensure_ascii=False, sort_keys=True) for where in verdicts["where"]]
    return rows.assign(place=places, position=range(len(rows)))


def _lines(fact: DataFrame, comparison: Comparison, measure: str, dimensions: list[str]) -> pd.DataFrame:
    """Order lines as an explanation takes them, in a fixed order.

    The measure's scale carries what the other columns do not say: a part that came back, and tax and roundings of
    the legacy measure, which counts returned lines as sold and converts at fixed rates.
    """
    legacy = measure == LEGACY
    first = min(comparison.first, comparison.last) - timedelta(days=HISTORY_DAYS)
    listed = F.col("quantity") * F.col("unit_price").cast("double")
    columns = {
        "order_id": F.col("transaction_id"),
        "customer_id": F.col("customer_id"),
        "order_date": F.col("transaction_date"),
        "seq_no": F.col("seq_no"),
        "quantity": F.col("quantity"),
        "list_price": F.col("unit_price").cast("double"),
        "currency": F.col("unit_price_currency"),
        "discount_rate": F.col("discount_percent").cast("double") / 100,
        "fx_rate": F.lit(1.0) if legacy else F.col("fx_rate").cast("double"),
        "is_returned": F.lit(False) if legacy else F.col("is_returned"),
        "amount": F.col(measure).cast("double"),
        "base_amount": F.col("list_amount").cast("double"),
        "listed": listed,
        **{name: F.col(name) for name in dimensions},
    }
    rows = fact.where(_between(first, comparison.last)).select(*(value.alias(name) for name, value in columns.items()))
    collected: pd.DataFrame = rows.toPandas()
    ordered = collected.sort_values(["order_date", "order_id", "seq_no"], ignore_index=True)
    return _scaled(ordered, legacy).drop(columns=["seq_no", "amount", "base_amount", "listed"])


def _between(first: date, last: date) -> str:
    return f"transaction_date between date'{first}' and date'{last}'"


def _scaled(lines: pd.DataFrame, legacy: bool) -> pd.DataFrame:
    fx_rate = _ratio(lines["base_amount"], lines["listed"]) if legacy else lines["fx_rate"]
    sold = lines["listed"] * (1 - lines["discount_rate"]) * fx_rate
    return lines.assign(fx_rate=fx_rate, measure_scale=_ratio(lines["amount"], sold))


def _ratio(numerator: "pd.Series[float]", denominator: "pd.Series[float]") -> "pd.Series[float]":
    """One where nothing is divided by, so that a line without a price keeps its place."""
    told = (denominator != 0) & (numerator != 0)
    return pd.Series(np.where(told, numerator / denominator.where(told, 1.0), 1.0), index=numerator.index)
