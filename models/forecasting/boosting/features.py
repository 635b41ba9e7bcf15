"""What the trees see of a series from one origin: what it was, what its like were, and what is known of the step ahead.

Everything is on the panel's logarithmic scale and relative to the recent level, so that series of unlike size are rows
of one table. Nothing after the origin is looked at but what is known ahead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.moving_days import distances, feasts
from models.forecasting.bounds import closed
from models.forecasting.frequency import Kind
from models.forecasting.panel import Integers, Panel
from models.forecasting.quantiles import Floats
from models.forecasting.scales import Scale

Table = dict[str, Floats]
GROUPED = ("last_year", "around_last_year", "growth")
FAR_DAYS = 60
MARKED = (0.05, 0.95)
MOST_MARKS = 2


@dataclass(frozen=True)
class Windows:
    """How far back is looked, in steps.

    Attributes:
        year: The lag of the longest season.
        base: Recent values whose mean is the level everything is relative to.
        levels: Recent values whose means are features.
        around: Values on either side of last year's that are averaged.
        habits: Recent values that weekdays and marks are averaged over.
    """

    year: int
    base: int
    levels: tuple[int, ...]
    around: int
    habits: int


WINDOWS: dict[Kind, Windows] = {
    "h": Windows(168, 168, (24, 48, 336, 504), 2, 336),
    "D": Windows(364, 28, (7, 14, 56, 112, 364), 7, 112),
    "W": Windows(52, 13, (1, 4, 8, 26, 52), 2, 52),
    "M": Windows(12, 6, (1, 3, 12, 24), 1, 24),
    "Q": Windows(4, 4, (1, 2, 8), 1, 8),
}


@dataclass(frozen=True)
class View:
    """A panel as the trees see it.

    Attributes:
        panel: What is forecast.
        scaled: Values on the scale, NaN where unknown or closed, shape (series, history).
        windows: How far back is looked.
        calendar: Numbers of each date, shape (dates,).
        shut: Where a series is closed, shape (series, dates).
        marks: Names of known covariates of two values that tell most.
    """

    panel: Panel
    scaled: Floats
    windows: Windows
    calendar: dict[str, Floats]
    shut: npt.NDArray[np.bool_]
    marks: tuple[str, ...]

    @classmethod
    def of(cls, panel: Panel, scale: Scale) -> "View":
        """The view of a panel."""
        shut = closed(panel)
        scaled = np.where(shut[:, : panel.length], np.nan, scale.forward(panel.values))
        windows = WINDOWS[panel.frequency.kind]
        return cls(panel, scaled, windows, _calendar(panel), shut, _marks(panel, scaled))

    def level(self, rows: Integers, origin: int) -> Floats:
        """The recent level of some series, of a longer time where there is none; shape (rows,)."""
        base = self.windows.base
        spans = (base, 4 * base, origin + 1)
        means = [_mean(self.scaled[rows, max(0, origin + 1 - span) : origin + 1]) for span in spans]
        found = np.where(np.isfinite(means[0]), means[0], np.where(np.isfinite(means[1]), means[1], means[2]))
        return np.where(np.isfinite(found), found, 0.0)

    def table(self, rows: Integers, origin: int, horizons: Integers) -> Table:
        """The features of some series from one origin, each of shape (rows, horizons)."""
        level = self.level(rows, origin)
        shape = (len(rows), len(horizons))
        table: Table = {"horizon": np.broadcast_to(horizons, shape)}
        table |= {name: np.broadcast_to(numbers[origin + horizons], shape) for name, numbers in self.calendar.items()}
        table |= self._recent(rows, origin, level, shape)
        table |= self._last_year(rows, origin, horizons, level)
        table |= self._habits(rows, origin, horizons, level)
        table |= self._known(rows, origin, horizons)
        table |= {f"of {name}": np.broadcast_to(codes[rows, None], shape) for name, codes in self.panel.static.items()}
        return table | self._groups(rows, table)

    def _recent(self, rows: Integers, origin: int, level: Floats, shape: tuple[int, int]) -> Table:
        past = self.scaled[rows, : origin + 1]
        season = past[:, -self.windows.habits :]
        found = {f"level_{span}": _mean(past[:, -span:]) - level for span in self.windows.levels}
        found["spread"] = np.sqrt(_mean((season - _mean(season)[:, None]) ** 2))
        found["age"] = np.isfinite(past).sum(axis=1).astype(float)
        for name, values in self.panel.past.items():
            found[f"past {name}"] = _mean(values[rows, max(0, origin + 1 - self.windows.base) : origin + 1])
        return {name: np.broadcast_to(values[:, None], shape) for name, values in found.items()}

    def _last_year(self, rows: Integers, origin: int, horizons: Integers, level: Floats) -> Table:
        past, windows = self.scaled[rows, : origin + 1], self.windows
        place = origin + horizons - windows.year
        place = np.where(place > origin, place - windows.year, place)
        before = _mean(past[:, : -windows.year][:, -windows.base :]) if origin > windows.year else level * np.nan
        near = [_at(past, place + away) for away in range(-windows.around, windows.around + 1)]
        around = _mean(np.stack(near), axis=0)
        found = {
            "last_year": near[windows.around] - level[:, None],
            "around_last_year": around - level[:, None],
            "two_years_ago": _at(past, place - windows.year) - level[:, None],
            "since_last_year": around - before[:, None],
            "growth": np.broadcast_to((level - before)[:, None], around.shape),
        }
        if self.panel.frequency.kind == "W":
            found["week_before"] = near[windows.around - 1] - level[:, None]
            found["week_after"] = near[windows.around + 1] - level[:, None]
        if self.panel.frequency.kind == "h":
            found["yesterday"] = _at(past, origin - 23 + (horizons - 1) % 24) - level[:, None]
        return found

    def _habits(self, rows: Integers, origin: int, horizons: Integers, level: Floats) -> Table:
        """What weekdays and marked steps usually are."""
        if self.panel.frequency.kind != "D":
            return {}
        first = max(0, origin + 1 - self.windows.habits)
        past, days = self.scaled[rows, first : origin + 1], self.panel.dates.dayofweek.to_numpy()
        ahead = np.broadcast_to(days[origin + horizons], (len(rows), len(horizons)))
        found = {"weekday_habit": _habit(past, days[None, first : origin + 1], ahead, 7) - level[:, None]}
        for name in self.marks:
            marked = (self.panel.known[name][rows] > 0).astype(int)
            now, then = marked[:, first : origin + 1], marked[:, origin + horizons]
            found[f"habit {name}"] = _habit(past, now, then, 2) - level[:, None]
            both = _habit(past, now * 7 + days[first : origin + 1], then * 7 + days[origin + horizons], 14)
            found[f"weekday_habit {name}"] = both - level[:, None]
        return found

    def _known(self, rows: Integers, origin: int, horizons: Integers) -> Table:
        place = origin + horizons
        found: Table = {}
        for name, values in self.panel.known.items():
            found[f"known {name}"] = values[rows][:, place]
            if self.panel.frequency.kind == "W":
                found[f"known_last_year {name}"] = _at(values[rows], place - self.windows.year)
        if self.shut.any():
            shut = np.pad(self.shut[rows], ((0, 0), (1, 1)))
            found |= {"closed_before": shut[:, place].astype(float), "closed_after": shut[:, place + 2].astype(float)}
        return found

    def _groups(self, rows: Integers, table: Table) -> Table:
        """Means over the groups of a static dimension, of ``rows`` that are all of the panel's."""
        if len(rows) < len(self.panel):
            return {}
        return {
            f"{feature} of {name}": _group_mean(table[feature], codes)
            for name, codes in self.panel.static.items()
            for feature in GROUPED
        }


