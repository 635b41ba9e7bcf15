"""The headline numbers."""

from reports import numbers
from reports.bridge import Bridge, Driver
from reports.data import ReportData
from reports.numbers import Unit
from reports.views import Figure


def headline_figures(data: ReportData, bridge: Bridge | None) -> tuple[Figure, ...]:
    """Both totals, the change, and its two sides; nothing without a bridge."""
    if bridge is None:
        return ()
    share = bridge.relative_change
    change = "" if share is None else numbers.signed_percent(share)
    sides = (bridge.volume,) if data.measure == "orders" else (bridge.volume, bridge.aov)
    return (
        Figure(data.baseline.label, numbers.amount(bridge.baseline, bridge.unit), _days(data.baseline.days)),
        Figure(data.period.label, numbers.amount(bridge.period, bridge.unit), _days(data.period.days)),
        Figure("Change", numbers.signed(bridge.change, bridge.unit), change),
        *(_side(side, bridge.unit) for side in sides),
    )


def _side(side: Driver, unit: Unit) -> Figure:
    name, amount = f"From {side.label.lower()}", numbers.signed(side.amount, unit)
    return Figure(name, amount, _certainty(side, unit), pale=not side.stands)


def _certainty(side: Driver, unit: Unit) -> str:
    if side.low is None or side.high is None:
        return side.certainty.value
    return f"95% interval {numbers.interval(side.low, side.high, unit)}"


def _days(days: int) -> str:
    return numbers.count(days, "day")
