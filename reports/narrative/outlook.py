"""What comes next, and how far a forecast like this one was off in the past."""

from collections.abc import Iterator

import pandas as pd

from etl.periods import long_date
from reports import numbers
from reports.data import ReportData
from reports.numbers import Unit
from reports.outlook import ForecastMonth, band_of, next_whole_month, of_measure
from reports.sentences import Sentence, Value, count, listed, money, percent, say

NAIVE = "SeasonalNaive"
CALIBRATED = 0.05


def outlook_sentences(data: ReportData) -> list[Sentence]:
    """The next month, the spread of single days, and the backtest."""
    if data.forecast.empty:
        return [say("There is no forecast in Gold yet, so this report says nothing about the days ahead.")]
    found = [_month(data), _days(data), *accuracy_sentences(data)]
    return [sentence for sentence in found if sentence is not None]


def accuracy_sentences(data: ReportData) -> list[Sentence]:
    """The model's error and coverage in its backtest, and the error of repeating last week."""
    model = str(data.forecast["model"].iloc[0])
    rows = data.accuracy[data.accuracy["measure"] == "net_revenue"].sort_values("horizon_first")
    own, naive = rows[rows["model"] == model], rows[rows["model"] == NAIVE]
    if own.empty:
        return [say("Gold holds no backtest of {model}, the model of this forecast.", model=model)]
    return [
        _error(own.iloc[0], model, naive),
        *_coverage(own.dropna(subset=["coverage_80"])),
    ]


def _month(data: ReportData) -> Sentence | None:
    month = next_whole_month(data, "net_revenue")
    if month is None:
        return say("The forecast does not cover a whole month.")
    orders = next_whole_month(data, "orders")
    return say(
        "{label} is expected to bring {total} of net revenue{band}{orders}{known}.",
        label=month.period.label,
        total=money(month.total, data.currency),
        band=_month_band(data, month),
        orders=_orders(month, orders),
        known=_known(data, month),
    )


def _month_band(data: ReportData, month: ForecastMonth) -> Sentence:
    found = band_of(data, "net_revenue", month.period)
    if found is None:
        return say("")
    text = numbers.interval(*found, data.currency)
    ends = Sentence(text, {"low": Value(found[0], text), "high": Value(found[1], text)})
    return say(" (80% interval {ends})", ends=ends)


def _orders(month: ForecastMonth, orders: ForecastMonth | None) -> Sentence:
    if orders is None or orders.period != month.period:
        return say("")
    return say(" from {orders}", orders=money(orders.total, Unit("orders")))


def _known(data: ReportData, month: ForecastMonth) -> Sentence:
    if not month.days_known:
        return say("")
    return say(", of which {known} is already in", known=money(month.known, data.currency))


def _days(data: ReportData) -> Sentence | None:
    days = of_measure(data, "net_revenue")
    if days.empty:
        return None
    first, last = (_band(row, data.currency) for row in (days.iloc[0], days.iloc[-1]))
    alone = (
        "" if len(data.forecast_months) else "; a month has none here, because the intervals of its days do not add up"
    )
    return say("By day the 80% interval is {first}, and {last}{alone}.", first=first, last=last, alone=alone)


def _band(row: pd.Series, unit: Unit) -> Sentence:
    text = numbers.interval(row["q10"], row["q90"], unit)
    ends = Sentence(text, {"low": Value(row["q10"], text), "high": Value(row["q90"], text)})
    return say("{ends} for {day}", day=long_date(row["date"].date()), ends=ends)


def _error(own: pd.Series, model: str, naive: pd.DataFrame) -> Sentence:
    same = naive[naive["horizon_first"] == own["horizon_first"]]
    beside = say("")
    if len(same) and pd.notna(same["wape"].iloc[0]) and not model.startswith(NAIVE):
        beside = say(", where repeating the last season missed {wape}", wape=percent(float(same["wape"].iloc[0])))
    return say(
        "In a backtest from {cutoffs}, {model} missed {wape} of daily revenue on average, "
        "{first} to {last} days ahead{beside}.",
        cutoffs=count(int(own["cutoffs"]), "past date"),
        model=model,
        wape=percent(float(own["wape"])),
        first=str(int(own["horizon_first"])),
        last=str(int(own["horizon_last"])),
        beside=beside,
    )


def _coverage(rows: pd.DataFrame) -> Iterator[Sentence]:
    """One sentence for the horizons whose bands keep, or miss, what they promise in the same way."""
    meanings = (rows["coverage_80"] - 0.8).map(_meaning)
    for meaning, part in rows.groupby(meanings, sort=False):
        parts = {f"part{n}": _held(row) for n, (_, row) in enumerate(part.iterrows())}
        told = listed([f"{{{name}}}" for name in parts])
        yield say("The 80% interval held " + told + ", {meaning}.", meaning=str(meaning), **parts)


def _held(row: pd.Series) -> Sentence:
    ahead = f"{int(row['horizon_first'])} to {int(row['horizon_last'])}"
    return say("{share} of days {ahead} ahead", share=percent(float(row["coverage_80"])), ahead=ahead)


def _meaning(gap: float) -> str:
    if abs(gap) <= CALIBRATED:
        return "close to the 80% it promises"
    return "so its bands are too narrow" if gap < 0 else "so its bands are wider than they need be"
