"""From the forecasts of each series on its own to coherent ones: what a backtest teaches, and how it is applied.

A backtest of one candidate tells how far its intervals must be stretched on each level, how its forecasts are best made
to add up, and how series err together. Applied to new forecasts: stretch, draw sample paths that err together, make
every path add up; quantiles are read off the paths, of sums over days as of days, never added, and stretched again, by
what sums at past origins missed (``widths``).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.hierarchy import Hierarchy
from models.forecasting import calibration
from models.forecasting.calibration import NONE, calibrated
from models.forecasting.panel import Integers
from models.forecasting.paths import Dependence, dependence, independent, normal_scores, sample_paths
from models.forecasting.quantiles import LEVELS, NAMES, Floats
from models.forecasting.reconciliation import BOTTOM_UP, STRUCTURAL, Reconciliation, choose, reconciliation
from models.forecasting.widths import UNKNOWN, Stretch, Width, level_factors

PATHS = 200


@dataclass(frozen=True)
class Coherence:
    """What a backtest taught about the forecasts of a hierarchy.

    Attributes:
        reconciliation: How forecasts are made to add up.
        dependence: How series err together.
        stretch: Calibration factors of the quantiles of each series on its own, by level.
        width: Those of the coherent quantiles, of days and of sums over days.
    """

    reconciliation: Reconciliation
    dependence: Dependence
    stretch: Mapping[str, Stretch]
    width: Width


@dataclass(frozen=True)
class Coherent:
    """Forecasts that add up, for the series of a hierarchy.

    Attributes:
        tree: The series.
        mean: Shape (series, days).
        quantiles: Shape (series, days, 9); read off the paths and stretched, they do not add up.
        paths: Sample paths of the bottom series, shape (bottom series, days, paths); everything above is their sum.
        floor: The least that each series can be, shape (series, days).
        width: By how much quantiles of sums are stretched.
        raised: Values of the bottom series that reconciliation had taken below their floor: of the mean, and of the
            paths as a share.
    """

    tree: Hierarchy
    mean: Floats
    quantiles: Floats
    paths: Floats
    floor: Floats
    width: Width
    raised: tuple[int, float]

    def over(self, days: "slice | npt.NDArray[np.bool_]") -> Floats:
        """The quantiles of each series' sum over some of the days, shape (series, 9)."""
        sums = self.tree.sums(self.paths[:, days].sum(axis=1))
        factors = self.width.over(self.paths[0, days].shape[0], list(self.tree.nodes["level"]))
        return _read_off(sums, factors, self.floor[:, days].sum(axis=1))

    def fill(self, forecasts: pd.DataFrame) -> pd.DataFrame:
        """``forecasts`` (series, horizon, ...) with the mean and quantiles of their series and days."""
        place = _place(self.tree, forecasts)
        quantiles = dict(zip(NAMES, self.quantiles[place].T, strict=True))
        return forecasts.assign(mean=self.mean[place], **quantiles)


@dataclass(frozen=True)
class _Cube:
    """Forecasts of one origin as arrays over the series of a hierarchy and the days; zero where there is none."""

    mean: Floats
    quantiles: Floats
    actual: Floats
    begun: npt.NDArray[np.bool_]
    floor: Floats


def untaught(tree: Hierarchy) -> Coherence:
    """What is known without a backtest: bottom forecasts are added up, errors are independent, nothing is stretched."""
    nothing = np.zeros((len(tree.nodes), 0))
    return Coherence(reconciliation(BOTTOM_UP, tree, nothing), independent(len(tree.nodes)), {}, UNKNOWN)


def adapted(taught: Coherence, before: Hierarchy, now: Hierarchy) -> tuple[Coherence, str]:
    """What was taught about one hierarchy, for another that has other series; and a note where that loses something.

    New series err on their own. Weights learned for other series are of no use: those that need no errors take over.
    """
    if before.nodes["series"].equals(now.nodes["series"]):
        return taught, ""
    known = pd.Index(before.nodes["series"]).get_indexer(pd.Index(now.nodes["series"]))
    scores = np.where((known >= 0)[:, None], taught.dependence.scores[known], 0.0)
    method = BOTTOM_UP if taught.reconciliation.method == BOTTOM_UP else STRUCTURAL
    together = Coherence(
        reconciliation=reconciliation(method, now, np.zeros((len(now.nodes), 0))),
        dependence=replace(taught.dependence, scores=scores),
        stretch=taught.stretch,
        width=taught.width,
    )
    gone, new = len(before.nodes) - int((known >= 0).sum()), int((known < 0).sum())
    return together, f"{new} series are new and {gone} gone since the champion was trained: assay train learns them"


def learn(tree: Hierarchy, judged: pd.DataFrame, method: str | None = None) -> Coherence:
    """What a rolling-origin backtest of one candidate teaches, but for the width of what adds up.

    Args:
        tree: The series.
        judged: series, level, cutoff, horizon, mean, q10 to q90, floor, floored, actual and scale; the same horizons
            from each cutoff. A series that had not begun at a cutoff has no rows there.
        method: How forecasts are made to add up; what does best by default.
    """
    stretch = level_factors(judged)
    even = stretched(judged, stretch)
    cubes = [_cube(tree, rows) for _, rows in even.groupby("cutoff", sort=True)]
    folds = [(cube.mean, cube.actual) for cube in cubes]
    scale = judged.groupby("series")["scale"].mean().reindex(tree.nodes["series"]).fillna(0).to_numpy(float)
    errors = np.hstack([actual - mean for mean, actual in folds])
    scores = np.stack([np.where(cube.begun, normal_scores(cube.quantiles, cube.actual), 0.0) for cube in cubes])
    return Coherence(
        reconciliation=reconciliation(method or choose(tree, folds, scale), tree, errors),
        dependence=dependence(scores),
        stretch=stretch,
        width=UNKNOWN,
    )


