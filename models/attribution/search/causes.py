"""Which segments moved: the strongest first, then its relatives, then what is left once it is taken out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.attribution.search.evidence import Cause, Question, weigh, worth_a_name
from models.attribution.search.relatives import settle

MOST_CAUSES = 8
REFITS = 3
KEEP_ABOVE = 4.0  # standard errors that a cause inside another one must still have beside it


def find_causes(question: Question) -> list[Cause]:
    """The segments that moved against the rest, each named once."""
    causes: list[Cause] = []
    tried: set[int] = set()
    while len(causes) < MOST_CAUSES:
        seen = weigh(question, causes)
        candidates = np.flatnonzero(worth_a_name(question, seen))
        if not len(candidates):
            break
        best = settle(question, seen, int(candidates[np.argmax(seen.odds[candidates])]))
        if best in tried:
            break
        tried.add(best)
        causes = refit(question, [*causes, seen.cause(question, best)])
    return prune(question, causes)


def refit(question: Question, causes: Sequence[Cause]) -> list[Cause]:
    """All shifts together: each as it is beside the others (backfitting)."""
    fitted = list(causes)
    for _ in range(REFITS if len(fitted) > 1 else 0):
        for place, cause in enumerate(fitted):
            shift = weigh(question, [*fitted[:place], *fitted[place + 1 :]]).shift[cause.segment]
            fitted[place] = replace(cause, shift=float(shift))
    return fitted


def prune(question: Question, causes: Sequence[Cause]) -> list[Cause]:
    """Leave out, the finest first, what is not needed beside a cause that holds it or that it holds."""
    kept = list(causes)
    items = question.segments.items
    for cause in sorted(causes, key=lambda cause: -len(items[cause.segment])):
        others = [other for other in kept if other.segment != cause.segment]
        names = items[cause.segment]
        if any(items[other.segment] < names or names < items[other.segment] for other in others):
            others = refit(question, others)
            if weigh(question, others).clear[cause.segment] < KEEP_ABOVE:
                kept = others
    return kept
