"""Array types, and the random streams that everything is drawn from."""

from zlib import crc32

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Dates = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]


def random_stream(seed: int, name: str, *keys: int) -> np.random.Generator:
    """A generator of its own for each purpose, so that drawing more for one purpose moves no other."""
    return np.random.default_rng([seed, crc32(name.encode()), *keys])


def draw(generator: np.random.Generator, shares: Floats | list[float], size: int) -> Ints:
    """Draw ``size`` positions with probabilities in proportion to ``shares``."""
    cumulative: Floats = np.cumsum(shares)
    return places(cumulative, generator.random(size) * cumulative[-1])


def places(cumulative: Floats, targets: Floats) -> Ints:
    """Position of the first cumulated value above each target."""
    return np.searchsorted(cumulative, targets, side="right").astype(np.int64)


def positions_within(counts: Ints) -> Ints:
    """0, 1, ... n-1 for each group of ``counts`` consecutive elements."""
    starts = np.cumsum(counts) - counts
    return np.arange(counts.sum(), dtype=np.int64) - np.repeat(starts, counts)
