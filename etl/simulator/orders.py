"""Candidate orders: everything that might be ordered in a month, drawn once and the same in every scenario.

Each candidate has a threshold; a scenario keeps those whose threshold lies under its level of demand. What a cause
took is therefore the difference between two selections of the same draws.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from etl.simulator.arrays import Dates, Flags, Floats, Ints, draw, random_stream
from etl.simulator.catalogue import CATEGORIES, Catalogue, draw_categories, draw_products, price_table
from etl.simulator.causes import DemandCause
from etl.simulator.customers import Customers, draw_buyers
from etl.simulator.demand import joined_share
from etl.simulator.geography import COUNTRIES
from etl.simulator.money import Amounts, amounts

FURTHER_ORDERS = 0.13  # chance that a customer who orders does so again in the month
LOYALTY = 0.86  # share of a customer's orders through the preferred channel
EXTRA_LINES = (1.44, 1.58)  # mean number of lines beyond the first, on the Website and on Mobile
MOST_EXTRA_LINES = 9
MOST_UNITS = 9
CATEGORY_LIFT = 1.5  # relative rise of a category's share of lines per unit of discount
COUPONS = (("", 0), ("SAVE5", 5), ("WELCOME7", 7), ("FEST10", 10), ("APP12", 12))
COUPON_SHARES = (0.84, 0.07, 0.04, 0.03, 0.02)
# Share of a day's orders placed in each hour from midnight.
HOURS = (6, 4, 2, 1, 1, 2, 6, 14, 26, 38, 48, 54, 56, 52, 48, 46, 48, 54, 66, 80, 90, 84, 52, 22)
HIGHEST_SCORE = 2.0


@dataclass(frozen=True)
class Shop:
    """Everything orders are drawn from.

    Attributes:
        seed: Seed of all draws.
        start: First day of the window.
        customers: Who buys.
        catalogue: What is sold.
        intensity: Expected orders without planted causes, shape (days, countries).
        percents: Discount by day, country and category, in percent.
        usual_percents: The same without the planted deepening.
    """

    seed: int
    start: date
    customers: Customers
    catalogue: Catalogue
    intensity: Floats
    percents: Ints
    usual_percents: Ints


@dataclass(frozen=True)
class Candidates:
    """Candidate orders in order of time, and their lines in order of orders.

    Attributes:
        dates: Business date of each order.
        day: Its day in the window, from 0.
        second: Its second of the day.
        customer: Its position in the shop's customers.
        country: Its position in ``COUNTRIES``.
        state: Its position in ``STATES``.
        mobile: Whether it came through the Mobile channel.
        coupon: Its position in ``COUPONS``.
        threshold: Level of demand above which it is placed, before causes and tilts.
        score: Log value relative to its country's mean, in standard deviations.
        line_order: Order of each line.
        product: Product of each line.
        category: Position of each line in ``CATEGORIES``.
        quantity: Units of each line.
        unit_price: Price of each line in hundredths of the order's currency.
        percent: Discount of each line in percent.
        money: Amounts of each line.
        usual_money: Amounts of each line without the planted deepening of a discount.
    """

    dates: Dates
    day: Ints
    second: Ints
    customer: Ints
    country: Ints
    state: Ints
    mobile: Flags
    coupon: Ints
    threshold: Floats
    score: Floats
    line_order: Ints
    product: Ints
    category: Ints
    quantity: Ints
    unit_price: Ints
    percent: Ints
    money: Amounts
    usual_money: Amounts

    @property
    def size(self) -> int:
        """Number of candidate orders."""
        return len(self.day)

    def order_value(self, *, deepened: bool) -> Ints:
        """Legacy revenue of each order in whole rupees, with or without the planted deepening of a discount."""
        legacy = (self.money if deepened else self.usual_money).legacy
        return np.bincount(self.line_order, weights=legacy, minlength=self.size).astype(np.int64)

    def retained(self, causes: tuple[DemandCause, ...]) -> Floats:
        """Share of each order's kind that the causes leave."""
        share = np.ones(self.size)
        for cause in causes:
            share *= cause.retained_share(self.dates, self.country, self.state, self.mobile)
        return share


@dataclass(frozen=True)
class _Orders:
    """The columns of candidate orders that are drawn before their lines."""

    day: Ints
    second: Ints
    customer: Ints
    country: Ints
    mobile: Flags
    coupon: Ints
    threshold: Floats

    def take(self, index: Ints) -> "_Orders":
        """The orders at the given places."""
        return _Orders(
            day=self.day[index],
            second=self.second[index],
            customer=self.customer[index],
            country=self.country[index],
            mobile=self.mobile[index],
            coupon=self.coupon[index],
            threshold=self.threshold[index],
        )


@dataclass(frozen=True)
class _Lines:
    """The columns of candidate lines that do not depend on discounts."""

    order: Ints
    product: Ints
    category: Ints
    quantity: Ints

    def take(self, index: Ints) -> "_Lines":
        """The lines at the given places."""
        return _Lines(self.order[index], self.product[index], self.category[index], self.quantity[index])


def draw_candidates(shop: Shop, first: date, last: date, margin: float) -> Candidates:
    """Draw the candidates of the days from ``first`` to ``last``, which lie in one month.

    Args:
        shop: What to draw from.
        first: First day.
        last: Last day, included.
        margin: How far demand may be raised above its expectation, relative to it.
    """
    generator = random_stream(shop.seed, "orders", first.year, first.month)
    orders = _draw_orders(generator, shop, first, last, 1 + margin)
    lines = _draw_lines(generator, shop, orders)
    return _priced(shop, orders, lines, first)


