"""The revenue bridge as read from Gold: two totals and the drivers between them."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import pandas as pd

from etl.errors import InputError, raise_problems
from reports.numbers import STYLES, Unit, ratio

TOTALS = ("baseline", "volume", "aov", "period")
CALENDAR = "calendar"
LABELS = {
    "days": "Days in the period",
    "weekday_mix": "Weekday mix",
    "events": "Festivals and events",
    "orders_per_day": "Orders per day",
    "customers": "Customers",
    "orders_per_customer": "Orders per customer",
    "lines_per_order": "Lines per order",
    "mix": "Mix of what sold",
    "quantity": "Units per line",
    "price": "List prices",
    "discount": "Discounts",
    "fx": "Exchange rates",
    "returns": "Returns",
    "tax": "Tax",
    "rounding": "Rounding",
    "data": "Suspected data faults",
    "calendar": "Calendar in volume",
    "volume": "Volume",
    "aov": "Order value",
}


class Certainty(Enum):
    """What may be said of a driver's amount."""

    NOTHING = "nothing"
    EXACT = "arithmetic"
    DISTINGUISHABLE = "distinguishable"
    UNCERTAIN = "not distinguishable from normal variation"
    UNKNOWN = "normal variation not known"


@dataclass(frozen=True)
class Driver:
    """What one driver added, with its 95% interval where it has one."""

    name: str
    label: str
    stage: str
    amount: float
    low: float | None
    high: float | None
    certainty: Certainty
    method_spread: float | None

    @property
    def stands(self) -> bool:
        """Whether the amount can be told from nothing."""
        return self.certainty in (Certainty.EXACT, Certainty.DISTINGUISHABLE)


@dataclass(frozen=True)
class Bridge:
    """From the baseline's total to the period's, in one unit."""

    unit: Unit
    baseline: float
    period: float
    volume: Driver
    aov: Driver
    drivers: tuple[Driver, ...]
    calendar: Driver | None = None  # bridges published before it was added have none

    @property
    def sums(self) -> tuple[Driver, ...]:
        """The nested totals: volume, the calendar within it, and order value."""
        return (self.volume, *([self.calendar] if self.calendar else []), self.aov)

    @property
    def change(self) -> float:
        """The period's total less the baseline's."""
        return self.period - self.baseline

    @property
    def relative_change(self) -> float | None:
        """The change as a share of the baseline; none where the baseline is nothing."""
        return ratio(self.change, abs(self.baseline))

    def driver(self, name: str) -> Driver | None:
        """The driver called ``name``, if the bridge has it."""
        return next((driver for driver in self.drivers if driver.name == name), None)

    def amount_of(self, stage: str) -> float:
        """What all drivers of a stage added together."""
        return sum(driver.amount for driver in self.drivers if driver.stage == stage)


def read_bridge(rows: pd.DataFrame, style: str = "millions") -> Bridge | None:
    """The bridge in the total rows of ``gld_revenue_bridge``, its money written in ``style``; none without rows."""
    if rows.empty:
        return None
    found = {driver.name: driver for driver in map(_driver, rows.sort_values("position").to_dict("records"))}
    raise_problems(
        (f"The revenue bridge has no row {name!r}: run `assay explain` again." for name in TOTALS if name not in found),
        InputError,
    )
    return Bridge(
        unit=Unit(str(rows["unit"].iloc[0]), STYLES[style]),
        baseline=found["baseline"].amount,
        period=found["period"].amount,
        volume=found["volume"],
        aov=found["aov"],
        drivers=tuple(driver for name, driver in found.items() if name not in (*TOTALS, CALENDAR)),
        calendar=found.get(CALENDAR),
    )


def _driver(row: dict[Any, Any]) -> Driver:
    value, low, high = _number(row["amount"]) or 0.0, _number(row["low"]), _number(row["high"])
    return Driver(
        name=str(row["driver"]),
        label=_label(str(row["driver"]), str(row["unit"])),
        stage=str(row["stage"]),
        amount=value,
        low=low,
        high=high,
        certainty=_certainty(value, low, high, row["distinguishable"]),
        method_spread=_number(row["method_spread"]),
    )


def _label(name: str, unit: str) -> str:
    """The driver's name for a reader; an order's value in units is how many it holds."""
    if name == "aov" and unit == "units":
        return "Units per order"
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _certainty(value: float, low: float | None, high: float | None, distinguishable: bool | None) -> Certainty:
    """Without an interval an amount is arithmetic, unless Gold says that it cannot be told from normal variation."""
    if not value and low == high:
        return Certainty.NOTHING
    stands = None if pd.isna(distinguishable) else bool(distinguishable)
    if low is None or high is None:
        return Certainty.UNKNOWN if stands is False else Certainty.EXACT
    return Certainty.DISTINGUISHABLE if (low > 0 or high < 0 if stands is None else stands) else Certainty.UNCERTAIN


def _number(value: float | None) -> float | None:
    return None if pd.isna(value) else float(value or 0.0)
