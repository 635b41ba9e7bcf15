"""Empirical Bayes for many regressions at once: each series' coefficients are drawn towards its groups' means.

For series i with scaled values z_i, design X and group g(i):

    z_i = X b_i + e_i,   e_i ~ t_nu(0, s_i^2),   b_i ~ N(m_g(i), diag(k_i lambda))

The E-step gives the normal posterior of each b_i; the M-step the means m, the variances lambda and the noise, by EM
(Dempster, Laird & Rubin 1977; Lindley & Smith 1972 for the model). Student errors are scale mixtures of normals, so
that they are weights (Lange, Little & Taylor 1989). For the same reason k_i says by how much more or less a series
differs from its groups in some columns, such as the steps of its level, than series do: panels of unlike series, some
of which wander ten times as fast as others, have no one variance. Group means are shrunk to the panel's by their own
variance ratio, noise variances to their geometric mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.forecasting.hierarchical_bayes.columns import Flags
from models.forecasting.hierarchical_bayes.inverses import root_of_inverse
from models.forecasting.hierarchical_bayes.squares import Singles, Squares
from models.forecasting.panel import Integers
from models.forecasting.quantiles import Floats

FREEDOM = 6.0
"""Degrees of freedom of the noise."""
NOISE_WORTH = 6.0
"""Observations that the panel's noise counts for beside a series' own."""
UNLIKE_WORTH = 8.0
"""Coefficients that the panel's variance counts for beside a series' own."""
LEAST_NOISE = 1e-5
LEAST_VARIANCE = 1e-7
FIRST_VARIANCE = {"origin": 0.5, "step": 0.003, "month": 0.1}


@dataclass(frozen=True)
class Sample:
    """What is regressed: some series.

    Attributes:
        scaled: Shape (series, history), zero where unknown.
        observed: 1 where a value is known and counts, else 0; shape (series, history).
        shared: Columns of all series, shape (dates, columns).
        squares: Products of these columns over the history.
        own: Columns of each series, shape (series, dates, columns); no columns where there are none.
        groups: Codes of each series' groups, by static dimension.
        unlike: Sets of columns of which some series differ more from their groups than others, flags of all columns.
    """

    scaled: Singles
    observed: Singles
    shared: Singles
    squares: Squares
    own: Singles
    groups: tuple[Integers, ...]
    unlike: tuple[Flags, ...]

    def apply(self, coefficients: Floats) -> Floats:
        """The design times the coefficients, shape (series, dates)."""
        count = self.shared.shape[1]
        common = coefficients[:, :count].astype(np.float32) @ self.shared.T
        each = np.matmul(self.own, coefficients[:, count:, None].astype(np.float32))[:, :, 0]
        return np.asarray(common + each, dtype=np.float64)


@dataclass(frozen=True)
class Prior:
    """What is known of a series' coefficients before its values are seen.

    Attributes:
        centre: Mean over the panel, shape (columns,).
        shifts: By static dimension, each group's departure from it, shape (groups, columns).
        variance: Of a series around its groups, shape (columns,).
        noise: Geometric mean of the noise variances.
    """

    centre: Floats
    shifts: tuple[Floats, ...]
    variance: Floats
    noise: float

    def means(self, groups: Sequence[Integers]) -> Floats:
        """The mean of each series' coefficients, shape (series, columns); one row for all where there are no groups."""
        found: Floats = np.tile(self.centre, (len(groups[0]) if groups else 1, 1))
        for codes, shift in zip(groups, self.shifts, strict=True):
            found += shift[codes]
        return found


@dataclass(frozen=True)
class Posterior:
    """What is known of the series' coefficients after their values were seen.

    Attributes:
        mean: Shape (series, columns).
        variance: Of each coefficient, shape (series, columns).
        noise: Noise variance of each series, shape (series,).
        weights: Of the values, by how far out they lie; shape (series, history).
        root: Of the coefficients' covariance, which is its transpose times itself; shape (series, columns, columns),
            none before any value was seen.
        multiple: Of the prior's variances, what each series' are, shape (series, columns).
    """

    mean: Floats
    variance: Floats
    noise: Floats
    weights: Singles
    root: Singles
    multiple: Floats


def first_prior(families: Sequence[str], groups: Sequence[Integers]) -> Prior:
    """A weak one, to begin with."""
    variance = np.array([FIRST_VARIANCE.get(family, 0.01) for family in families])
    shifts = tuple(np.zeros((int(codes.max()) + 1, len(families))) for codes in groups)
    return Prior(np.zeros(len(families)), shifts, variance, noise=0.05)


def carried(prior: Prior, columns: Sequence[str], first: Prior, wanted: Sequence[str]) -> Prior:
    """A prior of some columns as one of the ``wanted`` ones; those that it knows nothing of are as in ``first``."""
    place = {column: number for number, column in enumerate(columns)}
    old, new = np.array([(place[name], n) for n, name in enumerate(wanted) if name in place], np.intp).reshape(-1, 2).T
    known = [(first.centre, prior.centre), (first.variance, prior.variance)]
    known += list(zip(first.shifts, prior.shifts, strict=True))
    centre, variance, *shifts = (_replaced(weak, new, learned[..., old]) for weak, learned in known)
    return Prior(centre, tuple(shifts), variance, prior.noise)


def _replaced(values: Floats, columns: Integers, by: Floats) -> Floats:
    found = values.copy()
    found[..., columns] = by
    return found


