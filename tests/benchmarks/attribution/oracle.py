"""What could be told at best: how far a cause moves its place, in standard errors of the noise, for who knows both.

The noise is the generator's own: of the number of orders, counting and levels that wander from day to day; of prices,
the spread of lines. Nobody who has to search for the place tells more; causes of other kinds are taken for clear.
"""

import numpy as np

from tests.benchmarks.attribution.scenarios import PERIOD
from tests.benchmarks.attribution.world import (
    BASELINE,
    COUNTRY,
    HISTORY,
    MEMORY,
    PAIR,
    PAIR_MEMORY,
    PRICE_SPREAD,
    ROOM,
    STORE,
    VALUES,
    World,
    held,
)

LENGTH = PERIOD[1] - PERIOD[0] + 1
STRETCHES = (HISTORY + BASELINE) / LENGTH  # before the period, to know the usual level from
BOTH = 1 + 1 / STRETCHES  # variance of a period less its usual level, over that of a period


def clearness(world: World, cause: dict) -> float:
    """The effect of a cause in standard errors; infinite where its noise is not known."""
    if cause["dates"] != PERIOD or not cause["where"] or cause["kind"] not in ("orders", "price"):
        return np.inf
    variance = _of_orders(world, cause["where"]) if cause["kind"] == "orders" else _of_prices(world, cause["where"])
    return float(abs(np.log(cause["size"])) / np.sqrt(variance * BOTH))


def _of_orders(world: World, where: dict) -> float:
    """The variance of the logarithm of a place's orders over all others' in a period."""
    inside = np.zeros(len(world.day), dtype=bool)
    inside[world.order[held(world, where, PERIOD)]] = True
    others = (world.day >= PERIOD[0]) & ~inside
    counted = sum(ROOM / orders.sum() for orders in (inside, others))
    own, rest = _shares(world, inside), _shares(world, others)
    wandered = (
        (COUNTRY**2 * _of_mean(MEMORY) * (own.sum(axis=1) - rest.sum(axis=1)) ** 2).sum()
        + (STORE**2 * _of_mean(MEMORY) * (own.sum(axis=0) - rest.sum(axis=0)) ** 2).sum()
        + (PAIR**2 * _of_mean(PAIR_MEMORY) * (own - rest) ** 2).sum()
    )
    return float(counted + world.noise**2 * wandered)


def _shares(world: World, orders: np.ndarray) -> np.ndarray:
    """Of some orders, by country and store."""
    sizes = len(VALUES["country"]), len(VALUES["store"])
    place = world.codes["country"][orders] * sizes[1] + world.codes["store"][orders]
    return np.bincount(place, minlength=sizes[0] * sizes[1]).reshape(sizes) / max(orders.sum(), 1)


def _of_mean(memory: float) -> float:
    """The variance of the mean of a period's days, of an autoregression with variance one."""
    return (1 + memory) / (1 - memory) / LENGTH


def _of_prices(world: World, where: dict) -> float:
    return float(PRICE_SPREAD**2 * ROOM / held(world, where, PERIOD).sum())
