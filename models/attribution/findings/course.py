"""What became of a movement: whether the weeks after it were back at what was expected before it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.attribution.findings.errors import error_scale, judge
from models.attribution.findings.expectation import WEEK, History, expected

WATCHED_WEEKS = 8


@dataclass(frozen=True)
class Course:
    """``open``, ``temporary`` or ``level_shift``; and the first day of the first week that was back."""

    name: str
    recovered_on: pd.Timestamp | None = None


def course(history: History, begin: int, end: int, amount: float) -> Course:
    """Whether a movement passed, by the weeks after it against what was expected before it began.

    Temporary once a week is back inside the 95% interval of that expectation (or beyond it on the other side), a
    level shift once eight weeks were not, open until then. The interval is that of earlier weeks, expected as far
    ahead as the movement is long.

    Args:
        history: One series.
        begin: Days before the movement.
        end: Days up to its last one.
        amount: Actual less expected, not zero.
    """
    past = range(end % WEEK, begin - WEEK + 1, WEEK)
    errors = pd.Series([_relative_error(history, max(at - (end - begin), 0), at) for at in past], dtype=float).dropna()
    weeks = range(end, min(end + WEEK * WATCHED_WEEKS, history.days - WEEK + 1), WEEK)
    scale = error_scale(errors)
    if not len(weeks) or not scale.notna().any():
        return Course("open")
    mean = np.array([_expected_week(history, begin, at) for at in weeks])
    actual = np.array([_week(history, at) for at in weeks])
    judged = judge(actual, mean, np.full(len(weeks), scale.iloc[-1]), np.full(len(weeks), len(errors)))
    back = (judged["high"] >= 0 if amount < 0 else judged["low"] <= 0).to_numpy()
    if back.any():
        return Course("temporary", history.first + pd.Timedelta(days=weeks[int(np.argmax(back))]))
    return Course("level_shift" if len(weeks) == WATCHED_WEEKS else "open")


def _relative_error(history: History, origin: int, begin: int) -> float:
    mean = _expected_week(history, origin, begin)
    return _week(history, begin) / mean - 1 if mean > 0 else np.nan


def _week(history: History, begin: int) -> float:
    return float(history.values[begin : begin + WEEK].sum())


def _expected_week(history: History, origin: int, begin: int) -> float:
    return float(expected(history, origin, begin, begin + WEEK).sum())
