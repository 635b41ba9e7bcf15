"""Abnormal leaf cells with a known cause, by the recipes that were published with the localizers.

Every recipe holds the vertical assumption (the cells of one cause deviate alike) and the generalised ripple effect
(a cause moves its cells in proportion to what was expected of them: Sun et al. 2018, HotSpot; Li et al. 2019, Squeeze).

- ``riskloc``: Weibull values, up to a quarter of the cells zero, relative noise up to 25% on either side, anomalies of
  severity .2 to 1 above the noise, each in a cuboid of its own (Kalander 2022, RiskLoc).
- ``squeeze``: a product of uneven margins, 1 to 3 causes in one cuboid, each with its own deviation up or down, noise
  at five levels from .8% to 8% (Squeeze, sets B0 to B4).
- ``sparse``: counts, most cells with fewer than five, causes of at least 100 in several cuboids (Squeeze, set A).
- ``rate`` and ``numerator``: a rate of two counts of 20 and more (Squeeze, set D), and the same of any counts, given as
  its numerator beside the numerator that was expected.
- ``appeared``: one value that was not expected at all.
- ``calm`` and ``biased``: no cause; in the latter every value of every dimension is forecast a little wrong.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Where = frozenset[tuple[str, str]]

SHAPES = ((10, 10, 10, 10), (5, 8, 10, 25), (20, 25, 20), (4, 5, 5, 10, 10))
SQUEEZE_NOISE = (0.008, 0.02, 0.04, 0.06, 0.08)
FEWEST_CELLS = 3


@dataclass(frozen=True)
class Case:
    """Leaf cells (dimensions, ``actual``, ``expected``) and the combinations that were made abnormal."""

    recipe: str
    cells: pd.DataFrame
    dimensions: tuple[str, ...]
    causes: frozenset[Where]


@dataclass(frozen=True)
class Leaves:
    """All combinations of a shape; ``codes`` is of shape (cells, dimensions)."""

    shape: tuple[int, ...]
    codes: Codes

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple("abcdefgh"[: len(self.shape)])

    def where(self, places: tuple[int, ...], values: tuple[int, ...]) -> Where:
        return frozenset((self.dimensions[p], f"{self.dimensions[p]}{v}") for p, v in zip(places, values, strict=True))

    def mask(self, places: tuple[int, ...], values: tuple[int, ...]) -> NDArray[np.bool_]:
        return np.logical_and.reduce([self.codes[:, p] == v for p, v in zip(places, values, strict=True)])


Cause = tuple[tuple[int, ...], tuple[int, ...]]


def leaves(generator: np.random.Generator) -> Leaves:
    shape = SHAPES[generator.integers(len(SHAPES))]
    return Leaves(shape, np.indices(shape).reshape(len(shape), -1).T.astype(np.int64))


def case(recipe: str, leaf: Leaves, actual: Floats, expected: Floats, causes: list[Cause]) -> Case:
    labels = {name: [f"{name}{code}" for code in leaf.codes[:, i]] for i, name in enumerate(leaf.dimensions)}
    cells = pd.DataFrame({**labels, "actual": actual, "expected": expected})
    return Case(recipe, cells, leaf.dimensions, frozenset(leaf.where(*cause) for cause in causes))


def draw_causes(
    generator: np.random.Generator, leaf: Leaves, weight: Floats, *, one_cuboid: bool, least: float = 0.0
) -> list[Cause]:
    """1 to 3 causes of 1 to 3 dimensions, no value in two of them unless they share a cuboid.

    Each has at least three cells with a positive ``weight``, and ``least`` of it in sum.
    """
    count, taken = int(generator.integers(1, 4)), set()
    causes: list[Cause] = []
    places = _places(generator, leaf)
    while len(causes) < count:
        if not one_cuboid:
            places = _places(generator, leaf)
        values = tuple(int(generator.integers(leaf.shape[p])) for p in places)
        used = set(zip(places, values, strict=True))
        again = (places, values) in causes if one_cuboid else bool(used & taken)
        inside = weight[leaf.mask(places, values)]
        if again or (inside > 0).sum() < FEWEST_CELLS or inside.sum() < least:
            continue
        causes.append((places, values))
        taken |= used
    return causes


def _places(generator: np.random.Generator, leaf: Leaves) -> tuple[int, ...]:
    depth = int(generator.integers(1, min(3, len(leaf.shape) - 1) + 1))
    return tuple(sorted(int(p) for p in generator.choice(len(leaf.shape), depth, replace=False)))


def riskloc(generator: np.random.Generator) -> Case:
    leaf = leaves(generator)
    size, noise = len(leaf.codes), generator.uniform(0, 0.25)
    value = 100 * generator.weibull(generator.uniform(0.5, 1), size)
    value *= generator.random(size) > generator.uniform(0, 0.25)
    noisy = np.maximum(value * (1 + noise * generator.standard_normal(size)), 0)
    swap = generator.random(size) < 0.5
    actual, expected = np.where(swap, value, noisy), np.where(swap, noisy, value)
    causes = draw_causes(generator, leaf, expected, one_cuboid=False)
    down = actual.sum() <= expected.sum()
    for cause in causes:
        inside = leaf.mask(*cause)
        severity, deviation = generator.uniform(0.2, 1) + noise, generator.uniform(0, 0.1)
        kept = np.maximum(1 - generator.normal(severity, deviation, inside.sum()), 0)
        base = expected[inside] if down else actual[inside]
        actual[inside], expected[inside] = (base * kept, base) if down else (base, base * kept)
    return case("riskloc", leaf, actual, expected, causes)


def background(generator: np.random.Generator, leaf: Leaves, mean: float) -> Floats:
    """Expectations from uneven margins and a cell's own share, many near zero."""
    margins = [generator.lognormal(0, 1.2, size) for size in leaf.shape]
    product = np.prod([margin[leaf.codes[:, i]] for i, margin in enumerate(margins)], axis=0)
    own = product * generator.lognormal(0, 0.5, len(product))
    return own / own.mean() * mean


