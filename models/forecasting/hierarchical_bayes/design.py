"""The columns that all series share: level and slope at the origin, steps of the level, seasons, feasts and holidays.

The level is a random walk seen from its end: the first column is the level at the origin, and each step says how much
higher it was before a certain time. So what is forecast hangs on the newest values, however long the history is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.moving_days import distances, feasts, hats, public_holidays
from models.forecasting.frequency import Kind
from models.forecasting.hierarchical_bayes.columns import Columns, columns, joined
from models.forecasting.panel import Panel
from models.forecasting.quantiles import Floats

YEAR_DAYS = 365.25
YEARLY_FROM = 400
"""Days of history from which a yearly season is looked for."""


@dataclass(frozen=True)
class Grain:
    """How finely time is looked at.

    Attributes:
        step: Steps of the grid between two steps of the level.
        damping: Share of the slope that is left after one more step ahead.
        longest: Steps of history that are looked at.
    """

    step: int
    damping: float
    longest: int


GRAINS: dict[Kind, Grain] = {
    "h": Grain(24, 0.99, 1344),
    "D": Grain(14, 0.99, 1100),
    "W": Grain(4, 0.96, 262),
    "M": Grain(3, 0.9, 180),
    "Q": Grain(2, 0.85, 80),
}
FEAST_CENTRES: dict[str, dict[str, list[int]]] = {
    "W": {"Christmas": [-28, -21, -14, -7, 0, 7, 14], "Easter": [-14, -7, 0, 7], "Thanksgiving": [-7, 0, 7, 14]},
    "D": {
        "Christmas": [-24, -17, -10, -5, -3, -2, -1, 0, 1, 2, 3, 5, 8],
        "Easter": [-14, -12, -10, -8, -6, -4, -2, 0, 2],
        "Thanksgiving": [-2, -1, 0, 1, 2, 4],
    },
}
FEAST_WIDTHS = {"D": {"Christmas": 4, "Easter": 2, "Thanksgiving": 1}}
HOLIDAY_CENTRES = {"W": [-7, 0, 7], "D": [-2, -1, 0, 1]}
MONTH_CENTRES = {"W": [1, 8, 15, 22, 29], "D": [1, 4, 8, 12, 16, 20, 24, 28, 31]}


def shared(panel: Panel, waves: int, knots: int) -> Columns:
    """The design of a panel on all its dates.

    Args:
        panel: What is fitted.
        waves: Harmonics of the yearly season.
        knots: Hat-shaped knots of the year beside them.
    """
    parts = [*_level(panel), *_seasons(panel, waves, knots)]
    if _yearly(panel) and panel.frequency.kind in ("D", "W"):
        parts += [*_feasts(panel), *_holidays(panel)]
    return joined([_seen(part, panel.length) for part in parts])


def _seen(part: Columns, length: int) -> Columns:
    """The columns that differ from zero somewhere in the history: nothing can be learned of the others."""
    kept = np.flatnonzero(np.abs(part.matrix[:length]).sum(axis=0) > 0)
    return Columns(
        part.matrix[:, kept],
        tuple(part.names[column] for column in kept),
        tuple(part.component[column] for column in kept),
        tuple(part.family[column] for column in kept),
        part.separate[kept],
    )


def _yearly(panel: Panel) -> bool:
    return (panel.dates[panel.length - 1] - panel.dates[0]).days > YEARLY_FROM


def _level(panel: Panel) -> Iterator[Columns]:
    grain, length = GRAINS[panel.frequency.kind], panel.length
    place = np.arange(len(panel.dates))
    yield columns(np.ones((len(place), 1)), "level", ["level"], separate=False, family="origin")
    if length >= 2 * grain.step:
        yield columns(_slope(panel, grain)[:, None], "level", ["slope"], separate=False, family="slope")
    times = np.arange(length - grain.step, grain.step - 1, -grain.step)
    if len(times):
        before = (place[:, None] < times[None]).astype(float)
        yield columns(
            before, "level", [f"before {date:%Y-%m-%d}" for date in panel.dates[times]], separate=False, family="step"
        )


def _slope(panel: Panel, grain: Grain) -> Floats:
    """Years from the last date of the history, growing ever slower ahead of it."""
    line = np.arange(len(panel.dates), dtype=float) - (panel.length - 1)
    ahead = np.arange(1, panel.horizon + 1)
    line[panel.length :] = grain.damping * (1 - grain.damping**ahead) / (1 - grain.damping)
    return line / panel.frequency.year


def _seasons(panel: Panel, waves: int, knots: int) -> Iterator[Columns]:
    dates, kind = panel.dates, panel.frequency.kind
    if kind == "h":
        yield _dummies(dates.hour, 24, "hour of the day", separate=True)
        yield _dummies(dates.dayofweek * 24 + dates.hour, 168, "hour of the week", separate=False)
    if kind in ("h", "D"):
        yield _dummies(dates.dayofweek, 7, "weekday", separate=True)
    if kind in ("W", "D"):
        centres = np.array(MONTH_CENTRES[kind], dtype=float)
        width = 7.0 if kind == "W" else 4.0
        names = [f"about the {centre:.0f}." for centre in centres]
        yield columns(hats(dates.day.to_numpy(float), centres, width), "day of the month", names, separate=True)
    if kind in ("M", "Q"):
        yield _dummies(dates.month - 1, 12, "month", separate=True)
    elif kind != "h" and _yearly(panel):
        yield from _year(dates, waves, knots)


def _dummies(place: pd.Index, count: int, component: str, *, separate: bool) -> Columns:
    marks = (place.to_numpy()[:, None] == np.arange(count)[None]).astype(float)
    return columns(marks, component, [f"{component} {number}" for number in range(count)], separate=separate)


def _year(dates: pd.DatetimeIndex, waves: int, knots: int) -> Iterator[Columns]:
    day = dates.dayofyear.to_numpy(float)
    for wave in range(1, waves + 1):
        angle = 2 * np.pi * wave * day / YEAR_DAYS
        both = np.stack([np.sin(angle), np.cos(angle)], axis=1)
        yield columns(both, "season", [f"sine {wave}", f"cosine {wave}"], separate=True)
    if knots:
        width = YEAR_DAYS / knots
        centres = np.arange(knots) * width
        away = np.abs((day[:, None] - centres + YEAR_DAYS / 2) % YEAR_DAYS - YEAR_DAYS / 2)
        names = [f"about day {centre:.0f}" for centre in centres]
        yield columns(np.maximum(0, 1 - away / width), "season", names, separate=False, family="knot")


def _feasts(panel: Panel) -> Iterator[Columns]:
    kind = panel.frequency.kind
    for name, distance in distances(panel.dates, feasts(panel.dates)).items():
        width = FEAST_WIDTHS.get(kind, {}).get(name, 7)
        yield _around(distance, name, FEAST_CENTRES[kind][name], width)


def _holidays(panel: Panel) -> Iterator[Columns]:
    if panel.country is None:
        return
    kind = panel.frequency.kind
    for name, distance in distances(panel.dates, public_holidays(panel.dates, panel.country)).items():
        yield _around(distance, name, HOLIDAY_CENTRES[kind], 7 if kind == "W" else 1)


def _around(distance: Floats, name: str, centres: list[int], width: int) -> Columns:
    names = [f"{name} {centre:+d} days" if centre else name for centre in centres]
    return columns(hats(distance, np.array(centres, dtype=float), width), name, names, separate=True)
