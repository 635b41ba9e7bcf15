"""The dip scan: every month, week and day of a series, held against what was expected before it began."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from models.attribution.findings.errors import error_scale, judge
from models.attribution.findings.expectation import History, expected

KINDS = ("month", "week", "day")
STARTS = {"month": "MS", "week": "W-MON"}


class Known(NamedTuple):
    """A forecast that was published: its as-of day, and the sum of its means over the days asked for."""

    as_of: pd.Timestamp
    total: float


@dataclass(frozen=True)
class Published:
    """Forecasts as they were published: ``means`` by as-of day, each by date."""

    means: Mapping[pd.Timestamp, pd.Series]

    def before(self, first: pd.Timestamp, last: pd.Timestamp) -> Known | None:
        """The newest forecast made before ``first`` that holds every day up to ``last``; None where there is none."""
        for as_of in sorted((day for day in self.means if day < first), reverse=True):
            means = self.means[as_of].reindex(pd.date_range(first, last))
            if means.notna().all() and means.sum() > 0:
                return Known(as_of, float(means.sum()))
        return None


def scan(history: History, published: Published) -> pd.DataFrame:
    """Every whole month, week (from Monday) and day that can be judged, with what was expected before it began.

    Where a forecast was published before, its mean is the expectation, else the model of ``expected``; days are
    expected when their week begins. The error is that of the model over all earlier stretches of the same kind, at
    least eight.

    Args:
        history: One series.
        published: Its forecasts.

    Returns:
        ``kind, first_day, last_day``, then as in ``judge``, and ``published_as_of``: the forecast's as-of day, missing
        where the expectation is the model's.
    """
    return pd.concat([_judged(history, kind, published) for kind in KINDS], ignore_index=True)


def _judged(history: History, kind: str, published: Published) -> pd.DataFrame:
    rows = pd.DataFrame(_expectations(history, kind), columns=["begin", "end", "model"])
    begin, end, model = (rows[name].to_numpy() for name in rows.columns)
    totals = np.concatenate([[0.0], np.cumsum(history.values)])
    actual = totals[end.astype(int)] - totals[begin.astype(int)]
    scale = error_scale(pd.Series(actual / model.astype(float) - 1)).shift()
    first, last = (history.first + pd.to_timedelta(day.astype(int), unit="D") for day in (begin, end - 1))
    known = [published.before(*days) for days in zip(first, last, strict=True)]
    mean = np.array([each.total if each else plain for each, plain in zip(known, model, strict=True)], dtype=float)
    as_of = pd.Series([each.as_of if each else pd.NaT for each in known], dtype="datetime64[ns]")
    days = pd.DataFrame({"kind": kind, "first_day": first, "last_day": last})
    judged = judge(actual, mean, scale.to_numpy(), np.arange(len(rows)))
    return days.join(judged).assign(published_as_of=as_of)[scale.notna()]


def _expectations(history: History, kind: str) -> Iterator[tuple[int, int, float]]:
    """Begin, end and expectation of every stretch that has a positive one."""
    for begin, end in _stretches(history, "week" if kind == "day" else kind):
        days = expected(history, begin, begin, end)
        sums = days if kind == "day" else days.sum(keepdims=True)
        width = (end - begin) // len(sums)
        yield from ((begin + i * width, begin + (i + 1) * width, float(day)) for i, day in enumerate(sums) if day > 0)


def _stretches(history: History, kind: str) -> Iterator[tuple[int, int]]:
    """First day, and the day after the last, of every whole month or week."""
    after = history.first + pd.Timedelta(days=len(history.values))
    yield from pairwise(history.place(day) for day in pd.date_range(history.first, after, freq=STARTS[kind]))
