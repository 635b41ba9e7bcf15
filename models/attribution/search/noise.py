"""How far segments move when nothing happened, learned from history."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.attribution.search.contrasts import Contrast
from models.attribution.search.segments import Segments

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

DECAYS = (0.0, 0.5, 0.7, 0.85, 1.0)
LEAST_BLOCKS = 3  # before the period: two movements to learn from
KIND_PRIOR = 4.0  # movements that the noise of all kinds of segments is worth against one kind's own
DISPERSION_PRIOR = 20.0  # the same of lines drawn on their own against what the deepest segments show
MOST_PRIOR = 100.0  # the same of a kind against one segment's own: from here on its segments are taken to be alike
MOST_SQUARE = 9.0  # of a movement in standard errors: a cause in history counts as no more than that
MEDIAN_SQUARE = 0.4549  # of a standard normal
ROUNDS = 5


@dataclass(frozen=True)
class Noise:
    """The variance of a movement: of its kind, plus overdispersed sampling, drawn towards the segment's own.

    Attributes:
        decay: Weight of a block against the one after it, in the reference that movements are measured from.
        between: By segment, the variance between blocks that more lines would not reduce; shape (S,).
        dispersion: Variance of the sampling part over that of independent lines.
        own: By segment, how much more it varied than its kind; shape (S,).
        freedom: Degrees of freedom of each segment's variance, shape (S,).
    """

    decay: float
    between: Floats
    dispersion: float
    own: Floats
    freedom: Floats

    def variance(self, sampling: Floats) -> Floats:
        """The variance of movements with this sampling variance, shape (S,)."""
        total: Floats = (self.between + self.dispersion * sampling) * self.own
        return total

    def weights(self, block: int) -> Floats:
        """The weights of the blocks before ``block`` in its reference, oldest first; they sum to one."""
        return decayed(self.decay, block)


def decayed(decay: float, block: int) -> Floats:
    """Weights of ``block`` blocks, oldest first, each ``decay`` times the next; they sum to one."""
    weights = np.power(decay, np.arange(block - 1, -1, -1, dtype=float))
    normalised: Floats = weights / weights.sum()
    return normalised


def learn_noise(contrast: Contrast, period: int) -> Noise:
    """The reference that foretells best, and what it misses, from every block before the period.

    Args:
        contrast: What is looked at.
        period: The block of the period, at least ``LEAST_BLOCKS``.
    """
    tried = {decay: _errors(contrast, period, decay) for decay in DECAYS}
    decay = min(tried, key=lambda decay: _spread(*tried[decay], contrast.tested))
    return _fitted(decay, *tried[decay], contrast)


def _errors(contrast: Contrast, period: int, decay: float) -> tuple[Floats, Floats]:
    """Movements into each block of history from those before it, and their sampling variances, shape (S, E)."""
    start = 1 if period <= LEAST_BLOCKS else 2
    moves = [contrast.movement(block, decayed(decay, block)) for block in range(start, period)]
    return np.column_stack([move.shift for move in moves]), np.column_stack([move.sampling for move in moves])


def _spread(errors: Floats, sampling: Floats, tested: Flags) -> float:
    """The mean logarithm of the segments' mean square: no segment counts more for being noisier."""
    known = np.isfinite(sampling).all(axis=1) & tested
    squares = (errors[known] ** 2).mean(axis=1)
    return float(np.log(squares[squares > 0]).mean()) if (squares > 0).any() else 0.0


def _fitted(decay: float, errors: Floats, sampling: Floats, contrast: Contrast) -> Noise:
    known = np.isfinite(sampling) & contrast.tested[:, None]
    dispersion = _dispersion(errors, sampling, known, contrast.segments)
    between, freedom = _of_kinds(errors, dispersion * sampling, known, contrast.segments)
    total = between[:, None] + dispersion * np.where(known, sampling, 1.0)
    ratio = errors**2 / np.maximum(total, np.finfo(float).tiny)
    squares, counts = np.where(known, np.minimum(ratio, MOST_SQUARE), 0.0).sum(axis=1), known.sum(axis=1)
    prior = _own_prior(squares, counts)
    own = (prior + squares) / (prior + counts)
    return Noise(decay, between, dispersion, own, freedom=np.minimum(freedom, prior + counts))


def _of_kinds(errors: Floats, sampling: Floats, known: Flags, segments: Segments) -> tuple[Floats, Floats]:
    """The variance between blocks of each segment's kind, drawn towards that of all, and its freedom; shape (S,)."""
    kinds = [known & (segments.kind == kind)[:, None] for kind in range(len(segments.sets))]
    between = np.array([_between(errors[k], sampling[k]) for k in kinds])
    freedom = np.array([_freedom(k) for k in kinds])
    usual = float((between * freedom).sum() / max(freedom.sum(), 1.0))
    between = (freedom * between + KIND_PRIOR * usual) / (freedom + KIND_PRIOR)
    return between[segments.kind], freedom[segments.kind] + KIND_PRIOR


def _own_prior(squares: Floats, counts: Codes) -> float:
    """How many movements the noise of segments alike is worth against a segment's own (Smyth 2004: a moderated t).

    Where segments' mean squares differ no more than chance lets them, their noise is one. What they differ beyond it is
    the variance of an inverse gamma distribution with mean one, ``2 / (prior - 4)``.

    Args:
        squares: Sums of squared movements, in standard errors, by segment.
        counts: How many of them, by segment.
    """
    told = counts > 0
    if not told.any():
        return MOST_PRIOR
    apart = float(np.mean((squares[told] / counts[told] - 1) ** 2 - 2 / counts[told]))
    return min(4 + 2 / apart, MOST_PRIOR) if apart > 0 else MOST_PRIOR


def _dispersion(errors: Floats, sampling: Floats, known: Flags, segments: Segments) -> float:
    """By the median square of the deepest segments, where sampling is most of the noise, drawn towards one."""
    deepest = known & (segments.depth == segments.depth.max(initial=0))[:, None]
    chosen = deepest if deepest.any() else known
    if not chosen.any():
        return 1.0
    found, count = float(np.median(errors[chosen] ** 2 / sampling[chosen])) / MEDIAN_SQUARE, int(chosen.sum())
    return (count * found + DISPERSION_PRIOR) / (count + DISPERSION_PRIOR)


def _between(errors: Floats, sampling: Floats) -> float:
    """The variance that sampling leaves unexplained, each movement weighted by what it tells (Paule & Mandel 1982)."""
    between = 0.0
    for _ in range(ROUNDS if len(errors) else 0):
        total = between + sampling
        squares = np.minimum(errors**2, MOST_SQUARE * total) if between else errors**2
        between = max(0.0, float((total**-2.0 * (squares - sampling)).sum() / (total**-2.0).sum()))
    return between


def _freedom(known: Flags) -> float:
    """Movements of a kind, less one segment in each block: its segments' movements cancel out."""
    return float(np.maximum(known.sum(axis=0) - 1, 0).sum())
