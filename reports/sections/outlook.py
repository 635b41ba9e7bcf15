"""What comes next, by month, and the backtest."""

import pandas as pd

from etl.periods import long_date
from reports import numbers
from reports.data import ReportData
from reports.narrative.outlook import outlook_sentences
from reports.numbers import Unit
from reports.outlook import ForecastMonth, band_of, forecast_months
from reports.views import Section, Table, table

TITLE = "Month by month, and how good such forecasts were"
NAMES = {"net_revenue": "Revenue", "orders": "Orders"}


def section(data: ReportData, told: int = 0) -> Section:
    """Expected totals and what past forecasts were worth; the first ``told`` sentences were said before."""
    tables = [_months(data), _accuracy(data.accuracy)] if len(data.forecast) else []
    shown = tuple(found for found in tables if found is not None and found.rows)
    return Section("forecast", TITLE, tuple(outlook_sentences(data)[told:]), tables=shown, is_list=True)


def _months(data: ReportData) -> Table:
    as_of = long_date(data.forecast["as_of"].iloc[0].date())
    orders = {month.period: month for month in forecast_months(data, "orders")}
    found = forecast_months(data, "net_revenue")
    begun = any(month.days_known for month in found)
    rows = [_month(month, orders.get(month.period), data, begun) for month in found]
    headers: tuple[str, ...] = ("Month", *(("Known", "Expected", "Together") if begun else ("Expected",)), "Orders")
    bands = [band_of(data, "net_revenue", month.period) for month in found]
    if any(bands):
        headers = (*headers, "80% interval of revenue")
        ends = (numbers.interval(*band, data.currency) if band else "" for band in bands)
        rows = [(*row, end) for row, end in zip(rows, ends, strict=True)]
    return table(f"Expected by month, {data.source.currency}, as of {as_of}", headers, rows)


def _month(month: ForecastMonth, orders: ForecastMonth | None, data: ReportData, begun: bool) -> tuple[str, ...]:
    """One row; what is known of a month, and the two together, only where a month has ``begun``."""
    unit = data.currency
    days = numbers.count(month.days_known + month.days_expected, "day")
    name = month.period.label if month.is_whole else f"{month.period.label} ({days})"
    values = (month.known, month.expected, month.total) if begun else (month.expected,)
    amounts = (numbers.short(value, unit) for value in values)
    return (name, *amounts, numbers.short(orders.total, Unit("orders")) if orders else "")


def _accuracy(accuracy: pd.DataFrame) -> Table:
    ordered = accuracy.sort_values(["measure", "horizon_first", "sql"], ascending=[False, True, True])
    headers = ("Model", "Measure", "Days ahead", "Past dates", "Error (WAPE)", "Scaled (MASE)", "Inside 80%")
    order = [ordered[ordered["measure"] == measure] for measure in ("net_revenue", "orders")]
    rows = [_candidate(row) for rows in order for _, row in rows.iterrows()]
    return table("Backtest", headers, rows, text_columns=2)


def _candidate(row: pd.Series) -> tuple[str, ...]:
    ahead = f"{int(row['horizon_first'])} to {int(row['horizon_last'])}"
    scaled = "" if pd.isna(row["mase"]) else f"{row['mase']:.2f}"
    shares = ("" if pd.isna(row[name]) else numbers.percent(float(row[name])) for name in ("wape", "coverage_80"))
    wape, coverage = shares
    return str(row["model"]), NAMES[row["measure"]], ahead, f"{int(row['cutoffs'])}", wape, scaled, coverage
