"""Days that a calendar names, as a table of ``date`` and ``event``."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from etl.errors import raise_problems

LONGEST_EVENT = 16  # days; a longer one is a season


def read_calendar(calendar: pd.DataFrame | None) -> pd.DataFrame:
    """``date`` and ``event`` with whole days; empty for no calendar.

    Raises:
        InputError: With every problem found.
    """
    if calendar is None:
        return pd.DataFrame({"date": pd.DatetimeIndex([]), "event": pd.Series([], dtype=object)})
    absent = [column for column in ("date", "event") if column not in calendar.columns]
    raise_problems([f"calendar lacks {', '.join(absent)}"] if absent else [])
    dates = pd.to_datetime(calendar["date"], errors="coerce")
    raise_problems([f"calendar.date has {dates.isna().sum()} values that are not dates"] if dates.isna().any() else [])
    return calendar[["date", "event"]].assign(date=dates.dt.normalize().astype("datetime64[ns]"))


def event_days(calendar: pd.DataFrame, days: pd.DatetimeIndex) -> Iterator[pd.DatetimeIndex]:
    """The days of every event among ``days``, each stretch of consecutive ones once, the longest first."""
    stretches: dict[tuple[pd.Timestamp, pd.Timestamp], pd.DatetimeIndex] = {}
    for _, dates in calendar.groupby("event", sort=True)["date"]:
        held = days[days.isin(dates)]
        for stretch in np.split(held, np.flatnonzero(np.diff(held) > np.timedelta64(1, "D")) + 1) if len(held) else []:
            if len(stretch) <= min(LONGEST_EVENT, len(days) // 2):
                stretches[(stretch[0], stretch[-1])] = pd.DatetimeIndex(stretch)
    return iter(sorted(stretches.values(), key=lambda stretch: (-len(stretch), stretch[0])))
