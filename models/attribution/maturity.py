"""Returns that have not come back yet: what the newest orders still lack, if they are like those before them."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.periods import Period
from models.attribution.intervals import leaves_zero_out
from models.attribution.measures import RETURNS
from models.attribution.result import Bridge

Floats = NDArray[np.float64]

MATURE_DAYS = 60  # after which hardly anything comes back
LEAST_SHARE = 0.001  # of the period's total: less changes nothing that is said


def pending(sold: "pd.Series[float]", returned: pd.DataFrame, period: Period, as_of: pd.Timestamp) -> float:
    """What is still to be expected back of a period's orders.

    Of orders old enough, the share of what they brought that came back, and how soon, say what comes back of each day.

    Args:
        sold: What was sold by day of the order, before returns, indexed by date.
        returned: ``date`` of the order, ``age`` in days when it came back, ``amount``.
        period: The days asked about.
        as_of: Newest day of the data.

    Returns:
        An amount in the unit of ``sold``; nothing where no order is old enough to tell.
    """
    mature = as_of - pd.Timedelta(days=MATURE_DAYS)
    told = returned[(returned["date"] <= mature) & (returned["age"] <= MATURE_DAYS)]
    base = float(sold[sold.index <= mature].sum())
    if base <= 0:
        return 0.0
    days = sold[(sold.index >= pd.Timestamp(period.first)) & (sold.index <= pd.Timestamp(period.last))]
    ages = (as_of - days.index.to_series()).dt.days.to_numpy()
    by_age = np.bincount(told["age"].to_numpy(dtype=np.int64), told["amount"], MATURE_DAYS + 1)
    later = by_age.sum() - by_age.cumsum()  # after each age
    to_come: Floats = np.where(ages < MATURE_DAYS, later[np.clip(ages, 0, MATURE_DAYS)], 0.0) / base
    return float((days.to_numpy(dtype=float) * to_come).sum())


def with_pending(bridge: Bridge, baseline: float, period: float) -> Bridge:
    """The bridge with returns, and the order value, as uncertain as what is still to come back makes them.

    Args:
        bridge: Of a measure that returns are taken off.
        baseline: What is still to come back of the baseline.
        period: The same of the period.
    """
    missing = period - baseline
    if abs(missing) < LEAST_SHARE * abs(float(bridge.period_total)):
        return bridge
    note = (
        f"of the period about {period:,.2f} is still to come back, of the baseline {baseline:,.2f}: "
        f"returns seem {abs(missing):,.2f} {'lower' if missing > 0 else 'higher'} than they will be"
    )
    drivers = bridge.drivers.copy()
    row = drivers.index[drivers["driver"] == RETURNS][0]
    low, high = _wider(drivers.loc[row, "low"], drivers.loc[row, "high"], drivers.loc[row, "amount"], missing)
    drivers.loc[row, ["low", "high"]] = [low, high]
    drivers.loc[row, "distinguishable"] = leaves_zero_out(low, high)
    aov_low, aov_high = _wider(bridge.aov.low, bridge.aov.high, bridge.aov.amount, missing)
    aov = replace(bridge.aov, low=aov_low, high=aov_high, distinguishable=leaves_zero_out(aov_low, aov_high))
    return replace(bridge, drivers=drivers, aov=aov, method=replace(bridge.method, notes=(*bridge.method.notes, note)))


def _wider(low: float, high: float, amount: Decimal, missing: float) -> tuple[float, float]:
    """The interval with what will be taken off the amount in it; around the amount alone where it had none."""
    known_low, known_high = (float(amount) if np.isnan(end) else end for end in (low, high))
    return round(known_low - max(missing, 0.0), 2), round(known_high - min(missing, 0.0), 2)
