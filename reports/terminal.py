"""The bridge as a compact table for a terminal."""

import pandas as pd
from rich.table import Table
from rich.text import Text

from reports import numbers
from reports.bridge import Bridge, Driver, read_bridge

UNCERTAIN_STYLE = "dim"


def bridge_table(rows: pd.DataFrame, title: str = "") -> Table:
    """The total rows of one bridge in ``gld_revenue_bridge``, in their order; only a header where there are none."""
    table = Table("Driver", title=title or None, title_justify="left")
    for header in ("Amount", "95% interval"):
        table.add_column(header, justify="right")
    table.add_column("Certainty")
    bridge = read_bridge(rows)
    if bridge is not None:
        _fill(table, bridge)
    return table


def _fill(table: Table, bridge: Bridge) -> None:
    table.add_row("Baseline", numbers.amount(bridge.baseline, bridge.unit), style="bold")
    for driver in bridge.drivers:
        _add(table, driver, bridge)
    table.add_row("Period", numbers.amount(bridge.period, bridge.unit), style="bold", end_section=True)
    for side in bridge.sums:
        _add(table, side, bridge)


def _add(table: Table, driver: Driver, bridge: Bridge) -> None:
    amount = numbers.signed_short(driver.amount, bridge.unit, bridge.baseline)
    style = "" if driver.stands else UNCERTAIN_STYLE
    cells = (driver.label, amount, _interval(driver, bridge), driver.certainty.value)
    table.add_row(*(Text(cell) for cell in cells), style=style)


def _interval(driver: Driver, bridge: Bridge) -> str:
    if driver.low is None or driver.high is None:
        return ""
    return " to ".join(numbers.signed_short(end, bridge.unit, bridge.baseline) for end in (driver.low, driver.high))
