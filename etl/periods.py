"""Periods of whole days: how they are given, and what a reader calls them."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from etl.errors import UsageError

MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
FORMS = "a month 2025-09, a quarter 2025-Q3, a year 2025, a day 2025-09-07, or FIRST:LAST with both days included"
MONTH = re.compile(r"(\d{4})-(\d{2})")
QUARTER = re.compile(r"(\d{4})-Q([1-4])")
YEAR = re.compile(r"(\d{4})")


@dataclass(frozen=True, order=True)
class Period:
    """The days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Every day of the period."""
        return pd.date_range(self.first, self.last, freq="D")

    @property
    def kind(self) -> str:
        """``day``, ``month``, ``quarter``, ``year``, or ``period`` for any other range."""
        if self.days == 1:
            return "day"
        return next((kind for kind, months in MONTHS_IN.items() if self._covers(months)), "period")

    @property
    def label(self) -> str:
        """The name a reader uses: September 2025, Q3 2025, 2025, or the dates."""
        names = {
            "day": long_date(self.first),
            "month": f"{self.first:%B %Y}",
            "quarter": f"Q{(self.first.month + 2) // 3} {self.first.year}",
            "year": str(self.first.year),
        }
        return names.get(self.kind) or f"{self._shortened_first} to {long_date(self.last)}"

    @property
    def code(self) -> str:
        """The name the command line takes: 2025-09, 2025-Q3, 2025, a day, or FIRST:LAST."""
        codes = {
            "day": self.first.isoformat(),
            "month": f"{self.first:%Y-%m}",
            "quarter": f"{self.first.year}-Q{(self.first.month + 2) // 3}",
            "year": str(self.first.year),
        }
        return codes.get(self.kind) or f"{self.first}:{self.last}"

    @property
    def following(self) -> "Period":
        """The next period of the same kind, or of as many days."""
        first = self.last + timedelta(days=1)
        months = MONTHS_IN.get(self.kind)
        return calendar_period(first, months) if months else Period(first, self.last + timedelta(days=self.days))

    def holds(self, dates: pd.DatetimeIndex) -> "pd.Series[bool]":
        """Which of ``dates`` lie inside the period, indexed by date."""
        inside = (dates >= pd.Timestamp(self.first)) & (dates <= pd.Timestamp(self.last))
        return pd.Series(inside, index=dates)

    def __str__(self) -> str:
        return self.code

    def _covers(self, months: int) -> bool:
        aligned = self.first.day == 1 and (self.first.month - 1) % months == 0
        return aligned and self == calendar_period(self.first, months)

    @property
    def _shortened_first(self) -> str:
        if self.first.year != self.last.year:
            return long_date(self.first)
        return f"{self.first.day}" if self.first.month == self.last.month else f"{self.first.day} {self.first:%B}"


def parse_period(text: str) -> Period:
    """The period that ``text`` names, in one of the forms of ``FORMS``; raises ``UsageError`` for anything else."""
    try:
        return _parsed(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is not a period: give {FORMS}.") from error


def _parsed(text: str) -> Period:
    if found := MONTH.fullmatch(text):
        return calendar_period(date(int(found[1]), int(found[2]), 1), 1)
    if found := QUARTER.fullmatch(text):
        return calendar_period(date(int(found[1]), 3 * int(found[2]) - 2, 1), 3)
    if found := YEAR.fullmatch(text):
        return calendar_period(date(int(found[1]), 1, 1), 12)
    first, _, last = text.partition(":")
    period = Period(date.fromisoformat(first), date.fromisoformat(last or first))
    if period.days < 1:
        raise ValueError(text)
    return period


def calendar_period(first: date, months: int) -> Period:
    """The ``months`` whole months that begin on ``first``, the first day of a month."""
    carried, month = divmod(first.month - 1 + months - 1, 12)
    year = first.year + carried
    return Period(first, date(year, month + 1, monthrange(year, month + 1)[1]))


def month_of(day: date) -> Period:
    """The calendar month that holds ``day``."""
    return calendar_period(day.replace(day=1), 1)


def long_date(day: date) -> str:
    """A date in words, such as 5 September 2025."""
    return f"{day.day} {day:%B %Y}"


def short_date(day: date) -> str:
    """A date in a list of one year, such as 5 Sep."""
    return f"{day.day} {day:%b}"
