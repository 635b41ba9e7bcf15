"""What segments still show once the causes found already are taken out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.attribution.search.contrasts import Contrast, Movement
from models.attribution.search.multiplicity import q_values
from models.attribution.search.noise import Noise, decayed
from models.attribution.search.segments import Segments

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

FALSE_DISCOVERIES = 0.005
LEAST_AMOUNT = 0.0005  # of revenue: what is less is not worth a name
LEAST_SKEWNESS, MOST_SKEWNESS = 1e-6, 2.0  # at most that of an exponential distribution
TINY = 1e-300  # the smallest p-value that has a normal quantile


@dataclass(frozen=True)
class Cause:
    """One segment that moved by itself.

    Attributes:
        segment: Its place among the segments; 0 is the whole business.
        shift: How far it moved, as the contrast counts it.
        error: Standard error of the shift.
        freedom: Degrees of freedom of the error.
        q_value: Expected share of false names among those at least as clear.
    """

    segment: int
    shift: float
    error: float
    freedom: float
    q_value: float


@dataclass(frozen=True)
class Question:
    """What is looked for.

    Attributes:
        contrast: What the segments differ in.
        noise: How far they move when nothing happens.
        period: The block of the period.
        worth: Revenue of each segment in the period or before, whichever is more, shape (S,).
        whole_error: Standard error of the movement of the whole business, infinite where it says nothing.
    """

    contrast: Contrast
    noise: Noise
    period: int
    worth: Floats
    whole_error: float = np.inf

    @property
    def segments(self) -> Segments:
        """The segments looked at."""
        return self.contrast.segments

    def movement(self, removed: Floats | None = None) -> Movement:
        """How the segments moved into the period."""
        return self.contrast.movement(self.period, self.noise.weights(self.period), removed)


@dataclass(frozen=True)
class Evidence:
    """How far each of S segments moved beside what was removed.

    Attributes:
        removed: What the causes added in each leaf, shape (K,).
        shift: Shape (S,), and so are the others.
        error: Standard error of the shift.
        clear: The shift in standard errors, as a normal deviate of the same p-value.
        q_value: False discovery rate.
        prior: Logarithm of the odds before anything was seen: every depth has the same, its segments share them.
        score: Log likelihood ratio to no cause; a segment whose rest stands still explains the whole movement, too.
    """

    removed: Floats
    shift: Floats
    error: Floats
    clear: Floats
    q_value: Floats
    prior: Floats
    score: Floats

    @property
    def odds(self) -> Floats:
        """Logarithm of the odds of each segment to be the cause, up to a constant; shape (S,)."""
        return self.score + self.prior

    def cause(self, question: Question, segment: int) -> Cause:
        """A segment as a cause."""
        freedom, q_value = float(question.noise.freedom[segment]), float(self.q_value[segment])
        return Cause(segment, float(self.shift[segment]), float(self.error[segment]), freedom, q_value)


def weigh(question: Question, causes: Sequence[Cause]) -> Evidence:
    """What every segment shows beside the causes found already."""
    contrast, noise = question.contrast, question.noise
    removed = removed_by(contrast.segments, causes)
    move = question.movement(removed)
    error = np.sqrt(noise.variance(move.sampling))
    p_value = 2 * stats.t.sf(np.abs(symmetric(move.shift / error, move.third / error**3)), noise.freedom)
    clear = stats.norm.isf(np.maximum(p_value, TINY) / 2)
    whole = move.rest[np.argmin(question.worth)]  # all but the smallest segment
    score = clear**2 / 2 + (whole**2 - move.rest**2) / (2 * question.whole_error**2)
    depth = contrast.segments.depth
    q_value = q_values(p_value, contrast.tested, depth)
    return Evidence(removed, move.shift, error, clear, q_value, prior_odds(depth, contrast.tested), score)


def prior_odds(depth: Codes, tested: Flags) -> Floats:
    """The logarithm of one over how many tested segments have the same depth, shape (S,)."""
    sizes = np.bincount(depth[tested], minlength=int(depth.max(initial=0)) + 1)
    prior: Floats = -np.log(np.maximum(sizes, 1))[depth]
    return prior


def symmetric(deviate: Floats, skewness: Floats) -> Floats:
    """The normal deviate with the same tail as that of a gamma distribution (Wilson & Hilferty 1931), if it is nearer.

    The mean of a few hundred skewed values strays further to one side, where a normal tail is wrong many times over.
    """
    skewed = skewness * np.sign(deviate) > LEAST_SKEWNESS
    s = np.where(skewed, np.minimum(np.abs(skewness), MOST_SKEWNESS), 1.0)
    normal = 6 / s * (np.cbrt(1 + s * np.abs(deviate) / 2) - 1) + s / 6
    return np.where(skewed & (normal < np.abs(deviate)), np.sign(deviate) * normal, deviate)


def removed_by(segments: Segments, causes: Sequence[Cause]) -> Floats:
    """What the causes added in each leaf, shape (K,)."""
    removed = np.zeros(segments.members.shape[1])
    for cause in causes:
        removed[segments.leaves(cause.segment)] += cause.shift
    return removed


def worth_a_name(question: Question, seen: Evidence) -> Flags:
    """Which segments moved clearly enough, by enough, and since the baseline."""
    amount = question.worth * -np.expm1(-np.abs(seen.shift))
    clear: Flags = question.contrast.tested & (seen.q_value < FALSE_DISCOVERIES)
    enough = amount > LEAST_AMOUNT * question.worth[0]
    named: Flags = clear & enough & _since_baseline(question, seen.shift) & ~_left_behind(question, seen)
    return named


def _left_behind(question: Question, seen: Evidence) -> Flags:
    """What stood still while the rest moved away from it, where that is no cause of its own."""
    own = seen.shift + question.movement(seen.removed).rest
    stood = own * np.sign(seen.shift) < np.abs(seen.shift) / 2
    behind: Flags = stood & (question.worth > question.contrast.moves_itself_from * question.worth[0])
    return behind


def _since_baseline(question: Question, shift: Floats) -> Flags:
    """Whether the segment moved from the baseline, too: what had moved before does not explain the change.

    Once a cause inside it is taken out, a segment's plain movement says nothing, and it passes.
    """
    last = question.contrast.movement(question.period, decayed(0.0, question.period)).shift
    plain = question.movement().shift
    moved: Flags = (last * plain > 0) & (np.abs(last) > np.abs(plain) / 2)
    return moved | (np.abs(shift - plain) > np.abs(plain) / 2)
