"""How far the effect of mix depends on the grain it is measured at."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.chain import order_value_effects
from models.attribution.logmean import log_mean_effects
from models.attribution.measures import MIX, Measure
from models.attribution.stages import order_value
from models.attribution.totals import price_stages

Floats = NDArray[np.float64]


def mix_by_grain(measure: Measure, labels: pd.DataFrame, sums: Floats, orders: Floats) -> dict[str, float]:
    """What mix adds where the cells are the values of one dimension alone, to 0.01 of the measure's unit.

    Args:
        measure: With K drivers over J columns.
        labels: The dimensions of C cells.
        sums: Shape (J, 2, C).
        orders: Shape (2,), positive.

    Returns:
        By dimension; empty for a measure without cells.
    """
    if not measure.chain:
        return {}
    weight = float(price_stages(orders, order_value(measure, sums, orders)).orders)
    return {
        str(name): round(weight * _mix(measure, _summed(sums, values), orders), 2) for name, values in labels.items()
    }


def _summed(sums: Floats, values: pd.Series) -> Floats:
    """The sums of the cells that share a value, shape (J, 2, values)."""
    codes, unique = pd.factorize(values)
    summed = np.zeros((*sums.shape[:-1], len(unique)))
    np.add.at(np.moveaxis(summed, -1, 0), codes, np.moveaxis(sums, -1, 0))
    return summed


def _mix(measure: Measure, sums: Floats, orders: Floats) -> float:
    effects = order_value_effects(measure, sums, orders, log_mean_effects)
    return float(effects[measure.drivers.index(MIX)].sum())
