"""Where a rolling-origin backtest stands: its cutoffs and its ranges of horizons."""

import pandas as pd

CUTOFFS = 3
LEAST_HISTORY = 56
LEAST_SPACING = 7
RANGE_ENDS = (7, 28, 61)


def choose_cutoffs(first: pd.Timestamp, last: pd.Timestamp, horizon: int) -> list[pd.Timestamp]:
    """Up to three cutoffs, the newest ``horizon`` days before ``last``, in order of time.

    They are ``horizon`` days apart where the data reach, else closer, then with overlapping test days, but at least a
    week. The first leaves eight weeks of history. Data too short for one cutoff give none.

    Args:
        first: First day of the data.
        last: Last day of the data.
        horizon: Days forecast from each cutoff.
    """
    newest = last - pd.Timedelta(days=horizon)
    room = (newest - first).days + 1 - LEAST_HISTORY
    if room < 0:
        return []
    count = min(CUTOFFS, 1 + room // LEAST_SPACING)
    spacing = min(horizon, room // max(count - 1, 1))
    return [newest - pd.Timedelta(days=spacing * back) for back in reversed(range(count))]


def horizon_ranges(horizon: int) -> list[tuple[int, int]]:
    """The ranges of horizons that are judged on their own, first and last day included: 1-7, 8-28, 29-61, beyond."""
    ends = sorted({*(end for end in RANGE_ENDS if end < horizon), horizon})
    return list(zip([1, *(end + 1 for end in ends[:-1])], ends, strict=True))
