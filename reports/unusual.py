"""Unusual days: a day's orders against what its weekday, its season and its festival let expect.

The expectation is robust and local: the median level of the four weeks around the day (days of festivals left out),
times the weekday's usual factor, times the festival's own factor where it lasts long enough to have one. The distance
is counted in robust standard deviations of the logarithm (1.4826 x median absolute deviation, after Iglewicz and
Hoaglin, "How to detect and handle outliers", 1993), never less than the noise of counting itself.
A public holiday, or a festival of one or two days, cannot be told from an unusual day: it is left to the calendar and
not judged.
"""

import numpy as np
import pandas as pd

THRESHOLD = 4.0
SMALLEST = 0.10
WINDOW_DAYS = 29
FEWEST_DAYS = 28
SHORTEST_FESTIVAL = 3
COLUMNS = ["date", "orders", "expected", "deviations", "festival"]


def unusual_days(daily: pd.DataFrame, festivals: pd.Series) -> pd.DataFrame:
    """Days both ``THRESHOLD`` robust deviations and ``SMALLEST`` of the expectation away from what was expected.

    Columns: date, orders, expected, deviations, festival (or none).

    Args:
        daily: ``date`` (every day once, in order) and ``orders``.
        festivals: the festival's or public holiday's name by date, such days only.
    """
    judged = expectations(daily, festivals)
    off = (judged["orders"] / judged["expected"] - 1).abs()
    return judged[(judged["deviations"].abs() > THRESHOLD) & (off >= SMALLEST)].reset_index(drop=True)


def expectations(daily: pd.DataFrame, festivals: pd.Series) -> pd.DataFrame:
    """Every day that can be judged, with what was expected of it; none for less than four weeks of days."""
    if len(daily) < FEWEST_DAYS:
        return pd.DataFrame(
            {name: pd.Series(dtype="datetime64[ns]" if name == "date" else "float64") for name in COLUMNS}
        )
    days = daily[["date", "orders"]].assign(festival=daily["date"].map(festivals), weekday=daily["date"].dt.dayofweek)
    days = days[days.groupby("weekday")["orders"].transform("median") > 0]
    logs = pd.Series(np.log1p(days["orders"].to_numpy(dtype=float)), index=days.index)
    usual = _usual(logs, days["weekday"], days["festival"].notna())
    usual = usual + _festival_factors(logs - usual, days["festival"], days["date"])
    scale = _scale(logs - usual, days["festival"].isna(), usual)
    judged = days.assign(expected=np.expm1(usual), deviations=(logs - usual) / scale)
    return judged.dropna(subset=["deviations"])[COLUMNS]


def _usual(logs: pd.Series, weekday: pd.Series, festive: pd.Series) -> pd.Series:
    """Local level and weekday, from ordinary days alone."""
    ordinary = logs.mask(festive)
    factors = (ordinary - _level(ordinary)).groupby(weekday).median()
    by_weekday = weekday.map(factors).fillna(0.0)
    return _level(ordinary - by_weekday) + by_weekday


def _level(values: pd.Series) -> pd.Series:
    """Centred median; across a long festival the neighbours on both sides are joined by a line."""
    level = values.rolling(WINDOW_DAYS, center=True, min_periods=7).median()
    return level.interpolate(limit_direction="both")


def _festival_factors(rest: pd.Series, festival: pd.Series, dates: pd.Series) -> pd.Series:
    """The median of each occurrence of a festival; unknown (not judged) where it is too short, zero on other days."""
    occurrence = festival + dates.dt.year.astype(str)
    grouped = rest.groupby(occurrence)
    factors = grouped.transform("median").where(grouped.transform("size") >= SHORTEST_FESTIVAL)
    return factors.where(festival.notna(), 0.0)


def _scale(rest: pd.Series, ordinary: pd.Series, usual: pd.Series) -> pd.Series:
    """The noise of ordinary days, and at least that of counting so many orders."""
    kept = rest[ordinary]
    noise = 1.4826 * (kept - kept.median()).abs().median()
    counting = 1 / np.sqrt(np.maximum(np.expm1(usual), 1.0))
    scale: pd.Series = counting.clip(lower=float(noise))
    return scale
