"""Daily exchange rates: random walks that pass through the published rates of 2025-10-15."""

from datetime import date, timedelta

import numpy as np

from etl.simulator.arrays import Floats, random_stream
from etl.simulator.geography import COUNTRIES

OPENING_DAY = date(2023, 1, 1)
FIXING_DAY = date(2025, 10, 15)
DAILY_VOLATILITY = 0.0030  # standard deviation of the daily change of a log rate
LATER_VOLATILITY = 0.0004  # after the fixing day rates hardly move


def daily_rates(seed: int, start: date, end: date) -> Floats:
    """INR per unit of each country's currency, shape (days, countries), to four decimals."""
    return np.stack([_country_rates(seed, position, start, end) for position in range(len(COUNTRIES))], axis=1)


def _country_rates(seed: int, country: int, start: date, end: date) -> Floats:
    """One currency's rates: a bridge between the opening and the fixed rate, walks outside it."""
    fixed, opening = COUNTRIES[country].fixed_rate / 100, COUNTRIES[country].opening_rate
    if fixed == opening:
        return np.ones((end - start).days + 1)
    between = (FIXING_DAY - OPENING_DAY).days
    before = _walk(seed, "exchange before", country, max(0, (OPENING_DAY - start).days), DAILY_VOLATILITY)
    bridge = _bridge(_walk(seed, "exchange", country, between, DAILY_VOLATILITY), np.log(fixed / opening))
    after = _walk(seed, "exchange after", country, max(0, (end - FIXING_DAY).days), LATER_VOLATILITY)
    log_rates = np.concatenate([before[:0:-1], bridge[:-1], bridge[-1] + after]) + np.log(opening)
    first = (start - (OPENING_DAY - timedelta(days=len(before) - 1))).days
    rates: Floats = np.round(np.exp(log_rates[first : first + (end - start).days + 1]), 4)
    return rates


def _walk(seed: int, name: str, country: int, days: int, volatility: float) -> Floats:
    """A random walk that starts at 0 and takes ``days`` steps."""
    steps = random_stream(seed, name, country).normal(0, volatility, days)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _bridge(walk: Floats, end: float) -> Floats:
    """The walk tilted so that it ends at ``end``."""
    ramp: Floats = np.linspace(0, end - walk[-1], len(walk))
    return walk + ramp
