"""The pages of the report, each made by itself from one reading of Gold."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from reports.page import Page
from reports.pages import (
    answer,
    channels,
    claims,
    cost,
    customers,
    data,
    dips,
    forecast,
    method,
    recommendations,
    scenarios,
    trend,
    why,
    yesterday,
)
from reports.reading import Reading


@dataclass(frozen=True)
class Entry:
    """A page of the menu: what the navigation calls it, and what makes it."""

    text: str
    page: Callable[[Reading], Page]


@dataclass(frozen=True)
class Family:
    """Pages of one kind, as many as the data have: their numbers, and the page of a number."""

    numbers: Callable[[Reading], list[int]]
    page: Callable[[Reading, int], Page]


MENU = {
    "index": Entry("Answer", answer.page),
    "yesterday": Entry("Yesterday", yesterday.page),
    "trend": Entry("Trend", trend.page),
    "why": Entry("Why", why.page),
    "channels": Entry("Channels", channels.page),
    "customers": Entry("Customers", customers.page),
    "forecast": Entry("Forecast", forecast.page),
    "claims": Entry("Claims", claims.page),
    "recommendations": Entry("Recommendations", recommendations.page),
    "data": Entry("Data", data.page),
    "cost": Entry("Cost", cost.page),
    "method": Entry("Method", method.page),
}
FAMILIES = {
    "dip": Family(dips.numbers_of, dips.page),
    "scenario": Family(scenarios.numbers_of, scenarios.page),
}


def names(reading: Reading) -> list[str]:
    """Every page in the order of the menu, then one for each dip and each scenario."""
    numbered = [f"{stem}-{number}" for stem, family in FAMILIES.items() for number in family.numbers(reading)]
    return [*MENU, *numbered]


def page(reading: Reading, name: str) -> Page:
    """One page by its name; raises ``KeyError`` where there is none."""
    if name in MENU:
        return MENU[name].page(reading)
    stem, _, number = name.rpartition("-")
    if not number.isdecimal() or int(number) not in FAMILIES[stem].numbers(reading):
        raise KeyError(name)
    return FAMILIES[stem].page(reading, int(number))


def pages(reading: Reading) -> Iterator[Page]:
    """Every page, made beside each other: the data wait in the database more than here."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(partial(page, reading), names(reading))
