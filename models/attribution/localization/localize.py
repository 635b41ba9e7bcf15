"""The door: from a table of leaf cells to the combinations that explain what is abnormal in it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.attribution.localization.cuboids import cuboids
from models.attribution.localization.leaves import Leaves, read_leaves
from models.attribution.localization.noise import learn_noise
from models.attribution.localization.search import Cause, search

COLUMNS = ["where", "amount", "score"]
PASSES = 3


def localize(cells: pd.DataFrame, dimensions: Sequence[str], actual: str, expected: str) -> pd.DataFrame:
    """Find the smallest set of combinations that explain why cells are not what was expected of them.

    A combination gives a value to one, two or three of the dimensions; none at all is everything. It is a cause where
    its cells deviate alike, beyond their own noise and beyond what its peers deviate by; what already follows from
    another cause is left out. The noise is learned from the cells themselves, so there is no threshold to choose, and
    nothing is found where nothing is wrong, or where half of the cells and more are abnormal in different ways.

    The cells of a cause are taken to move in proportion (generalised ripple effect: Sun et al. 2018, HotSpot; Li et
    al. 2019, Squeeze); how the combinations are chosen is in ``search``.

    Args:
        cells: One row for each combination of ``dimensions``; rows of the same one are summed, a missing value of a
            dimension is a value of its own, "Not Available".
        dimensions: Names of the columns to look for the cause in.
        actual: The column of actual values: an amount that adds up, of either sign. A rate can be given as it is, but
            its numerator, beside the numerator that was expected, says how much each cell counts.
        expected: The column of expected values.

    Returns:
        One row for each cause, the one that explains most first: ``where`` (a dictionary of dimension to value),
        ``amount`` (actual less expected over its cells) and ``score`` (what it explains beyond the price of naming
        it, in nats of log-likelihood: 3 more is 20 times as likely).

    Raises:
        InputError: With every problem found: columns that are missing or named twice, values that are not numbers.
    """
    leaves = read_leaves(cells, dimensions, actual, expected)
    causes = _causes(leaves) if len(leaves.size) else []
    rows = [_row(leaves, cause) for cause in sorted(causes, key=lambda cause: -cause.score)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _causes(leaves: Leaves) -> list[Cause]:
    """Search, learn the noise again from the cells that no cause explains, and search again."""
    combinations = [*cuboids(leaves)]
    causes: list[Cause] = []
    normal = np.ones(len(leaves.size), dtype=bool)
    for _ in range(PASSES):
        found = search(combinations, leaves.deviation, learn_noise(leaves, normal))
        settled = _names(found) == _names(causes)
        causes = found
        normal = ~np.logical_or.reduce([np.zeros_like(normal), *(cause.inside for cause in causes)])
        if settled or not normal.any():
            break
    return causes


def _names(causes: list[Cause]) -> set[tuple[tuple[int, ...], int]]:
    return {(cause.places, cause.example) for cause in causes}


def _row(leaves: Leaves, cause: Cause) -> dict[str, object]:
    where = {
        leaves.dimensions[place]: leaves.values[place][leaves.codes[place, cause.example]] for place in cause.places
    }
    return {"where": where, "amount": float(leaves.difference[cause.inside].sum()), "score": cause.score}
