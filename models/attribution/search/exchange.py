"""Exchange rates that moved further than their own daily steps let expect."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from models.attribution.dimensions import RARE
from models.attribution.lines import Lines, inside
from models.attribution.named import Finding, around
from models.attribution.search.evidence import FALSE_DISCOVERIES, LEAST_AMOUNT
from models.attribution.search.ground import Ground

Floats = NDArray[np.float64]

LEAST_STEP = 1e-9
NORMAL_MAD = 1.4826
FREEDOM = 30.0


@dataclass(frozen=True)
class RateMovement:
    """The mean rate of a currency, period to baseline.

    Attributes:
        currency: Its code.
        shift: Logarithm of the ratio.
        error: How far a random walk with the currency's own steps would have gone, one standard error.
        tried: How many currencies were looked at.
    """

    currency: object
    shift: float
    error: float
    tried: int

    @property
    def p_value(self) -> float:
        """Of so far a way without a cause, in any of the currencies (Bonferroni)."""
        return min(1.0, self.tried * float(2 * stats.norm.sf(abs(self.shift) / self.error)))


def find_rates(ground: Ground) -> Iterator[Finding]:
    """The currencies whose rate moved, and what that added to revenue."""
    in_period = ground.blocks.of_day[ground.day] == ground.blocks.period
    for move in moved_rates(ground.lines):
        held = (ground.lines.table["currency"] == move.currency).to_numpy()
        sold = float(ground.revenue[held & in_period].sum())
        amount = around(sold * -np.expm1(-move.shift), sold * move.error, FREEDOM)
        if abs(amount.amount) > LEAST_AMOUNT * ground.revenue[in_period].sum():
            evidence = f"the mean rate of {move.currency} moved by {np.expm1(move.shift):+.1%}"
            yield Finding("fx_change", _place(ground, move.currency, held), None, "fx", amount, move.p_value, evidence)


def _place(ground: Ground, currency: object, held: NDArray[np.bool_]) -> dict[str, object]:
    """The one value of a dimension that stands for the currency, else the currency itself."""
    for dimension in ground.dimensions:
        codes = np.unique(dimension.codes[held])
        if len(codes) == 1 and codes[0] != RARE and not np.isin(dimension.codes[~held], codes).any():
            return {dimension.name: dimension.values[codes[0]]}
    return {"currency": currency}


def moved_rates(lines: Lines) -> list[RateMovement]:
    """The currencies whose rate moved."""
    rates = lines.table.assign(rate=np.log(lines.table["fx_rate"]))
    floating = [
        (currency, own)
        for currency, own in rates.groupby("currency", observed=True, sort=True)
        if np.ptp(own["rate"]) > LEAST_STEP
    ]
    found = [_movement(lines, currency, own, len(floating)) for currency, own in floating]
    return [move for move in found if move is not None and move.p_value < FALSE_DISCOVERIES]


def _movement(lines: Lines, currency: object, own: pd.DataFrame, tried: int) -> RateMovement | None:
    in_baseline, in_period = inside(own, lines.comparison)
    if not in_baseline.any() or not in_period.any():
        return None
    daily = own.groupby("date")["rate"].mean()
    gaps = np.diff(daily.index.to_numpy()).astype("timedelta64[D]").astype(float)
    steps = np.diff(daily.to_numpy()) / np.sqrt(gaps)
    step = NORMAL_MAD * float(np.median(np.abs(steps))) + LEAST_STEP
    baseline, period = (daily[daily.index.isin(own.loc[held, "date"])] for held in (in_baseline, in_period))
    # the difference of two adjoining means of a random walk: a third of their days' steps
    error = step * np.sqrt((len(baseline) + len(period)) / 3)
    return RateMovement(currency, float(period.mean() - baseline.mean()), float(error), tried)
