"""Revenue by month, and by the values of a dimension, all in one currency."""

import pandas as pd

from reports import charts, numbers
from reports.data import ReportData
from reports.numbers import Unit
from reports.sentences import say
from reports.summaries import DIMENSIONS, Month, by_dimension, months, shortened
from reports.views import Cell, Chart, Section, Table, table

TABLE_ROWS = 12
CHART_MONTHS = 25


def months_section(data: ReportData) -> Section:
    """A bar for each month, and the figures behind it."""
    if data.orders.empty:
        return Section("months", "Months", (say("Gold holds no orders."),))
    return Section("months", "Months", (), charts=(_months(data),))


def _months(data: ReportData) -> Chart:
    found = months(data)
    shown = found[-CHART_MONTHS:]
    return Chart(
        name="chart-months",
        title=_finding(found, data.money),
        description="Bars of revenue by month; the compared ones are blue, those with a part of their days hatched.",
        figure=charts.month_bars(shown, data.money, (data.baseline, data.period)),
        table=_month_table(found, data.money),
        note="Blue: the compared periods. Hatched: the data covers a part of the month.",
    )


def _finding(found: list[Month], unit: Unit) -> str:
    whole = [month for month in found if month.is_whole]
    if not whole:
        return "No month is whole yet"
    highest = max(whole, key=lambda month: month.revenue)
    return f"Highest whole month: {highest.period.label}, {numbers.amount(highest.revenue, unit)}"


def _month_table(found: list[Month], unit: Unit) -> Table:
    headers = ("Month", "Days", "Revenue", "Per day", "Orders", "Order value")
    return table(f"By month, {unit.name}", headers, [_month_row(month, unit) for month in found])


def _month_row(month: Month, unit: Unit) -> tuple[str, ...]:
    name = month.period.label if month.is_whole else f"{month.period.label} (part)"
    value = month.revenue_per_order
    amounts = (numbers.short(month.revenue, unit), numbers.short(month.revenue_per_day, unit))
    return (
        name,
        str(month.days),
        *amounts,
        numbers.short(month.orders, Unit("orders")),
        "" if value is None else numbers.short(value, unit),
    )


def dimension_table(data: ReportData, dimension: str) -> Table:
    """Baseline and period side by side for each value of a dimension."""
    rows = shortened(by_dimension(data, dimension, data.money_measure), TABLE_ROWS)
    total = float(rows["period"].sum())
    shares = [numbers.ratio(float(period), total) for period in rows["period"]]
    cells = [_row(row, share, data.money) for (_, row), share in zip(rows.iterrows(), shares, strict=True)]
    headers = (DIMENSIONS[dimension], data.baseline.label, data.period.label, "Change", "Share")
    return table(f"By {DIMENSIONS[dimension].lower()}, {data.money.name}", headers, cells)


def _row(row: pd.Series, share: float | None, unit: Unit) -> tuple[str | Cell, ...]:
    change = numbers.ratio(row["period"] - row["baseline"], abs(row["baseline"]))
    amounts = (numbers.short(row["baseline"], unit), numbers.short(row["period"], unit))
    told = "" if change is None else numbers.signed_percent(change)
    part = Cell("") if share is None else Cell(numbers.percent(share), bar=max(-1.0, min(1.0, share)))
    return str(row["name"]), *amounts, told, part
