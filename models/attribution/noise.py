"""Day-to-day noise of orders, and what it leaves uncertain of the volume drivers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.calendar import BLOCK_DAYS, CalendarFit
from models.attribution.periods import Comparison

Floats = NDArray[np.float64]


MOST_BEYOND = 2.0


@dataclass(frozen=True)
class OrdersNoise:
    """Replicates of what the volume drivers rest on.

    Attributes:
        log_weekday: The logarithm of the ratio of weekday indices, period to baseline, shape (replicates,).
        log_event: The same of event indices.
        log_orders: How far the logarithm of orders would lie off in each period, shape (2, replicates); NaN where
            there is nothing to learn it from.
    """

    log_weekday: Floats
    log_event: Floats
    log_orders: Floats


def log_index_ratios(fit: CalendarFit, coefficients: Floats, comparison: Comparison) -> tuple[Floats, Floats]:
    """The logarithms of the ratios of weekday and of event indices, period to baseline, shape (replicates,) each."""
    weekday0, event0 = fit.log_indices(coefficients, comparison.baseline.dates)
    weekday1, event1 = fit.log_indices(coefficients, comparison.period.dates)
    return weekday1 - weekday0, event1 - event0


def orders_noise(
    fit: CalendarFit, comparison: Comparison, generator: np.random.Generator, replicates: int
) -> OrdersNoise:
    """Replicates of the indices and of the orders of both periods.

    Residuals are drawn in blocks of 7 days with random starts (moving blocks: Künsch 1989, The jackknife and the
    bootstrap for general stationary observations) and added to the fit, which is then estimated anew; orders are
    summed over the days of each period. Without 26 weeks of history the residuals of four blocks say too little of
    their own variance: the orders' noise is then drawn from Student's t instead (``_block_t``).
    """
    draws = _moving_blocks(fit.residuals, generator, replicates)
    coefficients = fit.coefficients[:, None] + fit.projection @ draws
    weekday, event = log_index_ratios(fit, coefficients, comparison)
    if fit.full_history:
        return OrdersNoise(weekday, event, _summed(fit, comparison, draws * _beyond_blocks(fit.residuals)))
    return OrdersNoise(weekday, event, _block_t(fit, comparison, generator, replicates))


def _moving_blocks(residuals: Floats, generator: np.random.Generator, replicates: int) -> Floats:
    """Residuals in a new order of blocks, centred, shape (days, replicates)."""
    days = len(residuals)
    length = min(BLOCK_DAYS, days)
    starts = generator.integers(0, days - length + 1, size=(replicates, -(-days // length)))
    places = (starts[:, :, None] + np.arange(length)).reshape(replicates, -1)[:, :days]
    drawn: Floats = (residuals - residuals.mean())[places.T]
    return drawn


def _beyond_blocks(residuals: Floats) -> float:
    """The factor for what blocks of 7 days miss of the autocorrelation beyond them; one where they miss nothing.

    The variance of a sum by blocks falls short of the long-run variance by a term in 1 / length, which two lengths
    tell: it is extrapolated as twice that of 14 days less that of 7 (as the jackknife of Lahiri, Furukawa & Lee 2007).
    """
    short, long = (_block_variance(residuals, length) for length in (BLOCK_DAYS, 2 * BLOCK_DAYS))
    return float(np.sqrt(np.clip((2 * long - short) / short, 1.0, MOST_BEYOND**2))) if short > 0 else 1.0


def _block_variance(residuals: Floats, length: int) -> float:
    """The variance of sums of all blocks of ``length`` days, by day."""
    sums = np.convolve(residuals - residuals.mean(), np.ones(length), mode="valid")
    return float(np.mean(sums**2) / length)


def _summed(fit: CalendarFit, comparison: Comparison, draws: Floats) -> Floats:
    fitted = np.exp(fit.design.to_numpy() @ fit.coefficients)[:, None]
    inside = [period.holds(pd.DatetimeIndex(fit.design.index)).to_numpy() for period in comparison]
    return np.stack([np.log((fitted[days] * np.exp(draws[days])).sum(axis=0) / fitted[days].sum()) for days in inside])


def _block_t(fit: CalendarFit, comparison: Comparison, generator: np.random.Generator, replicates: int) -> Floats:
    """Noise of the ratio of orders from the two periods' own blocks of 7 days, all of it put on the period.

    The standard error is that of a difference of two means of block means with one variance, its degrees of freedom
    the number of blocks less two.
    """
    dates = pd.DatetimeIndex(fit.design.index)
    means = [_block_means(fit.residuals[period.holds(dates).to_numpy()]) for period in comparison]
    freedom = sum(map(len, means)) - 2
    if freedom < 1:
        return np.full((2, replicates), np.nan)
    variance = sum(float(((mean - mean.mean()) ** 2).sum()) for mean in means) / freedom
    error = np.sqrt(variance * sum(1 / len(mean) for mean in means))
    return np.stack([np.zeros(replicates), error * generator.standard_t(freedom, replicates)])


def _block_means(residuals: Floats) -> Floats:
    """Means of consecutive blocks of at least 7 days; of fewer days, of all."""
    blocks = np.array_split(residuals, max(1, len(residuals) // BLOCK_DAYS))
    return np.array([block.mean() for block in blocks])
