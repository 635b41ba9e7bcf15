"""Many tests at once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def q_values(p_value: Floats, tested: NDArray[np.bool_], depth: NDArray[np.int64]) -> Floats:
    """False discovery rates (Benjamini & Hochberg 1995), every depth of segments with the same budget.

    There are a hundred times more conjunctions than values; with weights that average to one over all tests
    (Genovese, Roeder & Wasserman 2006) a cause of one dimension need not be clearer for their sake.

    Args:
        p_value: Shape (S,).
        tested: Which of them count; the others get one.
        depth: How many dimensions name each segment, shape (S,).
    """
    q_value = np.ones(len(p_value))
    places = np.flatnonzero(tested)
    if not len(places):
        return q_value
    levels, level, sizes = np.unique(depth[places], return_inverse=True, return_counts=True)
    weighted = p_value[places] * len(levels) * sizes[level] / len(places)
    order = np.argsort(weighted, kind="stable")
    steps = weighted[order] * len(places) / np.arange(1, len(places) + 1)
    q_value[places[order]] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return q_value
