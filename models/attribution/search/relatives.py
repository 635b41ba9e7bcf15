"""Whether the clearest segment is the cause, or part of it, or only holds it."""

import numpy as np

from models.attribution.search.evidence import FALSE_DISCOVERIES, Evidence, Question

STRONGER = 1.25  # times the shift of what holds it: a part that moved alone moved further
CLEAR = 3.5


def settle(question: Question, seen: Evidence, best: int, level: float = FALSE_DISCOVERIES) -> int:
    """The ancestor whose remainder moved alike, else the descendant whose remainder in ``best`` stood still.

    Both compare two hypotheses about a remainder: that it moved with the rest of the cause, or not at all. Only
    segments with a q-value below ``level`` are looked at.
    """
    items = question.segments.items
    clear: list[int] = np.flatnonzero(question.contrast.tested & (seen.q_value < level)).tolist()
    for ancestor in sorted((o for o in clear if items[o] < items[best]), key=lambda o: len(items[o])):
        if _one_cause(question, seen, ancestor, best) > 0:
            return ancestor
    descendants = [o for o in clear if items[best] < items[o] and _stronger(seen, o, best)]
    alone = [o for o in descendants if _one_cause(question, seen, best, o) < 0]
    return max(alone, key=lambda o: float(seen.clear[o])) if alone else best


def _stronger(seen: Evidence, part: int, whole: int) -> bool:
    return bool(seen.shift[part] / seen.shift[whole] > STRONGER and seen.clear[part] > CLEAR)


def _one_cause(question: Question, seen: Evidence, whole: int, part: int) -> float:
    """Log odds of "``part`` and the remainder of ``whole`` moved alike" to "the remainder stood still".

    How far they moved is not known: under either hypothesis it is what is most likely.
    """
    segments, noise = question.segments, question.noise
    remainder = np.setdiff1d(segments.leaves(whole), segments.leaves(part), assume_unique=True)
    weights = noise.weights(question.period)
    moved, sampling = question.contrast.part(remainder, question.period, weights, seen.removed)
    variance = (noise.between[whole] + noise.dispersion * sampling) * noise.own[whole]
    apart = (moved - seen.shift[part]) ** 2 / (variance + seen.error[part] ** 2)
    return float((moved**2 / variance - apart) / 2 + seen.prior[whole] - seen.prior[part])