def first_posterior(sample: Sample, prior: Prior) -> Posterior:
    """Before anything was seen but the noise the prior expects."""
    series, columns = len(sample.scaled), len(prior.centre)
    unseen = np.zeros((series, columns))
    noise = np.full(series, prior.noise)
    nothing = np.zeros((series, 0, 0), np.float32)
    return Posterior(unseen, unseen, noise, sample.observed, nothing, multiple=np.ones((series, columns)))


def posterior(sample: Sample, prior: Prior, last: Posterior) -> Posterior:
    """The E-step, with noise, weights of the values and multiples as ``last`` left them, and all three anew."""
    precision, moment = _normal_equations(sample, last.weights)
    precision /= last.noise[:, None, None].astype(np.float32)
    diagonal = np.arange(len(prior.centre))
    before, centre = prior.variance * last.multiple, prior.means(sample.groups)
    precision[:, diagonal, diagonal] += (1 / before).astype(np.float32)
    root = root_of_inverse(precision)
    pull = moment / last.noise[:, None] + centre / before
    halfway = np.matmul(root, pull[:, :, None].astype(np.float32))
    mean = np.matmul(root.transpose(0, 2, 1), halfway)[:, :, 0].astype(np.float64)
    variance = np.einsum("src,src->sc", root, root).astype(np.float64)
    residual = (sample.scaled - sample.apply(mean)[:, : sample.scaled.shape[1]]) * sample.observed
    # the trace of the design's squares times the covariance: what the values tell, in numbers of coefficients
    told = last.noise * np.maximum(len(diagonal) - (variance / before).sum(axis=1), 0)
    spread = (last.weights * residual**2).sum(axis=1) + told
    noise = (spread + NOISE_WORTH * prior.noise) / (sample.observed.sum(axis=1) + NOISE_WORTH)
    noise = np.maximum(noise, LEAST_NOISE)
    weights = sample.observed * (FREEDOM + 1) / (FREEDOM + residual**2 / noise[:, None])
    multiple = _multiple(sample.unlike, ((mean - centre) ** 2 + variance) / prior.variance)
    return Posterior(mean, variance, noise, weights.astype(np.float32), root, multiple)


def _multiple(unlike: Sequence[Flags], scatter: Floats) -> Floats:
    """What each series' variances are of the panel's, from how far it is from its groups in the panel's unit."""
    found = np.ones_like(scatter)
    for columns in unlike:
        total = scatter[:, columns].sum(axis=1, keepdims=True)
        found[:, columns] = (UNLIKE_WORTH + total) / (UNLIKE_WORTH + columns.sum())
    return found


def _normal_equations(sample: Sample, weights: Singles) -> tuple[Singles, Floats]:
    """Weighted X'X and X'z of each series; shapes (series, columns, columns) and (series, columns)."""
    length, count = sample.scaled.shape[1], sample.shared.shape[1]
    past, own = sample.shared[:length], sample.own[:, :length]
    series, columns = len(weights), count + own.shape[2]
    weighted = np.ascontiguousarray((own * weights[:, :, None]).transpose(0, 2, 1))
    gram = np.empty((series, columns, columns), np.float32)
    gram[:, :count, :count] = sample.squares.weighted(weights)
    gram[:, count:, :count] = (weighted.reshape(-1, length) @ past).reshape(series, -1, count)
    gram[:, :count, count:] = gram[:, count:, :count].transpose(0, 2, 1)
    gram[:, count:, count:] = np.matmul(weighted, own)
    values = weights * sample.scaled
    each = np.matmul(weighted, sample.scaled[:, :, None])[:, :, 0]
    return gram, np.concatenate([values @ past, each], axis=1).astype(np.float64)


def updated(
    prior: Prior, found: Posterior, groups: Sequence[Integers], families: Sequence[str], separate: Flags
) -> Prior:
    """The M-step: ``found`` is of the series whose ``groups`` are given."""
    family = np.array(families)
    centre = found.mean.mean(axis=0)
    shifts = _shifts(found, centre, groups, family != "origin")
    noise = float(np.exp(np.mean(np.log(found.noise))))
    moved = replace(prior, centre=centre, shifts=shifts, noise=noise)
    scatter = (((found.mean - moved.means(groups)) ** 2 + found.variance) / found.multiple).mean(axis=0)
    pooled = {name: scatter[family == name].mean() for name in sorted(set(families))}
    variance = np.where(separate, scatter, [pooled[name] for name in families])
    return replace(moved, variance=np.maximum(variance, LEAST_VARIANCE))


def _shifts(found: Posterior, centre: Floats, groups: Sequence[Integers], moved: Flags) -> tuple[Floats, ...]:
    """Each group's departure, shrunk by how much groups differ against how much series within them do; backfitted."""
    shifts = [np.zeros((int(codes.max()) + 1, len(centre))) for codes in groups]
    for _ in range(2 if len(groups) > 1 else 1):
        for place, codes in enumerate(groups):
            others = sum((shifts[other][groups[other]] for other in range(len(groups)) if other != place), np.zeros(1))
            shifts[place] = _shrunk_means(found.mean - centre - others, found.variance, codes) * moved
    return tuple(shifts)


def _shrunk_means(departures: Floats, variance: Floats, codes: Integers) -> Floats:
    size = np.bincount(codes).astype(float)[:, None]
    sums = np.stack([np.bincount(codes, column, len(size)) for column in departures.T], axis=1)
    means = sums / np.maximum(size, 1)
    within = ((departures - means[codes]) ** 2 + variance).mean(axis=0)
    between = np.maximum((size * means**2).sum(axis=0) / len(codes) - within / max(float(size.mean()), 1), 1e-10)
    shrunk: Floats = sums / (size + within / between)
    return shrunk
