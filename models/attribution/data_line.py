"""What faults in the data moved, as a line of the bridge of its own."""

from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from models.attribution.lines import Lines, inside, revenue
from models.attribution.measures import DATA
from models.attribution.named import Finding
from models.attribution.result import Bridge, Effect
from models.attribution.rounding import to_cents


def with_data(bridge: Bridge, lines: Lines, faults: Sequence[Finding]) -> Bridge:
    """The bridge of clean lines as one of the lines as they came: what both differ by is the driver ``data``.

    Args:
        bridge: Of the lines without the faults.
        lines: As they came.
        faults: What was found in them; without any the bridge stays as it is.
    """
    if not faults:
        return bridge
    value = revenue(lines.table)
    baseline, period = (to_cents(float(value[held].sum())) for held in inside(lines.table, lines.comparison))
    change = period - baseline
    line = {"driver": DATA, "stage": DATA, **asdict(_effect(float(change - bridge.change), faults))}
    drivers = pd.concat([bridge.drivers, pd.DataFrame([line | {"amount": change - bridge.change}])], ignore_index=True)
    return replace(bridge, baseline_total=baseline, period_total=period, change=change, drivers=drivers)


def _effect(amount: float, faults: Sequence[Finding]) -> Effect:
    """What the faults moved together, uncertain as far as lines had to be imagined."""
    reach = float(np.hypot.reduce([(fault.amount.high - fault.amount.low) / 2 for fault in faults]))
    low, high = (amount - reach, amount + reach) if reach else (np.nan, np.nan)
    return Effect(to_cents(amount), low, high, not low <= 0 <= high, 0.0)
