"""How many orders a day and country would bring: trend, season, weekday, festivals, promotions, noise.

The planted causes of causes.py are not in here: they take orders away afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from etl.festivals import Festival, festivals
from etl.simulator.arrays import Dates, Floats, Ints, random_stream
from etl.simulator.catalogue import CATEGORIES
from etl.simulator.geography import COUNTRIES, country_position

ORDERS_PER_DAY = 1_318.0  # at scale 1 around TREND_DAY, on a day without season, weekday or festival
TREND_DAY = date(2025, 9, 15)
YEARLY_GROWTH = 0.12  # of the logarithm of orders, and of customers
# Demand in the middle of each month from January to December relative to the trend.
SEASON = (0.975, 0.960, 0.985, 0.970, 0.985, 0.980, 1.000, 1.020, 1.020, 0.920, 1.000, 1.050)
PROMOTION_LIFT = 0.6  # relative rise in orders per unit of average discount
SHARED_NOISE = 0.016  # standard deviation of the daily log noise all countries share
COUNTRY_NOISE = 0.016  # and of each country's own
NOISE_MEMORY = 0.4  # autocorrelation from one day to the next
REMEMBERED_DAYS = 20  # after which a shock has faded to nothing


@dataclass(frozen=True)
class Lift:
    """What a festival adds to demand.

    Attributes:
        peak: Relative rise by country at its strongest, just before the last day.
        elsewhere: The same in the festival's other countries.
        hangover: Relative fall on the day after, fading over ``hangover_days``.
        hangover_days: Days until demand is back.
    """

    peak: Mapping[str, float] = field(default_factory=dict)
    elsewhere: float = 0.0
    hangover: float = 0.0
    hangover_days: int = 0


LIFTS = {
    "Diwali": Lift({"IN": 0.37, "AE": 0.16, "SG": 0.14, "GB": 0.08}, elsewhere=0.05, hangover=0.12, hangover_days=6),
    "Holi": Lift({"IN": 0.15}),
    "Eid al-Fitr": Lift({"AE": 0.40}, hangover=0.10, hangover_days=4),
    "Eid al-Adha": Lift({"AE": 0.25}),
    "Chinese New Year": Lift({"SG": 0.35}, hangover=0.10, hangover_days=5),
    "Black Friday": Lift({"US": 0.55, "GB": 0.45, "CA": 0.45, "AU": 0.30}, elsewhere=0.15),
    "Christmas": Lift({"US": 0.40, "GB": 0.40, "CA": 0.38, "AU": 0.38, "SG": 0.15}, hangover=0.15, hangover_days=3),
    "New Year": Lift(elsewhere=0.06),
}
RUN_UP_EXPONENT = 1.5  # the rise through the run-up is steeper near its end
LAST_DAY = 0.5  # share of the peak left on the festival's own day


def order_intensity(seed: int, scale: float, start: date, end: date, percents: Ints) -> Floats:
    """Expected orders without planted causes, shape (days, countries).

    Args:
        seed: Seed of the noise.
        scale: Size relative to AtoZ.
        start: First day.
        end: Last day.
        percents: Usual discounts by day, country and category.
    """
    days = np.arange(np.datetime64(start), np.datetime64(end) + 1)
    customers = np.array([country.customers for country in COUNTRIES], dtype=np.float64)
    over_time = scale * ORDERS_PER_DAY * trend(days) * season(days)
    by_country = weekday_factors(days) * festival_factors(start, end) * promotion_factors(percents)
    without_noise: Floats = over_time[:, None] * (customers / customers.sum()) * by_country
    return without_noise * np.exp(_noise(seed, len(days)))


def trend(days: Dates) -> Floats:
    """Growth relative to ``TREND_DAY``."""
    years: Floats = (days - np.datetime64(TREND_DAY)).astype(np.float64) / 365.25
    return np.exp(YEARLY_GROWTH * years)


def joined_share(month_start: date) -> float:
    """Share of the customers that had joined when a month began: the base grows as demand does."""
    growth = trend(np.array([month_start, date(2025, 10, 1)], dtype="datetime64[D]"))
    return float(min(1.0, growth[0] / growth[1]))


def season(days: Dates) -> Floats:
    """The yearly season, interpolated between the middles of the months."""
    months = days.astype("datetime64[M]")
    length = (months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")
    into = (days - months.astype("datetime64[D]")) / length
    place = months.astype(np.int64) % 12 + into - 0.5
    factors: Floats = np.interp(place, np.arange(-1, 13), [SEASON[-1], *SEASON, SEASON[0]])
    return factors


def weekday_factors(days: Dates) -> Floats:
    """Each country's week, shape (days, countries)."""
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    factors: Floats = np.array([country.weekdays for country in COUNTRIES]).T
    return factors[weekday]


def festival_factors(start: date, end: date) -> Floats:
    """What festivals do to each country's demand, shape (days, countries)."""
    factors = np.ones(((end - start).days + 1, len(COUNTRIES)))
    for festival in festivals(start - timedelta(days=31), end):
        lift = LIFTS.get(festival.name, Lift())
        for code in festival.countries:
            shape = 1 + _festival_shape(festival, lift, lift.peak.get(code, lift.elsewhere))
            _multiply(factors[:, country_position(code)], (festival.first - start).days, shape)
    return factors


def promotion_factors(percents: Ints) -> Floats:
    """What the usual promotions add to each country's demand, shape (days, countries)."""
    shares = np.array([category.share for category in CATEGORIES])
    average: Floats = (percents / 100) @ shares
    return 1 + PROMOTION_LIFT * average


def _festival_shape(festival: Festival, lift: Lift, peak: float) -> Floats:
    """Relative change of demand from the festival's first day to the end of its hangover."""
    length = (festival.last - festival.first).days + 1
    rise = peak * (np.arange(1, length + 1) / (length - 1)) ** RUN_UP_EXPONENT
    rise[-1] = peak * LAST_DAY
    fading = np.linspace(1, 0, lift.hangover_days, endpoint=False)
    share_of_peak = peak / max([*lift.peak.values(), lift.elsewhere, 1e-9])
    return np.concatenate([rise, -lift.hangover * share_of_peak * fading])


def _multiply(column: Floats, offset: int, shape: Floats) -> None:
    """Multiply the part of ``shape`` that lies inside the column into it; ``offset`` is the shape's first day."""
    first, last = max(0, offset), min(len(column), offset + len(shape))
    if first < last:
        column[first:last] *= shape[first - offset : last - offset]


def _noise(seed: int, days: int) -> Floats:
    """Log noise with a memory, partly shared by all countries, shape (days, countries)."""
    generator = random_stream(seed, "demand noise")
    shared = _autocorrelated(generator.normal(0, SHARED_NOISE, (days, 1)))
    own = _autocorrelated(generator.normal(0, COUNTRY_NOISE, (days, len(COUNTRIES))))
    return shared + own


def _autocorrelated(shocks: Floats) -> Floats:
    """First-order autoregression along the days with the shocks' standard deviation."""
    echoes = np.sqrt(1 - NOISE_MEMORY**2) * NOISE_MEMORY ** np.arange(REMEMBERED_DAYS)
    return np.stack([np.convolve(column, echoes)[: len(column)] for column in shocks.T], axis=1)
