"""The dip scan: every month, week and day of a series, held against what was expected before it began."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from models.attribution.findings.errors import error_scale, judge
from models.attribution.findings.expectation import Floats, History, expected

STRETCH = ["begin", "end", "model"]


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
    months, weeks = (list(_ahead(history, start)) for start in ("MS", "W-MON"))
    stretches = {"month": _whole(months), "week": _whole(weeks), "day": _single(weeks)}
    judged = [_judged(history, kind, rows, published) for kind, rows in stretches.items()]
    return pd.concat(judged, ignore_index=True)


def _judged(history: History, kind: str, stretches: pd.DataFrame, published: Published) -> pd.DataFrame:
    """The stretches that have a positive expectation, judged."""
    rows = stretches[stretches["model"] > 0]
    begin, end, model = (rows[name].to_numpy() for name in STRETCH)
    totals = np.concatenate([[0.0], np.cumsum(history.values)])
    actual = totals[end.astype(int)] - totals[begin.astype(int)]
    scale = error_scale(pd.Series(actual / model.astype(float) - 1)).shift()
    first, last = (history.first + pd.to_timedelta(day.astype(int), unit="D") for day in (begin, end - 1))
    days = pd.DataFrame({"kind": kind, "first_day": first, "last_day": last})
    known = _published(published, days)
    mean = known["total"].fillna(pd.Series(model.astype(float))).to_numpy()
    judged = judge(actual, mean, scale.to_numpy(), np.arange(len(rows)))
    return days.join(judged).assign(published_as_of=known["as_of"])[scale.notna()]


def _published(published: Published, days: pd.DataFrame) -> pd.DataFrame:
    """``as_of`` and ``total`` of the forecast that was published before each stretch, missing where there was none."""
    later = days[days["first_day"] > min(published.means, default=pd.Timestamp.max)]
    found = [published.before(*stretch) for stretch in zip(later["first_day"], later["last_day"], strict=True)]
    known = pd.DataFrame(
        [each or (pd.NaT, np.nan) for each in found], index=later.index, columns=Known._fields
    ).reindex(days.index)
    return known.astype({"as_of": "datetime64[ns]", "total": float})


def _ahead(history: History, start: str) -> Iterator[tuple[int, Floats]]:
    """Where each whole stretch begins, and what was expected of its days; ``start`` is a frequency of pandas."""
    after = history.first + pd.Timedelta(days=len(history.values))
    begins = (pd.date_range(history.first, after, freq=start) - history.first).days
    yield from ((begin, expected(history, begin, begin, end)) for begin, end in pairwise(begins))


def _whole(ahead: Sequence[tuple[int, Floats]]) -> pd.DataFrame:
    return pd.DataFrame([(begin, begin + len(days), days.sum()) for begin, days in ahead], columns=STRETCH)


def _single(ahead: Sequence[tuple[int, Floats]]) -> pd.DataFrame:
    days = [(place, value) for begin, values in ahead for place, value in enumerate(values, begin)]
    return pd.DataFrame([(place, place + 1, value) for place, value in days], columns=STRETCH)
