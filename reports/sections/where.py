"""Where the change lies: one dimension at a time, as contributions and not as causes."""

from collections.abc import Mapping

from reports import charts, numbers
from reports.bridge import Bridge
from reports.data import ReportData
from reports.narrative.where import CAUTION, leading, undivided
from reports.sentences import say
from reports.summaries import DIMENSIONS, contributions, divisions, shortened, tells_apart
from reports.views import Cell, Chart, Section, Table, table

TITLE = "Where the change lies"
CHART_ROWS = 8


def section(data: ReportData, bridge: Bridge | None) -> Section:
    """A chart for every dimension that divides the change."""
    if bridge is None or data.cells.empty:
        return Section(
            "where", TITLE, (say("Gold does not say how the change divides over places, channels and categories."),)
        )
    divided = [dimension for dimension in divisions(data) if tells_apart(data.cells, dimension)]
    sentences = [leading(data, dimension, bridge) for dimension in divided]
    missing = undivided([dimension for dimension in DIMENSIONS if dimension not in divided])
    return Section(
        "where",
        TITLE,
        tuple(sentence for sentence in [*sentences, missing] if sentence),
        charts=tuple(chart(data, dimension, bridge) for dimension in divided),
        caution=CAUTION if divided else None,
        is_list=True,
    )


def chart(
    data: ReportData, dimension: str, bridge: Bridge, links: Mapping[str, str] | None = None, prefix: str = "By"
) -> Chart:
    """What each value of a dimension contributed; ``links`` lead from a value to another page."""
    parts = contributions(data, dimension)
    name, largest = divisions(data)[dimension].lower(), parts.iloc[0]
    return Chart(
        name=f"chart-where-{dimension}",
        title=f"{prefix} {name}: {largest['name']}, {numbers.signed(float(largest['amount']), bridge.unit)}",
        description=f"Bars of what each {name} contributed to the change.",
        figure=charts.contributions(shortened(parts, CHART_ROWS), bridge.unit, links),
        table=_table(data, dimension, bridge, links or {}),
    )


def _table(data: ReportData, dimension: str, bridge: Bridge, links: Mapping[str, str]) -> Table:
    parts = contributions(data, dimension)
    largest = float(parts["amount"].abs().max())
    rows: list[tuple[str | Cell, ...]] = [
        (
            Cell(str(name), link=links.get(str(name))),
            *(numbers.signed_short(part, bridge.unit, largest) for part in (amount, volume, aov)),
            _share(amount, bridge),
        )
        for name, volume, aov, amount in parts[["name", "volume", "aov", "amount"]].itertuples(index=False)
    ]
    headers = (divisions(data)[dimension], "Change", "Volume", "Order value", "Of the change")
    return table(f"Contribution by {divisions(data)[dimension].lower()}, {bridge.unit.name}", headers, rows)


def _share(amount: float, bridge: Bridge) -> str:
    share = numbers.ratio(amount, bridge.change)
    return "" if share is None else numbers.percent(share)
