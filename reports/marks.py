"""Festivals and holidays of one country as spans of days, from the calendar in Gold."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from etl.periods import Period, short_date

COLUMNS = {"festival": "is_festival", "holiday": "is_holiday"}


@dataclass(frozen=True)
class Mark:
    """Consecutive days of one festival, or of one public holiday."""

    kind: str
    name: str
    first: date
    last: date

    @property
    def days(self) -> str:
        """Such as 7 Sep to 21 Sep."""
        if self.first == self.last:
            return short_date(self.first)
        return f"{short_date(self.first)} to {short_date(self.last)}"


def marks(calendar: pd.DataFrame, country: str | None, period: Period) -> list[Mark]:
    """Festivals, and the public holidays outside them, that touch the period; in order of time."""
    days = calendar[(calendar["country"] == country) & calendar["date"].between(str(period.first), str(period.last))]
    festivals = _spans(days, "festival")
    holidays = [mark for mark in _spans(days, "holiday") if not any(f.first <= mark.first <= f.last for f in festivals)]
    return sorted([*festivals, *holidays], key=lambda mark: (mark.first, mark.name))


def special_days(calendar: pd.DataFrame, country: str | None) -> pd.Series:
    """The public holiday, or else the festival, of each special day of a country, indexed by date."""
    days = calendar[calendar["country"] == country].drop_duplicates("date").set_index("date")
    holiday, festival = (days[kind].where(days[flag].astype(bool)) for kind, flag in reversed(COLUMNS.items()))
    named = holiday.fillna(festival).dropna()
    return named.astype(str)


def _spans(days: pd.DataFrame, kind: str) -> list[Mark]:
    """Runs of consecutive days that share a name."""
    marked = days[days[COLUMNS[kind]].astype(bool) & days[kind].notna()].sort_values("date")
    begins = marked["date"].diff().ne(pd.Timedelta(days=1)) | marked[kind].ne(marked[kind].shift())
    return [
        Mark(kind, str(run[kind].iloc[0]), run["date"].iloc[0].date(), run["date"].iloc[-1].date())
        for _, run in marked.groupby(begins.cumsum())
    ]
