"""The estimator: fit learns the prior of a panel, predict the posterior of each series and its forecast."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from scipy import stats
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from models.forecasting.bounds import Flags, closed
from models.forecasting.candidates import State
from models.forecasting.hierarchical_bayes.columns import Columns, Matrix
from models.forecasting.hierarchical_bayes.covariates import own
from models.forecasting.hierarchical_bayes.design import GRAINS, shared
from models.forecasting.hierarchical_bayes.em import (
    Posterior,
    Prior,
    Sample,
    carried,
    first_posterior,
    first_prior,
    posterior,
    updated,
)
from models.forecasting.hierarchical_bayes.squares import Squares
from models.forecasting.panel import Forecast, Integers, Panel
from models.forecasting.parallel import Jobs
from models.forecasting.quantiles import LEVELS, Floats, quantile_mean
from models.forecasting.scales import Scale, scale_of

ROUNDS = 6
"""Of EM; more change nothing that matters, but of days."""
DAILY_ROUNDS = 10
"""Variances of the many columns of a day settle more slowly: 6 rounds forecast .2% to .8% worse on three panels."""
LOOKS = 3
"""E-steps until noise and weights of a series have settled under a known prior."""
LARGEST_SAMPLE = 1500
"""Series that the prior is learned from."""
BLOCK_NUMBERS = 3_000_000
TAILS = 8.0
QUANTILES = stats.t.ppf(LEVELS, TAILS) / np.sqrt(TAILS / (TAILS - 2))
MODEL_NOISE = 0.5
"""Share of the noise variance that is added for what no column explains: errors ahead are not independent."""
LEVEL = ("step",)
SEASON = ("knot", "season")


@dataclass(frozen=True)
class PanelRegression:
    """A hierarchical-Bayes regression of a whole panel on level, seasons, feasts, holidays and covariates.

    A scikit-learn style estimator whose X is a panel: parameters are set at construction, ``fit`` gives what was
    fitted. Effects are shares of a series' size, since the target is a logarithm (``models.forecasting.scales``).

    Attributes:
        offset: Of the scale; a larger one hedges against zeros and outliers.
        waves: Harmonics of the yearly season.
        knots: Knots of the yearly season beside them.
        unlike: Sets of families of columns in which some series vary more than others: by default the season; with
            the level, a panel of very unlike series is forecast far better, one of like series a little worse.
        name: Of the candidate.
    """

    offset: float = 0.1
    waves: int = 4
    knots: int = 52
    unlike: tuple[tuple[str, ...], ...] = (SEASON,)
    name: str = "PanelRegression"

    def fit(self, panel: Panel, *, seed: int = 0, jobs: Jobs = None) -> "FittedRegression":  # noqa: ARG002
        """Learn the prior from up to 1,500 of the series, drawn by ``seed``; one thread."""
        chosen = _chosen(len(panel), seed)
        problem = Problem.of(panel, self)
        families, separate = problem.columns.family, problem.columns.separate
        prior = first_prior(families, tuple(panel.static.values()))
        blocks = [problem.sample(rows) for rows in problem.blocks(chosen)]
        found = [first_posterior(block, prior) for block in blocks]
        groups = tuple(codes[chosen] for codes in panel.static.values())
        rounds = DAILY_ROUNDS if panel.frequency.kind == "D" else ROUNDS
        with threadpool_limits(1, "blas"):
            for _ in range(rounds):
                found = [_light(posterior(block, prior, last)) for block, last in zip(blocks, found, strict=True)]
                prior = updated(prior, _joined(found), groups, families, separate)
        return FittedRegression(self, prior, problem.keys)

    def restore(self, state: State) -> "FittedRegression":
        """What ``state`` gave."""
        shifts = sorted((name for name in state if name.startswith("shift ")), key=lambda name: int(name.split()[1]))
        prior = Prior(
            centre=state["centre"].astype(np.float64),
            shifts=tuple(state[name].astype(np.float64) for name in shifts),
            variance=state["variance"].astype(np.float64),
            noise=float(state["noise"].astype(np.float64)),
        )
        return FittedRegression(self, prior, tuple(str(key) for key in state["columns"]))


@dataclass(frozen=True)
class Problem:
    """A panel as a regression.

    Attributes:
        panel: Its last years.
        scale: Of the target.
        shared: Columns of all series.
        squares: Products of these over the history.
        own: Columns of each, None where nothing is known ahead.
        shut: Where a series is closed.
        unlike: Sets of families in which some series vary more than others.
    """

    panel: Panel
    scale: Scale
    shared: Columns
    squares: Squares
    own: Columns | None
    shut: Flags
    unlike: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, panel: Panel, model: PanelRegression) -> "Problem":
        """Look at as much of the history as is worth it."""
        recent = panel.since(max(0, panel.length - GRAINS[panel.frequency.kind].longest))
        scale = scale_of(recent, model.offset)
        common = shared(recent, model.waves, model.knots)
        squares = Squares.of(common.matrix[: recent.length].astype(np.float32))
        return cls(recent, scale, common, squares, own(recent), closed(recent), model.unlike)

    @property
    def columns(self) -> Columns:
        """Names, components and families of all columns; the matrix is that of the shared ones only."""
        if self.own is None:
            return self.shared
        return Columns(
            self.shared.matrix,
            self.shared.names + self.own.names,
            self.shared.component + self.own.component,
            self.shared.family + tuple(f"own {name}" for name in self.own.family),
            np.concatenate([self.shared.separate, self.own.separate]),
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """What each column is of, whatever the dates: steps of the level are told by how far back they lie."""
        columns = self.columns
        first = columns.family.index("step") if "step" in columns.family else 0
        named = enumerate(zip(columns.names, columns.family, strict=True))
        return tuple(f"step {place - first}" if family == "step" else name for place, (name, family) in named)

    def has_past_of(self, other: "Problem") -> bool:
        """Whether the columns are the same ones, with the same values in the history, of the same panel's values."""
        if self.keys != other.keys or not np.array_equal(self.panel.values, other.panel.values, equal_nan=True):
            return False
        if self.own is None or other.own is None:
            return self.own is other.own
        past = slice(self.panel.length)
        return np.array_equal(self.own.matrix[:, past], other.own.matrix[:, past])

    def blocks(self, rows: Integers) -> list[Integers]:
        """The rows in blocks that fit into memory."""
        size = max(1, BLOCK_NUMBERS // len(self.columns) ** 2)
        return np.array_split(rows, -(-len(rows) // size))

    def sample(self, rows: Integers) -> Sample:
        """Some series, ready to be regressed."""
        values = self.panel.values[rows]
        seen = np.isfinite(values) & ~self.shut[rows, : self.panel.length]
        scaled = replace(self.scale, size=self.scale.size[rows]).forward(values)
        nothing = np.zeros((len(rows), len(self.panel.dates), 0), np.float32)
        return Sample(
            scaled=np.where(seen, scaled, 0).astype(np.float32),
            observed=seen.astype(np.float32),
            shared=self.shared.matrix.astype(np.float32),
            squares=self.squares,
            own=nothing if self.own is None else _of(self.own.matrix, rows).astype(np.float32, copy=False),
            groups=tuple(codes[rows] for codes in self.panel.static.values()),
            unlike=tuple(np.isin(self.columns.family, families) for families in self.unlike),
        )


def _of(matrix: Matrix, rows: Integers) -> Matrix:
    """Some rows of a large matrix; not copied where they follow each other."""
    in_a_row = rows[-1] - rows[0] + 1 == len(rows)
    return matrix[rows[0] : rows[-1] + 1] if in_a_row else matrix[rows]


@dataclass(frozen=True)
class FittedRegression:
    """The prior of a panel: what its series have in common, and how much they differ.

    Attributes:
        model: The estimator.
        prior: Of the coefficients.
        columns: What each coefficient is of, whatever the dates.
    """

    model: PanelRegression
    prior: Prior
    columns: tuple[str, ...]
    lasting: ClassVar[bool] = True

    def predict(self, panel: Panel) -> Forecast:
        """The steps ahead of each series; the panel may be of other days than the one that was fitted."""
        return self._ahead([Problem.of(panel, self.model)])[0]

    def predict_each(self, panels: Sequence[Panel]) -> list[Forecast]:
        """The steps ahead of panels that differ in covariates ahead alone: their past is settled once."""
        problems = [Problem.of(panel, self.model) for panel in panels]
        if all(problem.has_past_of(problems[0]) for problem in problems[1:]):
            return self._ahead(problems)
        return [forecast for problem in problems for forecast in self._ahead([problem])]

    def _ahead(self, problems: Sequence[Problem]) -> list[Forecast]:
        """The forecasts of problems with one past."""
        first = problems[0]
        prior, blocks = self.prior_of(first), first.blocks(np.arange(len(first.panel)))
        with threadpool_limits(1, "blas"):
            found = [_block_ahead(problems, rows, prior) for rows in blocks]
        each = [np.concatenate(quantiles) for quantiles in zip(*found, strict=True)]
        return [Forecast.of(quantiles, quantile_mean(quantiles), _notes(first.panel)) for quantiles in each]

    def prior_of(self, problem: Problem) -> Prior:
        """What was learned, for the columns of other days; of what it knows nothing, a weak prior."""
        if problem.keys == self.columns:
            return self.prior
        weak = first_prior(problem.columns.family, tuple(problem.panel.static.values()))
        return carried(self.prior, self.columns, weak, problem.keys)

    def state(self) -> State:
        """The prior."""
        prior = self.prior
        shifts = {f"shift {place}": shift for place, shift in enumerate(prior.shifts)}
        numbers = {"centre": prior.centre, "variance": prior.variance, "noise": np.array(prior.noise)}
        return {**numbers, **shifts, "columns": np.array(self.columns, dtype=np.str_)}


def settled(sample: Sample, prior: Prior) -> Posterior:
    """The posterior under a known prior, once the noise and the weights have settled."""
    found = first_posterior(sample, prior)
    for _ in range(LOOKS):
        found = posterior(sample, prior, found)
    return found


def _chosen(series: int, seed: int) -> Integers:
    if series <= LARGEST_SAMPLE:
        return np.arange(series)
    return np.sort(np.random.default_rng(seed).choice(series, LARGEST_SAMPLE, replace=False))


def _light(found: Posterior) -> Posterior:
    return replace(found, root=found.root[:, :0, :0])


def _joined(found: list[Posterior]) -> Posterior:
    names = ("mean", "variance", "noise", "weights", "root", "multiple")
    return Posterior(*(np.concatenate([getattr(part, name) for part in found]) for name in names))


def _block_ahead(problems: Sequence[Problem], rows: Integers, prior: Prior) -> list[Floats]:
    """Quantiles of a block of series in problems with one past, shape (series, horizon, 9)."""
    samples = [problem.sample(rows) for problem in problems]
    found = settled(samples[0], prior)
    return [_quantiles(*each, rows, prior, found) for each in zip(problems, samples, strict=True)]


def _quantiles(problem: Problem, sample: Sample, rows: Integers, prior: Prior, found: Posterior) -> Floats:
    steps = problem.panel.steps[rows]
    centre = np.take_along_axis(sample.apply(found.mean), steps, axis=1)
    design = sample.shared[steps]
    if sample.own.shape[2]:
        design = np.concatenate([design, np.take_along_axis(sample.own, steps[:, :, None], axis=1)], axis=2)
    variance = (np.matmul(design, found.root.transpose(0, 2, 1)) ** 2).sum(axis=2).astype(np.float64)
    variance += _wandering(problem, rows, prior, found) + (1 + MODEL_NOISE) * found.noise[:, None]
    spread = np.sqrt(variance + _unknown_size(problem)[rows, None])
    scale = replace(problem.scale, size=problem.scale.size[rows])
    return scale.back(centre[:, :, None] + spread[:, :, None] * QUANTILES)


def _wandering(problem: Problem, rows: Integers, prior: Prior, found: Posterior) -> Floats:
    """Variance of the level's steps beyond the panel's end, of which the design has none; shape (series, horizon)."""
    family = np.array(problem.columns.family)
    steps = (found.multiple * prior.variance)[:, family == "step"]
    beyond = np.maximum(problem.panel.steps[rows] - problem.panel.length + 1, 0)
    pace = steps.mean(axis=1, keepdims=True) / GRAINS[problem.panel.frequency.kind].step if steps.size else 0.0
    return beyond * pace


def _unknown_size(problem: Problem) -> Floats:
    """Variance of the logarithm of the size of a series without history: that of the others; shape (series,)."""
    known = np.isfinite(problem.panel.values).any(axis=1)
    return np.where(known | ~known.any(), 0.0, np.log(problem.scale.size[known]).var() if known.any() else 0.0)


def _notes(panel: Panel) -> tuple[str, ...]:
    counts = np.isfinite(panel.values).sum(axis=1)
    return tuple("" if count else "no history: forecast from the other series" for count in counts)