def ripple(generator: np.random.Generator, low: float = 0.2) -> float:
    """A cause's ratio of actual to expected, from Squeeze's deviation score d = 2 (f - v) / (f + v)."""
    score = generator.choice([-1, 1], p=[0.3, 0.7]) * generator.uniform(low, 1.2)
    return float((2 - score) / (2 + score))


def squeeze(generator: np.random.Generator) -> Case:
    leaf = leaves(generator)
    noise = generator.choice(SQUEEZE_NOISE)
    expected = background(generator, leaf, 100.0) * (generator.random(len(leaf.codes)) > 0.3)
    causes = draw_causes(generator, leaf, expected, one_cuboid=True)
    ratio = np.ones(len(expected))
    for cause in causes:
        ratio[leaf.mask(*cause)] = ripple(generator, 0.1 + 2 * noise)
    actual = np.maximum(expected * (ratio + noise * generator.standard_normal(len(ratio))), 0)
    return case("squeeze", leaf, actual, expected, causes)


def sparse(generator: np.random.Generator) -> Case:
    leaf = leaves(generator)
    expected = background(generator, leaf, 10.0)
    rate = expected.copy()
    causes = draw_causes(generator, leaf, expected, one_cuboid=False, least=100.0)
    for cause in causes:
        rate[leaf.mask(*cause)] *= ripple(generator, 0.5)
    actual = generator.poisson(rate * generator.gamma(50, 1 / 50, len(rate))).astype(float)
    return case("sparse", leaf, actual, expected, causes)


def rate(generator: np.random.Generator) -> Case:
    leaf = leaves(generator)
    tries = 20 + generator.poisson(background(generator, leaf, 500.0))
    causes = draw_causes(generator, leaf, tries.astype(float), one_cuboid=True)
    return case("rate", leaf, _successes(generator, leaf, tries, causes) / tries, np.full(len(tries), 0.9), causes)


def numerator(generator: np.random.Generator) -> Case:
    leaf = leaves(generator)
    tries = generator.poisson(background(generator, leaf, 50.0))
    causes = draw_causes(generator, leaf, tries.astype(float), one_cuboid=True, least=200.0)
    return case("numerator", leaf, _successes(generator, leaf, tries, causes), 0.9 * tries, causes)


def _successes(generator: np.random.Generator, leaf: Leaves, tries: Codes, causes: list[Cause]) -> Floats:
    chance = np.full(len(tries), 0.9)
    for cause in causes:
        chance[leaf.mask(*cause)] *= generator.uniform(0.3, 0.8)
    return generator.binomial(tries, chance).astype(float)


def appeared(generator: np.random.Generator) -> Case:
    leaf = leaves(generator)
    expected = background(generator, leaf, 100.0)
    actual = expected * (1 + 0.05 * generator.standard_normal(len(expected)))
    place = int(generator.integers(len(leaf.shape)))
    cause: Cause = ((place,), (int(generator.integers(leaf.shape[place])),))
    expected[leaf.mask(*cause)] = 0
    return case("appeared", leaf, np.maximum(actual, 0), expected, [cause])


def calm(generator: np.random.Generator) -> Case:
    leaf = leaves(generator)
    expected = background(generator, leaf, 50.0)
    wobble = generator.choice([0.02, 0.1, 0.25]) * generator.standard_t(5, len(expected))
    return case("calm", leaf, generator.poisson(np.maximum(expected * (1 + wobble), 0)).astype(float), expected, [])


def biased(generator: np.random.Generator) -> Case:
    leaf = leaves(generator)
    expected = background(generator, leaf, 100.0)
    off = sum(0.02 * generator.standard_normal(size)[leaf.codes[:, i]] for i, size in enumerate(leaf.shape))
    actual = expected * np.exp(off + generator.normal(0, 0.03) + 0.08 * generator.standard_normal(len(expected)))
    return case("biased", leaf, actual, expected, [])


RECIPES: dict[str, Callable[[np.random.Generator], Case]] = {
    each.__name__: each for each in (riskloc, squeeze, sparse, rate, numerator, appeared, calm, biased)
}


def cases(seeds: range) -> Iterator[Callable[[], Case]]:
    """Every recipe at every seed, made when it is called."""
    for place, recipe in enumerate(RECIPES.values()):
        for seed in seeds:
            yield partial(recipe, np.random.default_rng([place, seed]))
