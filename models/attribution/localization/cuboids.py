"""All combinations of values: a cuboid is a choice of dimensions, its groups are the combinations that occur."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from models.attribution.localization.leaves import Leaves

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

DEEPEST = 3


@dataclass(frozen=True)
class Cuboid:
    """The groups of one choice of dimensions.

    Attributes:
        places: Places of the dimensions.
        group: Of each of N cells, from 0 to G - 1.
        example: A cell of each group, shape (G,).
    """

    places: tuple[int, ...]
    group: Codes
    example: Codes

    def sums(self, amounts: Floats) -> Floats:
        """Sums of ``amounts`` by group, shape (G,)."""
        sums: Floats = np.bincount(self.group, amounts, len(self.example)).astype(float)
        return sums


def cuboids(leaves: Leaves) -> Iterator[Cuboid]:
    """The cuboids of no dimension (all cells), one, two and three, those of fewer dimensions first."""
    for depth in range(min(DEEPEST, len(leaves.dimensions)) + 1):
        for places in combinations(range(len(leaves.dimensions)), depth):
            yield _cuboid(leaves, places)


def _cuboid(leaves: Leaves, places: tuple[int, ...]) -> Cuboid:
    flat = np.zeros(leaves.codes.shape[1], dtype=np.int64)
    for place in places:
        flat = flat * len(leaves.values[place]) + leaves.codes[place]
    _, example, group = np.unique(flat, return_index=True, return_inverse=True)
    return Cuboid(places, group.astype(np.int64), example.astype(np.int64))
