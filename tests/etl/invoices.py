"""Invoices in the shape of the real data: the source with the fewest tables, for engines that take a second a table."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

SOURCE = "online_retail"
COLUMNS = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
DAYS = [date(2011, 8, 1) + timedelta(days=n) for n in range(10)]


def write_invoices(folder: Path, days: Sequence[date] = DAYS, lines: int = 3) -> Path:
    """One file that arrived on the last of the days, with an invoice of so many lines a day; returns the folder."""
    folder.mkdir(exist_ok=True)
    text = [
        f"{day:%m%d},{10001 + line},THING,{1 + (day.day + line) % 3},{day} 10:00:00,{line + 1}.25,"
        f"{17000 + day.day % 7},France"
        for day in days
        for line in range(lines)
    ]
    (folder / f"invoices_{days[-1]}.csv").write_text("\n".join([COLUMNS, *text, ""]), encoding="utf-8")
    return folder
