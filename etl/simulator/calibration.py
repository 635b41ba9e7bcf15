"""Fit the months whose figures AtoZ published: their revenue exactly, their revenue per customer nearly.

Revenue per customer of a channel is the channel's legacy revenue in a month over the distinct customers who ordered
through it in that month. AtoZ's "average revenue per region" is not fitted but follows from the tables of geography.py:
the net amount in local currency over the customers active in a month, by the region's name alone (so that the West is
India's, the US's, Canada's and Australia's together), averaged over August, September and October 2025.
"""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from etl.simulator.arrays import Flags, Floats, Ints
from etl.simulator.causes import DemandCause
from etl.simulator.orders import Candidates

ROUNDS = 5  # of fitting the tilts at a level and the level at the tilts
HALVINGS = 20  # of the interval that holds a tilt
LARGEST_TILT = 0.10


@dataclass(frozen=True)
class PublishedMonth:
    """A month's published figures.

    Attributes:
        revenue: By the legacy measure, INR at scale 1.
        website: Revenue per customer of the Website, INR.
        mobile: Revenue per customer of Mobile, INR.
    """

    revenue: int
    website: float
    mobile: float


# Revenue per customer is published "about": September's is aimed a little low, inside the roundings of the chart, so
# that the month's orders are not made larger than its planted causes leave them.
PUBLISHED = {
    date(2025, 8, 1): PublishedMonth(621_676_303, 17_300.0, 18_200.0),
    date(2025, 9, 1): PublishedMonth(574_903_806, 17_310.0, 18_210.0),
    date(2025, 10, 1): PublishedMonth(618_137_101, 17_880.0, 17_800.0),
}


@dataclass(frozen=True)
class Calibration:
    """How a month's draws are selected.

    Attributes:
        level: Demand relative to its expectation.
        website_tilt: Relative change of demand for Website orders per standard deviation of log value.
        mobile_tilt: The same for Mobile orders.
    """

    level: float = 1.0
    website_tilt: float = 0.0
    mobile_tilt: float = 0.0


def largest_level_margin(scale: float) -> float:
    """How far a calibrated month's demand may be raised: further where few orders leave much to chance."""
    return 0.14 + 0.05 / math.sqrt(scale)


def required_level(candidates: Candidates, causes: tuple[DemandCause, ...], fit: Calibration) -> Floats:
    """The level of demand at which each candidate order is placed."""
    tilt = np.where(candidates.mobile, fit.mobile_tilt, fit.website_tilt)
    return candidates.threshold / (candidates.retained(causes) * np.exp(tilt * candidates.score))


def kept(candidates: Candidates, causes: tuple[DemandCause, ...], fit: Calibration) -> Flags:
    """Which candidate orders are placed."""
    return required_level(candidates, causes, fit) < fit.level


def calibrate(
    candidates: Candidates, causes: tuple[DemandCause, ...], month: PublishedMonth, scale: float
) -> Calibration:
    """Find the selection of the month's draws that shows its published figures."""
    value = candidates.order_value(deepened=True)
    fit = Calibration()
    for _ in range(ROUNDS):
        fit = Calibration(
            fit.level,
            _fit_tilt(candidates, causes, fit, value, ~candidates.mobile, month.website),
            _fit_tilt(candidates, causes, fit, value, candidates.mobile, month.mobile),
        )
        required = required_level(candidates, causes, fit)
        fit = Calibration(_fit_level(required, value, month.revenue * scale), fit.website_tilt, fit.mobile_tilt)
    return fit


def _fit_level(required: Floats, value: Ints, target: float) -> float:
    """The level at which the orders placed come nearest to the target revenue."""
    order = np.argsort(required, kind="stable")
    cumulative = np.cumsum(value[order])
    nearest = int(np.argmin(np.abs(cumulative - target)))
    return float(np.nextafter(required[order][nearest], np.inf))


def _fit_tilt(
    candidates: Candidates,
    causes: tuple[DemandCause, ...],
    fit: Calibration,
    value: Ints,
    channel: Flags,
    target: float,
) -> float:
    """The tilt at which a channel's revenue per customer comes to the target, at the level reached so far."""
    threshold = (candidates.threshold / candidates.retained(causes))[channel] / fit.level
    score, value = candidates.score[channel], value[channel]
    _, customer = np.unique(candidates.customer[channel], return_inverse=True)
    low, high = -LARGEST_TILT, LARGEST_TILT
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        placed = threshold < np.exp(middle * score)
        if revenue_per_customer(value[placed], customer[placed]) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def revenue_per_customer(value: Ints, customer: Ints) -> float:
    """Revenue over distinct customers, who are numbered from 0."""
    return float(value.sum()) / max(1, int(np.count_nonzero(np.bincount(customer))))
