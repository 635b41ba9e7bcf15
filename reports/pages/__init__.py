"""The pages of the report, each made from one reading of Gold."""

from collections.abc import Callable, Iterator

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

BUILDERS: tuple[Callable[[Reading], Page], ...] = (
    answer.page,
    yesterday.page,
    trend.page,
    why.page,
    channels.page,
    customers.page,
    forecast.page,
    claims.page,
    recommendations.page,
    data.page,
    cost.page,
    method.page,
)


def pages(reading: Reading) -> Iterator[Page]:
    """Every page in the order of the menu, then one for each dip and each scenario."""
    for build in BUILDERS:
        yield build(reading)
    yield from dips.pages(reading)
    yield from scenarios.pages(reading)
