"""The bridge: every driver with its interval."""

from collections.abc import Mapping

from reports import charts, numbers
from reports.bridge import Bridge, Certainty, Driver
from reports.data import ReportData
from reports.narrative.answer import findings
from reports.sentences import say
from reports.views import Cell, Chart, Section, Table, table

TITLE = "What moved it"
WORDS = {
    Certainty.NOTHING: "nothing",
    Certainty.EXACT: "arithmetic, no interval",
    Certainty.DISTINGUISHABLE: "distinguishable",
    Certainty.UNKNOWN: "normal variation not known",
    Certainty.UNCERTAIN: "not distinguishable from normal variation",
}


def section(data: ReportData, bridge: Bridge | None, links: Mapping[str, str] | None = None) -> Section:
    """The waterfall and its table; ``links`` lead from a driver to another page."""
    if bridge is None:
        return Section("bridge", TITLE, (say("Gold holds no bridge for these two periods."),))
    chart = Chart(
        name="chart-bridge",
        title=_finding(data, bridge),
        description=f"Waterfall from {data.baseline.label} to {data.period.label}, one bar for each driver.",
        figure=charts.waterfall(bridge, data.baseline.label, data.period.label, links),
        table=_table(bridge, data, links or {}),
        note=_note(bridge),
    )
    return Section("bridge", TITLE, (), charts=(chart,))


def certainty_section(bridge: Bridge | None) -> Section:
    """What may be said of each driver."""
    told = findings(bridge) if bridge else [say("Without a bridge there is nothing to be sure of.")]
    return Section("certainty", "What is sure, and what is not", tuple(told), is_list=True)


def _note(bridge: Bridge) -> str:
    """How to read the chart, and how far a second method differs."""
    note = (
        "A bar starts where the one above it ended; a line is a 95% interval. "
        "Hatched: not distinguishable from normal variation."
    )
    spreads = [driver.method_spread for driver in bridge.drivers if driver.method_spread is not None]
    if not spreads:
        return note
    largest = numbers.amount(max(spreads), bridge.unit)
    return f"{note} A second method (Shapley) differs by at most {largest} in any driver."


def _finding(data: ReportData, bridge: Bridge) -> str:
    largest = max(bridge.drivers, key=lambda driver: abs(driver.amount), default=None)
    if largest is None or not largest.amount:
        return f"No driver moved {data.subject.lower()} from {data.baseline.label} to {data.period.label}"
    certainty = "" if largest.stands else f", {largest.certainty.value}"
    return f"Largest driver: {largest.label.lower()}, {numbers.signed(largest.amount, bridge.unit)}{certainty}"


def _table(bridge: Bridge, data: ReportData, links: Mapping[str, str]) -> Table:
    rows = [
        (data.baseline.label, numbers.short(bridge.baseline, bridge.unit), "", ""),
        *(_row(driver, bridge, link=links.get(driver.name)) for driver in bridge.drivers),
        (data.period.label, numbers.short(bridge.period, bridge.unit), "", ""),
        *(_row(side, bridge, f"Sum: {side.label.lower()}") for side in bridge.sums),
    ]
    return table(f"Drivers, {bridge.unit.name}", ("Driver", "Amount", "95% interval", "Certainty"), rows)


def _row(driver: Driver, bridge: Bridge, label: str | None = None, link: str | None = None) -> tuple[str | Cell, ...]:
    ends = ""
    if driver.low is not None and driver.high is not None:
        low, high = (numbers.signed_short(end, bridge.unit, bridge.baseline) for end in (driver.low, driver.high))
        ends = f"{low} to {high}"
    amount = numbers.signed_short(driver.amount, bridge.unit, bridge.baseline)
    return Cell(label or driver.label, link=link), amount, ends, WORDS[driver.certainty]
