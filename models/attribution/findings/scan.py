"""The dip scan: every month, week and day of series, held against what was expected before it began."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.findings.errors import error_scale, judge
from models.attribution.findings.expectation import Floats, History, expected

SERIES = ["place", "kind"]
Places = NDArray[np.int64]


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


class Stretches(NamedTuple):
    """Where stretches begin and end (one after their last day), and what was expected of them.

    Days of shape (stretches,), amounts of shape (series, stretches).
    """

    begin: Places
    end: Places
    model: Floats


def scan(history: History, published: Published) -> pd.DataFrame:
    """Every whole month, week (from Monday) and day of one series that can be judged.

    Where a forecast was published before, its mean is the expectation, else the model of ``expected``; days are
    expected when their week begins. The error is that of the model over all earlier stretches of the same kind, at
    least eight.

    Args:
        history: The series.
        published: Its forecasts.

    Returns:
        ``kind, first_day, last_day``, then as in ``judge``, and ``published_as_of``: the forecast's as-of day, missing
        where the expectation is the model's.
    """
    return scan_each(together([history]), [published]).drop(columns="place")


def scan_each(history: History, published: Sequence[Published]) -> pd.DataFrame:
    """As ``scan``, of several series with the same days and events, each with its ``place`` among them."""
    months, weeks = (list(_ahead(history, start)) for start in ("MS", "W-MON"))
    stretches = {"month": _whole(history, months), "week": _whole(history, weeks), "day": _single(history, weeks)}
    rows = pd.concat([_rows(history, each).assign(kind=kind) for kind, each in stretches.items()])
    known = rows[rows["model"] > 0].sort_values("place", kind="stable", ignore_index=True)
    return _judged(history, known, published)


def together(histories: Sequence[History]) -> History:
    """Series with the same days and events as one history of several."""
    return replace(histories[0], values=np.stack([history.values for history in histories]))


def _ahead(history: History, start: str) -> Iterator[tuple[int, Floats]]:
    """Where each whole stretch begins, and what was expected of its days; ``start`` is a frequency of pandas."""
    after = history.first + pd.Timedelta(days=history.days)
    begins = (pd.date_range(history.first, after, freq=start) - history.first).days
    yield from ((begin, expected(history, begin, begin, end)) for begin, end in pairwise(begins))


def _whole(history: History, ahead: Sequence[tuple[int, Floats]]) -> Stretches:
    begin = np.array([begin for begin, _ in ahead], dtype=np.int64)
    length = np.array([days.shape[1] for _, days in ahead], dtype=np.int64)
    return Stretches(begin, begin + length, _beside(history, [days.sum(axis=1, keepdims=True) for _, days in ahead]))


def _single(history: History, ahead: Sequence[tuple[int, Floats]]) -> Stretches:
    places = [np.arange(begin, begin + days.shape[1]) for begin, days in ahead]
    begin = np.concatenate([np.arange(0), *places])
    return Stretches(begin, begin + 1, _beside(history, [days for _, days in ahead]))


def _beside(history: History, parts: Sequence[Floats]) -> Floats:
    """Amounts of several series side by side; a history may be too short for any."""
    return np.concatenate([history.values[:, :0], *parts], axis=1)


def _rows(history: History, stretches: Stretches) -> pd.DataFrame:
    """place, begin, end, actual and model of each series and stretch."""
    begin, end, model = stretches
    series = len(model)
    totals = np.concatenate([np.zeros((series, 1)), np.cumsum(history.values, axis=1)], axis=1)
    actual = totals[:, end] - totals[:, begin]
    places = {"place": np.repeat(np.arange(series), len(begin)), "begin": np.tile(begin, series)}
    return pd.DataFrame({**places, "end": np.tile(end, series), "actual": actual.ravel(), "model": model.ravel()})


def _judged(history: History, rows: pd.DataFrame, published: Sequence[Published]) -> pd.DataFrame:
    """The stretches that have a positive expectation, judged."""
    errors = (rows["actual"] / rows["model"] - 1).groupby([rows[name] for name in SERIES])
    scale = errors.transform(lambda each: error_scale(each).shift())
    first, last = (history.first + pd.to_timedelta(day, unit="D") for day in (rows["begin"], rows["end"] - 1))
    days = rows[SERIES].assign(first_day=first, last_day=last)
    known = _published(published, days)
    mean = known["total"].fillna(rows["model"]).to_numpy()
    before = np.asarray(errors.cumcount(), dtype=np.int64)
    judged = judge(rows["actual"].to_numpy(), mean, scale.to_numpy(), before)
    return days.join(judged).assign(published_as_of=known["as_of"])[scale.notna()]


def _published(published: Sequence[Published], days: pd.DataFrame) -> pd.DataFrame:
    """``as_of`` and ``total`` of the forecast that was published before each stretch, missing where there was none."""
    begun = [min(each.means, default=pd.Timestamp.max) for each in published]
    later = days[days["first_day"] > np.array(begun, dtype="datetime64[ns]")[days["place"]]]
    stretches = later[["place", "first_day", "last_day"]].itertuples(index=False, name=None)
    found = [published[place].before(first, last) for place, first, last in stretches]
    known = pd.DataFrame(
        [each or (pd.NaT, np.nan) for each in found], index=later.index, columns=Known._fields
    ).reindex(days.index)
    return known.astype({"as_of": "datetime64[ns]", "total": float})