def _draw_orders(generator: np.random.Generator, shop: Shop, first: date, last: date, highest: float) -> _Orders:
    """The month's orders of all countries in order of time."""
    days = slice((first - shop.start).days, (last - shop.start).days + 1)
    joined = joined_share(first.replace(day=1))
    parts = [
        _country_orders(generator, shop, country, shop.intensity[days, country] * highest, joined)
        for country in range(len(COUNTRIES))
    ]
    day, second, customer, country, threshold = (np.concatenate(column) for column in zip(*parts, strict=True))
    stranger = generator.random(len(day)) > LOYALTY
    mobile = shop.customers.prefers_mobile[customer] ^ stranger
    coupon = draw(generator, list(COUPON_SHARES), len(day))
    orders = _Orders(day + days.start, second, customer, country, mobile, coupon, threshold * highest)
    return orders.take(np.lexsort((customer, second, day)))


def _country_orders(
    generator: np.random.Generator, shop: Shop, country: int, intensity: Floats, joined: float
) -> tuple[Ints, Ints, Ints, Ints, Floats]:
    """One country's orders: day from the month's first, second, customer, country, threshold from 0 to 1.

    Further orders of a customer share the threshold, so that fewer orders mean fewer customers, not rarer ones.
    """
    size = int(generator.poisson(intensity.sum()))
    repeats = generator.geometric(1 - FURTHER_ORDERS, size)
    episode = np.repeat(np.arange(size), repeats)[:size]
    buyers = draw_buyers(generator, shop.customers, country, joined, size)
    thresholds = generator.random(size)
    day = draw(generator, intensity, size)
    second = 3600 * draw(generator, list(HOURS), size) + generator.integers(0, 3600, size)
    return day, second, buyers[episode], np.full(size, country), thresholds[episode]


def _draw_lines(generator: np.random.Generator, shop: Shop, orders: _Orders) -> _Lines:
    """One line or more for each order, of distinct products."""
    extra = generator.poisson(np.array(EXTRA_LINES)[orders.mobile.astype(np.int64)])
    order = np.repeat(np.arange(len(orders.day)), 1 + np.minimum(extra, MOST_EXTRA_LINES))
    shares = np.array([category.share for category in CATEGORIES])
    percents = shop.usual_percents[orders.day[order], orders.country[order]]
    category = draw_categories(generator, shares * (1 + CATEGORY_LIFT / 100 * percents))
    product = draw_products(generator, shop.catalogue, category)
    units = 1 + generator.poisson(np.array([item.extra_units for item in CATEGORIES])[category])
    lines = _Lines(order, product, category, np.minimum(units, MOST_UNITS))
    _, distinct = np.unique(order * shop.catalogue.size + product, return_index=True)
    return lines.take(np.sort(distinct))


def _priced(shop: Shop, orders: _Orders, lines: _Lines, first: date) -> Candidates:
    """Candidates with prices, discounts and amounts."""
    country = orders.country[lines.order]
    unit_price = price_table(shop.catalogue, first.year, first.month)[lines.product, country]
    percent = _percent(shop.percents, orders, lines)
    money = _amounts(lines, country, unit_price, percent)
    usual_money = _amounts(lines, country, unit_price, _percent(shop.usual_percents, orders, lines))
    return Candidates(
        dates=np.datetime64(shop.start) + orders.day,
        day=orders.day,
        second=orders.second,
        customer=orders.customer,
        country=orders.country,
        state=shop.customers.state[orders.customer],
        mobile=orders.mobile,
        coupon=orders.coupon,
        threshold=orders.threshold,
        score=_value_scores(orders.country, np.bincount(lines.order, weights=usual_money.legacy).astype(np.float64)),
        line_order=lines.order,
        product=lines.product,
        category=lines.category,
        quantity=lines.quantity,
        unit_price=unit_price,
        percent=percent,
        money=money,
        usual_money=usual_money,
    )


def _percent(percents: Ints, orders: _Orders, lines: _Lines) -> Ints:
    """Discount of each line: the promotion's or the coupon's, whichever is deeper."""
    promotion = percents[orders.day[lines.order], orders.country[lines.order], lines.category]
    coupon = np.array([percent for _, percent in COUPONS])[orders.coupon[lines.order]]
    deeper: Ints = np.maximum(promotion, coupon)
    return deeper


def _amounts(lines: _Lines, country: Ints, unit_price: Ints, percent: Ints) -> Amounts:
    tax_percent = np.array([category.tax_percent for category in CATEGORIES])[lines.category]
    fixed_rate = np.array([item.fixed_rate for item in COUNTRIES])[country]
    return amounts(lines.quantity, unit_price, percent, tax_percent, fixed_rate)


def _value_scores(country: Ints, value: Floats) -> Floats:
    """Log values in standard deviations from their country's mean, at most ``HIGHEST_SCORE`` from it."""
    log_value = np.log(np.maximum(value, 1))
    counts = np.maximum(np.bincount(country, minlength=len(COUNTRIES)), 1)
    means = np.bincount(country, weights=log_value, minlength=len(COUNTRIES)) / counts
    deviation = log_value - means[country]
    spread = max(float(np.sqrt(np.mean(deviation**2))) if len(value) else 1.0, 1e-9)
    return np.clip(deviation / spread, -HIGHEST_SCORE, HIGHEST_SCORE)
