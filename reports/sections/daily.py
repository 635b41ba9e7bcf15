"""Day by day: revenue and orders, festivals, unusual days and the forecast's band."""

from datetime import timedelta
from typing import Any

import pandas as pd

from etl.periods import Period, long_date
from reports import numbers
from reports.daily_chart import DailyView, daily_figure
from reports.data import ReportData
from reports.marks import marks, special_days
from reports.narrative.daily import unusual_sentences
from reports.numbers import Unit
from reports.outlook import of_measure
from reports.sentences import say
from reports.summaries import daily, main_country, within
from reports.unusual import unusual_days
from reports.views import Chart, Section, Table, table

TITLE = "Day by day"
DAYS_BEFORE = 28
DAYS_AT_LEAST = 92


def section(data: ReportData) -> Section:
    """The daily line with everything marked on it."""
    days = daily(data)
    if days.empty:
        return Section("daily", TITLE, (say("Gold holds no orders."),))
    country = main_country(data)
    found = unusual_days(days, special_days(data.calendar, country))
    view = _view(data, days, found)
    chart = Chart(
        name="chart-daily",
        title=_title(data, view),
        description="Lines of daily revenue and orders; festivals shaded, unusual days circled, forecast with bands.",
        figure=daily_figure(view, data.currency),
        table=day_table(view.days, view.revenue, view.orders, data.currency),
        note=_note(data, view, country),
        legend=_legend(view),
    )
    return Section("daily", TITLE, tuple(unusual_sentences(days, found)), charts=(chart,), tables=_unusual(found))


def around(data: ReportData, span: Period) -> Section:
    """The days of ``span`` with the weeks on both sides, for a movement of its own."""
    days, country = daily(data), main_country(data)
    found = unusual_days(days, special_days(data.calendar, country))
    shown = Period(span.first - timedelta(days=DAYS_BEFORE), span.last + timedelta(days=DAYS_BEFORE))
    view = DailyView(
        days=within(days, shown),
        unusual=within(found, shown),
        revenue=data.forecast.iloc[:0],
        orders=data.forecast.iloc[:0],
        marks=marks(data.calendar, country, shown),
    )
    chart = Chart(
        name="chart-around",
        title=f"{span.label} and the four weeks on both sides",
        description="Lines of daily revenue and orders; festivals shaded, unusual days circled.",
        figure=daily_figure(view, data.currency),
        table=day_table(view.days, view.revenue, view.orders, data.currency),
        legend=_legend(view),
    )
    return Section("around", "Day by day", (), charts=(chart,))


def _view(data: ReportData, days: pd.DataFrame, found: pd.DataFrame) -> DailyView:
    """The days that matter to this comparison, not all of history."""
    newest = days["date"].max().date()
    first = min(data.baseline.first - timedelta(days=DAYS_BEFORE), newest - timedelta(days=DAYS_AT_LEAST - 1))
    first = max(first, days["date"].min().date())
    last = data.forecast["date"].max().date() if len(data.forecast) else newest
    return DailyView(
        days=days[days["date"] >= str(first)],
        unusual=found[found["date"] >= str(first)],
        revenue=of_measure(data, "net_revenue"),
        orders=of_measure(data, "orders"),
        marks=marks(data.calendar, main_country(data), Period(first, last)),
    )


def _title(data: ReportData, view: DailyView) -> str:
    found = numbers.count(len(view.unusual), "unusual day") if len(view.unusual) else "No unusual day"
    told = f"{found} since {long_date(view.days['date'].iloc[0].date())}"
    if data.forecast.empty:
        return f"{told}; no forecast yet"
    return f"{told}, and the {len(view.revenue)} days ahead"


def _note(data: ReportData, view: DailyView, country: str | None) -> str:
    note = f"Net revenue in {data.source.currency}. Circles: unusual days."
    if view.marks:
        note += f" Shaded and numbered: festivals and public holidays of {country}."
    if len(data.forecast):
        note += " Green: expected, with the middle 40% and 80% of what single days may bring."
    return note


def _legend(view: DailyView) -> str:
    """The numbers on the shaded days."""
    return "; ".join(f"{number} {mark.name}, {mark.days}" for number, mark in enumerate(view.marks, 1))


def _unusual(found: pd.DataFrame) -> tuple[Table, ...]:
    if found.empty:
        return ()
    rows = [_unusual_row(row) for row in found.to_dict("records")]
    return (table("Unusual days", ("Day", "During", "Orders", "Expected", "Off by"), rows, text_columns=2),)


def _unusual_row(row: dict[Any, Any]) -> tuple[str, ...]:
    during = row["festival"] if isinstance(row["festival"], str) else ""
    counts = (numbers.short(row[name], Unit("orders")) for name in ("orders", "expected"))
    return long_date(row["date"].date()), during, *counts, numbers.signed_percent(row["orders"] / row["expected"] - 1)


def day_table(days: pd.DataFrame, revenue: pd.DataFrame, orders: pd.DataFrame, unit: Unit) -> Table:
    """The days seen, and those ahead with the forecast's mean and 80% interval of ``revenue``."""
    seen = [_row(day, day["revenue"], unit) for day in days.to_dict("records")]
    expected = orders[["date", "mean"]].rename(columns={"mean": "orders"})
    ahead = revenue.merge(expected, on="date", how="left").to_dict("records")
    headers = ("Day", "Orders", "Revenue", "80% interval")
    return table(f"By day, revenue in {unit.name}", headers, [*seen, *(_row(day, day["mean"], unit) for day in ahead)])


def _row(day: dict[Any, Any], revenue: float, unit: Unit) -> tuple[str, ...]:
    orders = "" if pd.isna(day["orders"]) else numbers.short(day["orders"], Unit("orders"))
    name, ends = long_date(day["date"].date()), ""
    if "q10" in day:
        name, ends = f"{name} (expected)", numbers.interval(day["q10"], day["q90"], unit)
    return name, orders, numbers.short(revenue, unit), ends
