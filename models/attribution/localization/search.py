"""The search: add the combination that explains most, again and again, then drop what the others made needless.

A cause is a combination whose cells deviate alike: around a mean of their own, with their own spread besides the
noise. What it explains is the gain of log-likelihood over its cells, less the price of naming it (minimum description
length: Rissanen 1978): the logarithm of how many combinations of its dimensions there are, and of its parameters. A
parent of an abnormal combination pays for the normal cells that it holds and a child leaves abnormal ones out, so that
the exact combination gains most.

Three conditions keep out what gains for another reason: cells that merely are noisier than others (their mean must be
worth more than a spread around zero), cells that deviate to both sides, and a small error of expectation common to
many cells (a mean must stand out from those of the cuboid's other groups).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.attribution.localization.cuboids import Cuboid
from models.attribution.localization.noise import Noise

Floats = NDArray[np.float64]
Cells = NDArray[np.bool_]

PRICE = 6.0  # of a cause, besides the logarithms, in nats: one in e^6 is found by chance
SURE = 5.0  # nats by which a shift must beat a mere spread
SHARED = 0.2  # expectation of a group is wrong by at least this share of what it is wrong by in a cell
MOST_CAUSES = 20


@dataclass(frozen=True)
class Cause:
    """A combination that explains its cells.

    Attributes:
        places: Places of its dimensions.
        example: A cell that belongs to it.
        inside: Which of N cells belong to it, shape (N,).
        log_density: Of its cells' deviations under the cause, shape (N,); minus infinity outside.
        price: What naming it costs, in nats.
        score: What it explained beyond its price when it was found, in nats.
    """

    places: tuple[int, ...]
    example: int
    inside: Cells
    log_density: Floats
    price: float
    score: float


@dataclass(frozen=True)
class Groups:
    """The groups of a cuboid as causes: mean deviation, spread (a variance) and sampling variance, shape (G,) each."""

    mean: Floats
    spread: Floats
    sampling: Floats


def search(cuboids: Sequence[Cuboid], deviation: Floats, noise: Noise) -> list[Cause]:
    """The causes of what is abnormal, the one that explains most first; none where nothing is.

    Args:
        cuboids: The combinations to choose from.
        deviation: Of N cells, between -2 and 2.
        noise: Of the same cells.
    """
    normal = noise.log_density(deviation)
    explained, left = normal, np.ones(len(normal), dtype=bool)
    causes: list[Cause] = []
    while len(causes) < MOST_CAUSES and left.any():
        found = max((_best(each, deviation, noise, explained, left) for each in cuboids), key=lambda cause: cause.score)
        if found.score <= 0:
            break
        causes.append(found)
        explained, left = np.maximum(explained, found.log_density), left & ~found.inside
    return _pruned(causes, normal)


def _best(cuboid: Cuboid, deviation: Floats, noise: Noise, explained: Floats, left: Cells) -> Cause:
    """The group of a cuboid that explains most of what is left; a cell that is explained follows either cause."""
    groups = _groups(cuboid, deviation, left / noise.variance)
    density = noise.log_density(deviation - groups.mean[cuboid.group], groups.spread[cuboid.group])
    gain = density - explained
    gains = cuboid.sums(np.where(left, gain, np.maximum(gain, 0)))
    cells = cuboid.sums(left.astype(float))
    price = PRICE + np.log(len(cells)) + np.log(np.maximum(cells, 1))
    around_zero = noise.log_density(deviation, (groups.spread + groups.mean**2)[cuboid.group])
    shifted = cuboid.sums(np.where(left, density - around_zero, 0)) > SURE
    one_sided = groups.mean**2 > groups.spread
    between = _between(cuboid, deviation, noise)
    outstanding = groups.mean**2 / (2 * (groups.sampling + between)) > price
    scores = np.where(shifted & one_sided & outstanding, gains - price, -np.inf)
    return _cause(cuboid, int(np.argmax(scores)), density, price, scores)


def _cause(cuboid: Cuboid, group: int, density: Floats, price: Floats, scores: Floats) -> Cause:
    inside = cuboid.group == group
    return Cause(
        places=cuboid.places,
        example=int(cuboid.example[group]),
        inside=inside,
        log_density=np.where(inside, density, -np.inf),
        price=float(price[group]),
        score=float(scores[group]),
    )


def _groups(cuboid: Cuboid, deviation: Floats, weight: Floats) -> Groups:
    """Each group by weighted moments: the spread is what its cells' noise, of variance 1 / weight, leaves over."""
    total = np.maximum(cuboid.sums(weight), np.finfo(float).tiny)
    mean = cuboid.sums(weight * deviation) / total
    squares = cuboid.sums(weight * (deviation - mean[cuboid.group]) ** 2)
    cells = cuboid.sums((weight > 0).astype(float))
    return Groups(mean, np.maximum(squares - cells, 0) / total, 1 / total)


def _between(cuboid: Cuboid, deviation: Floats, noise: Noise) -> float:
    """The variance of the groups' means over cells within the noise: how wrong expectation is by group."""
    groups = _groups(cuboid, deviation, noise.near(deviation) / noise.variance)
    excess = groups.mean**2 - groups.sampling
    return max(float(np.median(excess)), (SHARED * noise.relative) ** 2)


def _pruned(causes: list[Cause], normal: Floats) -> list[Cause]:
    """Without the causes whose cells the others explain as well, the least first."""
    kept = [*causes]
    while kept:
        alone = [_alone(cause, kept, normal) for cause in kept]
        least = int(np.argmin(alone))
        if alone[least] > 0:
            break
        del kept[least]
    return kept


def _alone(cause: Cause, causes: list[Cause], normal: Floats) -> float:
    """What a cause explains beyond all others and its price."""
    others = np.maximum.reduce([normal, *(other.log_density for other in causes if other is not cause)])
    return float((np.maximum(cause.log_density, others) - others).sum()) - cause.price
