"""From plain numbers to a bridge that adds up to the last decimal."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.intervals import interval, leaves_zero_out
from models.attribution.measures import stage
from models.attribution.result import Effect
from models.attribution.rounding import largest_remainder, to_cents

Floats = NDArray[np.float64]


def effects_of(
    drivers: Sequence[str], amounts: Sequence[Decimal], replicates: Floats, spreads: Floats
) -> dict[str, Effect]:
    """Each driver's amount with its uncertainty.

    Args:
        drivers: K names.
        amounts: K published amounts.
        replicates: Shape (K, replicates).
        spreads: How far another method lies off, shape (K,).
    """
    rows = zip(drivers, amounts, replicates, spreads, strict=True)
    return {driver: effect_of(amount, draws, spread, driver == "days") for driver, amount, draws, spread in rows}


def effect_of(amount: Decimal, replicates: Floats, spread: float, arithmetic: bool = False) -> Effect:
    """An amount with its uncertainty; an ``arithmetic`` one has no interval and is certain unless zero."""
    low, high = (np.nan, np.nan) if arithmetic else interval(float(amount), replicates)
    distinguishable = bool(amount) if arithmetic else leaves_zero_out(low, high)
    return Effect(amount, low, high, distinguishable, float(to_cents(abs(spread))))


def drivers_table(effects: dict[str, Effect]) -> pd.DataFrame:
    """One row for each driver, in order."""
    rows = [{"driver": driver, "stage": stage(driver), **vars(effect)} for driver, effect in effects.items()]
    return pd.DataFrame(rows)


def cells_table(labels: pd.DataFrame, effects: dict[str, Effect], cells: Floats) -> pd.DataFrame:
    """One row for each cell and driver, amounts rounded by largest remainder to the driver's.

    Args:
        labels: The dimensions of C cells.
        effects: K drivers.
        cells: Shape (K, C).
    """
    parts = []
    for (driver, effect), amounts in zip(effects.items(), cells, strict=True):
        rounded = largest_remainder(amounts, effect.amount) if len(amounts) else []
        parts.append(labels.assign(driver=driver, amount=pd.Series(rounded, dtype=object)))
    return pd.concat(parts, ignore_index=True)
