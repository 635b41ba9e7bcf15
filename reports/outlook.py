"""The forecast by calendar month: expected values add up, quantiles do not and are never added."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from etl.periods import Period, month_of
from reports.data import ReportData


@dataclass(frozen=True)
class ForecastMonth:
    """What is known and what is expected of one month."""

    period: Period
    days_known: int
    days_expected: int
    known: float
    expected: float

    @property
    def is_whole(self) -> bool:
        """Whether known and forecast days cover the month."""
        return self.days_known + self.days_expected == self.period.days

    @property
    def total(self) -> float:
        """What is known plus what is expected."""
        return self.known + self.expected


def of_measure(data: ReportData, measure: str) -> pd.DataFrame:
    """The newest forecast of one measure, by day."""
    return data.forecast[data.forecast["measure"] == measure].sort_values("date", ignore_index=True)


def forecast_months(data: ReportData, measure: str) -> list[ForecastMonth]:
    """Every month that the forecast touches, in order."""
    days = of_measure(data, measure)
    firsts = sorted({day.date().replace(day=1) for day in days["date"]})
    return [_month(data, measure, days, first) for first in firsts]


def band_of(data: ReportData, measure: str, month: Period) -> tuple[float, float] | None:
    """The 80% interval of a whole month, known days included; none where Gold has none."""
    rows = data.forecast_months
    found = rows[(rows["measure"] == measure) & (rows["month"] == pd.Timestamp(month.first))]
    return None if found.empty else (float(found["q10"].iloc[0]), float(found["q90"].iloc[0]))


def next_whole_month(data: ReportData, measure: str) -> ForecastMonth | None:
    """The first month that known and forecast days cover."""
    return next((month for month in forecast_months(data, measure) if month.is_whole), None)


def _month(data: ReportData, measure: str, days: pd.DataFrame, first: date) -> ForecastMonth:
    period = month_of(first)
    as_of = days["as_of"].iloc[0]
    ahead = days[days["date"].between(str(period.first), str(period.last)) & (days["date"] > as_of)]
    known = data.orders[
        data.orders["date"].between(str(period.first), str(period.last)) & (data.orders["date"] <= as_of)
    ]
    begins = max(pd.Timestamp(period.first), data.orders["date"].min()) if len(data.orders) else as_of
    days_known = max((min(as_of, pd.Timestamp(period.last)) - begins).days + 1, 0)
    return ForecastMonth(period, days_known, len(ahead), float(known[measure].sum()), float(ahead["mean"].sum()))