def stretched(forecasts: pd.DataFrame, stretch: Mapping[str, Stretch]) -> pd.DataFrame:
    """The forecasts with the quantiles of each level stretched by its factors; in the order given."""
    parts = [calibrated(rows, stretch.get(str(level), NONE)) for level, rows in forecasts.groupby("level", sort=False)]
    return pd.concat(parts).loc[forecasts.index]


def coherent(tree: Hierarchy, taught: Coherence, forecasts: pd.DataFrame, *, seed: int, paths: int = PATHS) -> Coherent:
    """Forecasts made coherent.

    Args:
        tree: The series.
        taught: What a backtest taught.
        forecasts: series, level, horizon, mean, q10 to q90, floor, floored; every horizon of every series that is
            forecast; others of the hierarchy are taken to sell nothing.
        seed: Seed of the sample paths.
        paths: How many of them.
    """
    base, floor = _base(tree, taught, forecasts)
    mean = taught.reconciliation.bottom(base.mean)
    drawn = _bottom_paths(taught, base, paths, np.random.default_rng(seed))
    raised = (int((mean < floor).sum()), float((drawn < floor[..., None]).mean()))
    mean = np.maximum(mean, floor)
    kept = _centred(np.maximum(drawn, floor[..., None]), mean, floor)
    factors = taught.width.over(1, list(tree.nodes["level"]))
    quantiles = _read_off(tree.sums(kept), factors[:, None], base.floor)
    return Coherent(tree, tree.sums(mean), quantiles, kept, base.floor, taught.width, raised)


def _read_off(paths: Floats, factors: Floats, floor: Floats) -> Floats:
    """The nine quantiles of paths, which are on the last axis and sorted here, stretched and none below its floor."""
    paths.sort(axis=-1)
    quantiles = np.stack([_quantile(paths, level) for level in LEVELS], axis=-1)
    return np.maximum(calibration.stretched(quantiles, factors), floor[..., None])


def coherent_mean(tree: Hierarchy, taught: Coherence, forecasts: pd.DataFrame) -> pd.DataFrame:
    """``forecasts`` with the mean that ``coherent`` gives them, for which no path need be drawn."""
    base, floor = _base(tree, taught, forecasts)
    mean = tree.sums(np.maximum(taught.reconciliation.bottom(base.mean), floor))
    return forecasts.assign(mean=mean[_place(tree, forecasts)])


def _base(tree: Hierarchy, taught: Coherence, forecasts: pd.DataFrame) -> tuple[_Cube, Floats]:
    """Forecasts stretched, and the least that each bottom series can be."""
    base = _cube(tree, stretched(forecasts.reset_index(drop=True), taught.stretch))
    return base, base.floor[tree.bottom]


def _place(tree: Hierarchy, rows: pd.DataFrame) -> tuple[Integers, Integers]:
    """Where rows lie in arrays of shape (series, days)."""
    return pd.Index(tree.nodes["series"]).get_indexer(rows["series"]), rows["horizon"].to_numpy() - 1


def _bottom_paths(taught: Coherence, base: _Cube, paths: int, generator: np.random.Generator) -> Floats:
    """Sample paths of all series, made to add up: those of the bottom series, shape (bottom series, days, paths)."""
    weights, days = taught.reconciliation.weights, base.mean.shape[1]
    bottom = np.zeros((len(weights), days * paths))
    for block, scores in taught.dependence.draw(days, paths, generator):
        if weights[:, block].any():
            drawn = sample_paths(base.quantiles[block], base.mean[block], scores)
            bottom += weights[:, block] @ drawn.reshape(-1, days * paths)
    return bottom.reshape(-1, days, paths)


def _centred(paths: Floats, mean: Floats, floor: Floats) -> Floats:
    """Paths moved so that their mean is the forecast: by a factor where they have a floor of zero, else by a step."""
    drawn = paths.mean(axis=-1)
    by_factor = (floor == 0) & (drawn > 0)
    factor = np.where(by_factor, mean / np.where(by_factor, drawn, 1), 1)
    step = np.where(np.isfinite(floor), 0, mean - drawn)
    moved: Floats = paths * factor[..., None] + step[..., None]
    return moved


def _quantile(ordered: Floats, level: float) -> Floats:
    """As ``numpy.quantile``, of values already sorted."""
    place = level * (ordered.shape[-1] - 1)
    low = math.floor(place)
    high = min(low + 1, ordered.shape[-1] - 1)
    found: Floats = ordered[..., low] + (place - low) * (ordered[..., high] - ordered[..., low])
    return found


def _cube(tree: Hierarchy, rows: pd.DataFrame) -> _Cube:
    shape = (len(tree.nodes), int(rows["horizon"].max()))
    place = _place(tree, rows)
    actual = rows["actual"] if "actual" in rows else rows["mean"]
    mean, observed, floor, quantiles = (np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros((*shape, 9)))
    begun = np.zeros(shape, dtype=bool)
    for cube, values in ((mean, rows["mean"]), (observed, actual), (floor, rows["floor"]), (quantiles, rows[NAMES])):
        cube[place] = values.to_numpy(float)
    begun[place] = True
    return _Cube(mean, quantiles, observed, begun, floor)
