"""Where a rolling-origin backtest stands: its cutoffs and its ranges of horizons."""

from collections.abc import Sequence

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


def earlier_cutoffs(first: pd.Timestamp, cutoffs: Sequence[pd.Timestamp], count: int) -> list[pd.Timestamp]:
    """Up to ``count`` more before these, as far apart, in order of time; none where fewer than two are given.

    Each has eight weeks of history, and half of what the first of ``cutoffs`` has: with less a model is another one.

    Args:
        first: First day of the data.
        cutoffs: In order of time.
        count: How many at most.
    """
    if len(cutoffs) < 2:
        return []
    before = [cutoffs[0] - (cutoffs[1] - cutoffs[0]) * back for back in range(count, 0, -1)]
    least = max((cutoffs[0] - first).days / 2, LEAST_HISTORY - 1)
    return [cutoff for cutoff in before if (cutoff - first).days >= least]


def horizon_ranges(horizon: int) -> list[tuple[int, int]]:
    """The ranges of horizons that are judged on their own, first and last day included: 1-7, 8-28, 29-61, beyond."""
    ends = sorted({*(end for end in RANGE_ENDS if end < horizon), horizon})
    return list(zip([1, *(end + 1 for end in ends[:-1])], ends, strict=True))
