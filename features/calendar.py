"""Calendar features: weekdays, weekends, and how far the next festival is."""

import numpy as np
import pandas as pd

SATURDAY = 6


def weekday(dates: pd.Series) -> pd.Series:
    """1 for Monday to 7 for Sunday."""
    return pd.Series(pd.DatetimeIndex(dates).dayofweek + 1, index=dates.index)


def is_weekend(dates: pd.Series) -> pd.Series:
    """Whether the day is a Saturday or a Sunday."""
    return weekday(dates) >= SATURDAY


def days_to_festival(calendar: pd.DataFrame) -> pd.Series:
    """Days until the country's next festival day, 0 within a festival, missing where the calendar holds none ahead.

    Args:
        calendar: Rows of ``gld_calendar``: date, country, is_festival.

    Returns:
        Nullable integers on the index of ``calendar``.
    """
    parts = [_days_to_next(days) for _, days in calendar.groupby("country")]
    return pd.concat(parts).reindex(calendar.index) if parts else pd.Series(dtype="Int64")


def _days_to_next(days: pd.DataFrame) -> pd.Series:
    dates = days["date"].to_numpy("datetime64[D]")
    festive = np.sort(dates[days["is_festival"].to_numpy(bool)])
    position = np.searchsorted(festive, dates)
    known = position < len(festive)
    ahead = pd.Series(pd.NA, index=days.index, dtype="Int64")
    ahead[known] = (festive[position[known]] - dates[known]).astype("int64")
    return ahead
