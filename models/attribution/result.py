"""What a decomposition says, ready to publish."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from models.attribution.periods import Comparison


@dataclass(frozen=True)
class Effect:
    """An amount with its uncertainty, in the measure's unit.

    Attributes:
        amount: What was added from baseline to period, to 0.01.
        low: Lower end of the 95% interval; NaN where the amount is arithmetic or its noise cannot be known.
        high: Upper end, NaN likewise.
        distinguishable: Whether the interval leaves zero out; of the number of days, whether the amount is not zero.
        method_spread: How far the Shapley value lies from the amount: the method's own uncertainty.
    """

    amount: Decimal
    low: float
    high: float
    distinguishable: bool
    method_spread: float


@dataclass(frozen=True)
class Method:
    """How a bridge was computed.

    Attributes:
        decomposition: The method of the amounts.
        volume_interval: The method of the intervals of orders and volume.
        aov_interval: The method of the intervals of the order value's drivers.
        replicates: Bootstrap replicates behind each interval.
        seed: Of the random numbers.
        history_weeks: Weeks with orders before the earlier period.
        customers_known: Share of orders with a known customer, in the period where it is lower.
        mix_by_grain: What mix would be over the values of one dimension alone, by dimension: how far it depends on
            the cells chosen. Empty without cells.
        notes: What the reader should know, in sentences.
    """

    decomposition: str
    volume_interval: str
    aov_interval: str
    replicates: int
    seed: int
    history_weeks: int
    customers_known: float
    mix_by_grain: dict[str, float]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Bridge:
    """Why a measure moved: exact amounts by driver, by cell, and their uncertainty.

    Attributes:
        measure: The measure's name.
        comparison: The two periods.
        baseline_total: The measure in the baseline, to 0.01.
        period_total: The measure in the period.
        change: Period less baseline; the drivers sum to it, to the last decimal.
        drivers: One row for each driver, in order: ``driver, stage, amount, low, high, distinguishable,
            method_spread``, as in ``Effect``; ``stage`` is ``calendar``, ``orders`` or ``aov``, and ``data`` for
            suspected faults in the data, where there are some.
        calendar: The sum of days, weekdays and events: the part of ``volume`` that nobody decides.
        volume: The sum of calendar and orders.
        aov: The sum of the rest but for ``data``.
        cells: The dimensions, ``driver`` and ``amount``: one row for each cell and driver; over cells they sum to
            the driver's amount, to the last decimal. Empty for ``orders``, which are not additive over cells.
        method: How it was computed.
    """

    measure: str
    comparison: Comparison
    baseline_total: Decimal
    period_total: Decimal
    change: Decimal
    drivers: pd.DataFrame
    calendar: Effect
    volume: Effect
    aov: Effect
    cells: pd.DataFrame
    method: Method

    def to_dict(self) -> dict[str, Any]:
        """The bridge as a JSON document: plain numbers, null for no interval; segments and verdicts are empty."""
        rows: list[dict[str, Any]] = [dict(row) for _, row in self.drivers.iterrows()]
        spreads = {row["driver"]: float(row["method_spread"]) for row in rows}
        return {
            "period": str(self.comparison.period),
            "baseline": str(self.comparison.baseline),
            "measure": self.measure,
            "total": {
                "baseline": float(self.baseline_total),
                "period": float(self.period_total),
                "change": float(self.change),
            },
            "drivers": [{"driver": row["driver"], **_entry(row)} for row in rows],
            "calendar": _entry(asdict(self.calendar)),
            "volume": _entry(asdict(self.volume)),
            "aov": _entry(asdict(self.aov)),
            "segments": [],
            "verdicts": [],
            "method": {**asdict(self.method), "notes": list(self.method.notes), "method_spread": spreads},
        }


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "amount": float(row["amount"]),
        "low": _number(row["low"]),
        "high": _number(row["high"]),
        "distinguishable": bool(row["distinguishable"]),
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
