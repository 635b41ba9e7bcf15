"""The report as a workbook: numbers as numbers, a bridge whose formulas add up, and text that stays text."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from etl.storage import Location
from reports.bridge import Bridge
from reports.customers import by_region
from reports.narrative.answer import answer, findings, warnings
from reports.pages.channels import channel_months
from reports.pages.claims import claims
from reports.reading import Reading
from reports.sheets import COUNT, DATE, MONEY, Book, Column
from reports.site import replacing
from reports.summaries import contributions, divisions, months, tells_apart

FORECAST_COLUMNS = ["measure", "date", "mean", "q10", "q50", "q90"]
CLAIM_COLUMNS = ["text", "result", "estimate", "low", "high", "unit", "evidence", "test"]


def write_workbook(reading: Reading, out: Location) -> Location:
    """Write the workbook to ``out`` in one step."""
    with replacing(out) as partial:
        _fill(reading, partial)
    return out


def _fill(reading: Reading, path: Path) -> None:
    # nothing that a cell holds becomes a formula, a link or a number by its look
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(str(path), options) as workbook:
        newest = reading.data.newest_day
        created = datetime.combine(newest, time(), UTC).replace(tzinfo=None) if newest else datetime(2000, 1, 1)  # noqa: DTZ001
        workbook.set_properties({"title": _title(reading), "author": "Assay", "created": created})
        book = Book(workbook)
        _cover(book, reading)
        if reading.bridge:
            _bridge(book, reading.bridge, reading)
        for name, frame, columns in _tables(reading):
            book.table(name, frame, columns)


def _title(reading: Reading) -> str:
    data = reading.data
    return f"{data.subject}: {data.period.label} against {data.baseline.label}"


def _cover(book: Book, reading: Reading) -> None:
    """The answer, and what each sheet holds."""
    data, bridge = reading.data, reading.bridge
    told = [*answer(data, bridge), *warnings(data, bridge), *(findings(bridge) if bridge else [])]
    about = f"{data.source.name}, amounts in {data.money.name}"
    book.text("Cover", _title(reading), [about, *(sentence.text for sentence in told)])


def _bridge(book: Book, bridge: Bridge, reading: Reading) -> None:
    """Drivers with live running totals; the chart stacks each amount on an unseen base."""
    labels = (reading.data.baseline.label, reading.data.period.label)
    book.waterfall("Bridge", bridge, labels)


def _tables(reading: Reading) -> Iterator[tuple[str, pd.DataFrame, list[Column]]]:
    data = reading.data
    if len(data.cells):
        yield (
            "Segments",
            _segments(reading),
            [Column("Dimension"), Column("Value"), *_amounts("Volume", "Order value", "Change")],
        )
    yield (
        "Months",
        _months(reading),
        [Column("Month", DATE), Column("Days", COUNT), *_amounts("Revenue", "Per day"), Column("Orders", COUNT)],
    )
    channels = channel_months(reading, "net_revenue")
    if len(channels):
        yield "Channels", channels[["month", "name", "customers", "revenue", "mean", "low", "high"]], [
            Column("Month", DATE), Column("Channel"), Column("Customers", COUNT),
            *_amounts("Net revenue", "Per customer", "95% low", "95% high"),
        ]  # fmt: skip
    regions = by_region(reading.snapshot, "net_revenue", data.period)
    if len(regions):
        yield "Regions", regions[["country", "region", "customers", "revenue", "mean", "low", "high"]], [
            Column("Country"), Column("Region"), Column("Customers", COUNT),
            *_amounts("Net revenue", "Per customer", "95% low", "95% high"),
        ]  # fmt: skip
    if len(data.forecast):
        names = ["Expected", "10%", "50%", "90%"]
        yield "Forecast", data.forecast[FORECAST_COLUMNS], [Column("Measure"), Column("Day", DATE), *_amounts(*names)]
    tested = claims(reading)
    if len(tested):
        yield "Claims", tested[CLAIM_COLUMNS], [
            Column("Claim"), Column("Result"), *_amounts("Estimate", "95% low", "95% high"), Column("Unit"),
            Column("Evidence"), Column("Test"),
        ]  # fmt: skip


def _amounts(*names: str) -> list[Column]:
    return [Column(name, MONEY) for name in names]


def _segments(reading: Reading) -> pd.DataFrame:
    """What each value of each dimension contributed."""
    data = reading.data
    parts = [
        contributions(data, dimension).assign(dimension=title)
        for dimension, title in divisions(data).items()
        if tells_apart(data.cells, dimension)
    ]
    columns = ["dimension", "name", "volume", "aov", "amount"]
    return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)


def _months(reading: Reading) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            "month": pd.Timestamp(month.period.first),
            "days": month.days,
            "revenue": month.revenue,
            "per_day": month.revenue_per_day,
            "orders": month.orders,
        }
        for month in months(reading.data)
    ]
    return pd.DataFrame(rows, columns=["month", "days", "revenue", "per_day", "orders"])
