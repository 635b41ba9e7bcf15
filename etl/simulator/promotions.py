"""Promotions: a week for each category every month, sales at festivals, and Toys' long offer that deepened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from etl.festivals import Festival, festivals
from etl.simulator.arrays import Ints, random_stream
from etl.simulator.catalogue import CATEGORIES
from etl.simulator.geography import COUNTRIES, country_position

EVERY_COUNTRY = "ALL"
WEEK = timedelta(days=6)  # from the first to the last day
LAST_FIRST_DAY = 22  # weekly promotions start by then, so that each lies inside its month
ANNOUNCED_DAYS = (10, 28)  # before the first day
TOY_CATEGORY = "TOY"
TOY_PERCENT = 8
DEEPENED_PERCENT = 14


@dataclass(frozen=True)
class FestivalSale:
    """A sale in every category before a festival.

    Attributes:
        festival: Name of the festival.
        countries: Codes of the countries that hold the sale.
        days: Length, to the last day of the festival.
        percent: Discount in whole percents.
    """

    festival: str
    countries: tuple[str, ...]
    days: int
    percent: int


FESTIVAL_SALES = (
    FestivalSale("Diwali", ("IN", "AE", "SG"), 9, 7),
    FestivalSale("Black Friday", ("US", "GB", "CA", "AU"), 5, 15),
    FestivalSale("New Year", ("IN", "SG"), 5, 10),
)


@dataclass(frozen=True)
class Promotion:
    """A discount on one category.

    Attributes:
        name: What customers see.
        country: Country code, or ``ALL``.
        category: Position in ``CATEGORIES``.
        first: First day.
        last: Last day, included.
        percent: Discount in whole percents.
        usual_percent: What the discount would be without the planted deepening.
        announced: Day of the announcement.
    """

    name: str
    country: str
    category: int
    first: date
    last: date
    percent: int
    usual_percent: int
    announced: date


def build_promotions(seed: int, start: date, end: date) -> tuple[Promotion, ...]:
    """Every promotion that touches the window, in order of time."""
    found = [*_weekly(seed, start, end), *_festival_sales(start, end), *_toy_offers()]
    touching = [promotion for promotion in found if promotion.first <= end and promotion.last >= start]
    return tuple(sorted(touching, key=lambda item: (item.first, item.last, item.country, item.category)))


def percent_table(promotions: tuple[Promotion, ...], start: date, end: date, *, usual: bool) -> Ints:
    """Discount by day, country and category, in percent; where promotions overlap the deepest holds.

    Args:
        promotions: The promotions.
        start: First day of the table.
        end: Last day of the table.
        usual: Whether to leave the planted deepening out.
    """
    table = np.zeros(((end - start).days + 1, len(COUNTRIES), len(CATEGORIES)), dtype=np.int64)
    for item in promotions:
        countries = slice(None) if item.country == EVERY_COUNTRY else country_position(item.country)
        cells = table[max(0, (item.first - start).days) : (item.last - start).days + 1, countries, item.category]
        np.maximum(cells, item.usual_percent if usual else item.percent, out=cells)
    return table


def _weekly(seed: int, start: date, end: date) -> Iterator[Promotion]:
    """One week a month for each category and country, at the category's own discount."""
    for year, month in months_between(start, end):
        generator = random_stream(seed, "promotions", year, month)
        for country in COUNTRIES:
            for position, category in enumerate(CATEGORIES):
                first = date(year, month, int(generator.integers(1, LAST_FIRST_DAY + 1)))
                announced = first - timedelta(days=int(generator.integers(*ANNOUNCED_DAYS)))
                yield _promotion(
                    f"{category.name} Week", country.code, position, (first, first + WEEK),
                    category.promotion_percent, announced,
                )  # fmt: skip


def _festival_sales(start: date, end: date) -> Iterator[Promotion]:
    """Sales in every category in the last days before a festival."""
    sales = {sale.festival: sale for sale in FESTIVAL_SALES}
    for festival in festivals(start, end):
        if festival.name in sales:
            yield from _festival_sale(festival, sales[festival.name])


def _festival_sale(festival: Festival, sale: FestivalSale) -> Iterator[Promotion]:
    first = festival.last - timedelta(days=sale.days - 1)
    announced = first - timedelta(days=ANNOUNCED_DAYS[1])
    for country in sale.countries:
        for position in range(len(CATEGORIES)):
            yield _promotion(
                f"{festival.name} Sale", country, position, (first, festival.last), sale.percent, announced
            )


def _toy_offers() -> Iterator[Promotion]:
    """Toys' offer in three promotions without a gap; September's is deeper than the others."""
    category = [item.code for item in CATEGORIES].index(TOY_CATEGORY)
    summer = (date(2025, 6, 1), date(2025, 8, 31))
    deepened = (date(2025, 9, 1), date(2025, 9, 30))
    autumn = (date(2025, 10, 1), date(2025, 10, 31))
    for days, percent in ((summer, TOY_PERCENT), (deepened, DEEPENED_PERCENT), (autumn, TOY_PERCENT)):
        announced = days[0] - timedelta(days=ANNOUNCED_DAYS[0])
        yield Promotion("Toy Carnival", EVERY_COUNTRY, category, *days, percent, TOY_PERCENT, announced)


def _promotion(
    name: str, country: str, category: int, days: tuple[date, date], percent: int, announced: date
) -> Promotion:
    return Promotion(name, country, category, *days, percent, percent, announced)


def months_between(start: date, end: date) -> Iterator[tuple[int, int]]:
    """Year and month of every month the window touches."""
    for number in range(start.year * 12 + start.month - 1, end.year * 12 + end.month):
        yield number // 12, number % 12 + 1
