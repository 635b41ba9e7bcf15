"""Revenue by place, in words."""

import pandas as pd

from reports.data import ReportData
from reports.numbers import ratio
from reports.sentences import Sentence, percent, say
from reports.summaries import by_dimension, tells_apart

NAMES = {"channel": "channel", "country": "country"}
MEASURES = {
    "net_revenue": "net revenue, without tax and returns,",
    "net_amount_inr": "the legacy measure, with tax and at fixed rates,",
}


def places_sentences(data: ReportData) -> list[Sentence]:
    """What the amounts are, and the largest channel and country of the period."""
    basis = say(
        "Every amount is {measure} in {currency}. A region is named with its country, because different countries have "
        "regions of the same name. Customers are not counted here: those of single days do not add up.",
        measure=MEASURES[data.money_measure],
        currency=data.money.name,
    )
    divided = [dimension for dimension in NAMES if tells_apart(data.orders, dimension)]
    return [basis, *(found for found in (_largest(data, dimension) for dimension in divided) if found)]


def _largest(data: ReportData, dimension: str) -> Sentence | None:
    rows: pd.DataFrame = by_dimension(data, dimension, data.money_measure)
    share = ratio(float(rows["period"].iloc[0]), float(rows["period"].sum())) if len(rows) else None
    if share is None:
        return None
    return say(
        "The largest {dimension} of {period} is {name}, with {share} of revenue.",
        dimension=NAMES[dimension],
        period=data.period.label,
        name=str(rows["name"].iloc[0]),
        share=percent(share),
    )