def _calendar(panel: Panel) -> dict[str, Floats]:
    dates, kind = panel.dates, panel.frequency.kind
    if kind == "h":
        return {"hour": dates.hour.to_numpy(float), "weekday": dates.dayofweek.to_numpy(float)}
    if kind in ("M", "Q"):
        return {"month": dates.month.to_numpy(float)}
    near = distances(dates, feasts(dates))
    found = {name: np.clip(away, -FAR_DAYS, FAR_DAYS) for name, away in near.items()}
    found |= {"day_of_year": dates.dayofyear.to_numpy(float), "day_of_month": dates.day.to_numpy(float)}
    return found | ({"weekday": dates.dayofweek.to_numpy(float)} if kind == "D" else {})


def _marks(panel: Panel, scaled: Floats) -> tuple[str, ...]:
    """The known covariates of two values under which series differ most."""
    effects = {name: _effect(known[:, : panel.length], scaled) for name, known in panel.known.items()}
    ranked = sorted((name for name, effect in effects.items() if effect > 0), key=lambda name: (-effects[name], name))
    return tuple(ranked[:MOST_MARKS])


def _effect(known: Floats, scaled: Floats) -> float:
    seen = np.isfinite(known) & np.isfinite(scaled)
    if len(np.unique(known[seen])) != 2 or not MARKED[0] < float((known[seen] > 0).mean()) < MARKED[1]:
        return 0.0
    return abs(float(scaled[seen & (known > 0)].mean() - scaled[seen & (known <= 0)].mean()))


def _mean(values: Floats, axis: int = 1) -> Floats:
    """The mean of what is known, NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0).sum(axis=axis)
    found: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return found


def _at(values: Floats, place: Integers) -> Floats:
    """Columns by their place, NaN where there are none."""
    inside = (place >= 0) & (place < values.shape[1])
    found = np.full((len(values), len(place)), np.nan)
    found[:, inside] = values[:, place[inside]]
    return found


def _habit(past: Floats, kinds: npt.NDArray[np.int_], ahead: npt.NDArray[np.int_], count: int) -> Floats:
    """The mean of each series' past steps of a kind, for the kinds of the steps ahead."""
    means = [_mean(np.where(kinds == kind, past, np.nan)) for kind in range(count)]
    found: Floats = np.take_along_axis(np.stack(means, axis=1), ahead, axis=1)
    return found


def _group_mean(feature: Floats, codes: Integers) -> Floats:
    known = np.isfinite(feature)
    size = int(codes.max()) + 1
    sums, counts = np.zeros((2, size, feature.shape[1]))
    np.add.at(sums, codes, np.where(known, feature, 0))
    np.add.at(counts, codes, known)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    found: Floats = means[codes]
    return found


def stacked(tables: Sequence[Table]) -> tuple[npt.NDArray[np.float32], list[str]]:
    """Tables of the same features as one matrix, shape (rows times horizons, features), and the features' names."""
    names = list(tables[0])
    return np.concatenate([np.stack([_flat(table[name]) for name in names], axis=1) for table in tables]), names


def _flat(values: Floats) -> npt.NDArray[np.float32]:
    return np.asarray(values, dtype=np.float32).ravel()


def by_origin(origins: Integers) -> Iterator[tuple[int, Integers]]:
    """The series of each origin."""
    for origin in np.unique(origins):
        yield int(origin), np.flatnonzero(origins == origin)
