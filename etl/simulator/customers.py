"""Who buys: a long tail of customers, most of whom rarely order, and who joined month by month."""

from dataclasses import dataclass

import numpy as np

from etl.simulator.arrays import Flags, Floats, Ints, draw, places, random_stream
from etl.simulator.geography import COUNTRIES

ACTIVITY_EXPONENT = 2.1  # Pareto: a customer's order rate exceeds x in proportion to x ** -2.1
MOST_ACTIVE = 25.0  # times the least active customer's order rate


@dataclass(frozen=True)
class Customers:
    """Customers as columns, in order of country, then of joining; one element per customer.

    Attributes:
        number: The number in the customer's identifier, which says nothing of country or age.
        country: Position in ``COUNTRIES``.
        state: Position in ``STATES``.
        prefers_mobile: Whether the usual channel is Mobile.
        activity: Order rate relative to the least active customer, cumulated over all customers.
        first: Position of each country's first customer, and the total at the end.
    """

    number: Ints
    country: Ints
    state: Ints
    prefers_mobile: Flags
    activity: Floats
    first: Ints

    @property
    def size(self) -> int:
        """Number of customers."""
        return len(self.number)


def build_customers(seed: int, scale: float) -> Customers:
    """Draw the customers of a scale."""
    generator = random_stream(seed, "customers")
    counts = np.array([max(1, round(country.customers * scale)) for country in COUNTRIES])
    country = np.repeat(np.arange(len(COUNTRIES)), counts)
    mobile_share = np.array([item.mobile_share for item in COUNTRIES])[country]
    return Customers(
        number=1 + generator.permutation(len(country)),
        country=country,
        state=_draw_states(generator, counts),
        prefers_mobile=generator.random(len(country)) < mobile_share,
        activity=np.cumsum(_draw_activity(generator, len(country))),
        first=np.concatenate([[0], np.cumsum(counts)]),
    )


def draw_buyers(generator: np.random.Generator, customers: Customers, country: int, joined: float, size: int) -> Ints:
    """Draw customers of a country by their activity, among the share of them that had joined."""
    first, end = customers.first[country], customers.first[country + 1]
    known = first + max(1, round((end - first) * joined))
    below = customers.activity[first - 1] if first else 0.0
    target = below + generator.random(size) * (customers.activity[known - 1] - below)
    return places(customers.activity, target)


def _draw_states(generator: np.random.Generator, counts: Ints) -> Ints:
    """A state for each customer, numbered over all countries."""
    offset, states = 0, []
    for country, count in zip(COUNTRIES, counts, strict=True):
        states.append(offset + draw(generator, [state.share for state in country.states], int(count)))
        offset += len(country.states)
    return np.concatenate(states)


def _draw_activity(generator: np.random.Generator, size: int) -> Floats:
    """Order rates of a Pareto distribution without its outermost tail."""
    return np.minimum(generator.random(size) ** (-1 / ACTIVITY_EXPONENT), MOST_ACTIVE)
