"""Sheets of a workbook: a page of text, a table, and a waterfall of live formulas with a native chart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.bridge import Bridge
from reports.theme import BLUE, VERMILLION

MONEY, COUNT, DATE = "#,##0.00", "#,##0", "yyyy-mm-dd"
TEXT_WIDTH, NUMBER_WIDTH, WIDEST, PAGE_WIDTH = 14, 18, 60, 100
LINE_HEIGHT, A4 = 15, 9


@dataclass(frozen=True)
class Column:
    """A column's header and number format; none for text."""

    header: str
    number_format: str = ""


class Book:
    """A workbook being filled, with its formats."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self._formats: dict[str, Format] = {}

    def text(self, name: str, title: str, lines: Sequence[str]) -> None:
        """A sheet of sentences under a title."""
        sheet = self._sheet(name)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, PAGE_WIDTH)
        sheet.write_string(0, 0, title, self.workbook.add_format({"bold": True, "font_size": 16}))
        wrapped = self.workbook.add_format({"text_wrap": True, "valign": "top"})
        for row, line in enumerate(lines, 2):
            sheet.set_row(row, LINE_HEIGHT * math.ceil(len(line) / (PAGE_WIDTH - 5)))
            sheet.write_string(row, 0, line, wrapped)

    def table(self, name: str, rows: pd.DataFrame, columns: Sequence[Column]) -> None:
        """A sheet that holds one table, its header frozen; the columns of ``rows`` are taken in their order."""
        sheet = self._sheet(name)
        for place, (column, values) in enumerate(zip(columns, rows.columns, strict=True)):
            self._write_column(sheet, place, column, list(rows[values]))
        right = self.workbook.add_format({"align": "right"})
        headers = [
            {"header": column.header, "header_format": right if column.number_format else None} for column in columns
        ]
        last = max(len(rows), 1)
        sheet.add_table(
            0, 0, last, len(columns) - 1, {"name": name, "columns": headers, "style": "Table Style Light 1"}
        )
        sheet.freeze_panes(1, 0)

    def waterfall(self, name: str, bridge: Bridge, labels: tuple[str, str]) -> None:
        """Baseline, drivers and period with running totals as formulas, a check that they add up, and the chart."""
        sheet = self._sheet(name)
        headers = ("Driver", "Amount", "95% low", "95% high", "Certainty", "Running total", "Base", "Up", "Down")
        for place, header in enumerate(headers):
            sheet.write_string(0, place, header, self.workbook.add_format({"bold": True, "bottom": 1}))
        last = len(bridge.drivers) + 1
        self._amount(sheet, 1, labels[0], bridge.baseline)
        sheet.write_formula(1, 5, "=B2", self.of(MONEY), bridge.baseline)
        running = bridge.baseline
        for row, driver in enumerate(bridge.drivers, 2):
            self._amount(sheet, row, driver.label, driver.amount)
            for place, end in ((2, driver.low), (3, driver.high)):
                if end is not None:
                    sheet.write_number(row, place, end, self.of(MONEY))
            sheet.write_string(row, 4, driver.certainty.value)
            self._steps(sheet, row, running, driver.amount)
            running += driver.amount
        self._totals(sheet, last + 1, labels[1], bridge)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 8, NUMBER_WIDTH)
        sheet.set_column(4, 4, 2 * NUMBER_WIDTH)
        sheet.freeze_panes(1, 1)
        sheet.insert_chart(last + 5, 0, self._chart(name, last, bridge.unit.name), {"x_scale": 1.9, "y_scale": 1.5})

    def _sheet(self, name: str) -> Worksheet:
        """An empty sheet, which prints as wide as the paper."""
        sheet = self.workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        return sheet

    def of(self, number_format: str) -> Format:
        """The cell format of a number format, made once."""
        if number_format not in self._formats:
            self._formats[number_format] = self.workbook.add_format({"num_format": number_format})
        return self._formats[number_format]

    def _amount(self, sheet: Worksheet, row: int, label: str, amount: float) -> None:
        sheet.write_string(row, 0, label)
        sheet.write_number(row, 1, amount, self.of(MONEY))

    def _steps(self, sheet: Worksheet, row: int, before: float, amount: float) -> None:
        """The running total and the three parts of the chart's column, as formulas over the rows above."""
        this, above = row + 1, row
        formulas = (
            (f"=F{above}+B{this}", before + amount),
            (f"=MIN(F{above},F{this})", min(before, before + amount)),
            (f"=MAX(B{this},0)", max(amount, 0.0)),
            (f"=MAX(-B{this},0)", max(-amount, 0.0)),
        )
        for place, (formula, value) in enumerate(formulas, 5):
            sheet.write_formula(row, place, formula, self.of(MONEY), value)

    def _totals(self, sheet: Worksheet, row: int, label: str, bridge: Bridge) -> None:
        """The period as the sum of what is above it, as published, and the difference, which is nothing."""
        total = bridge.baseline + sum(driver.amount for driver in bridge.drivers)
        sheet.write_string(row, 0, label)
        sheet.write_formula(row, 1, f"=SUM(B2:B{row})", self.of(MONEY), total)
        sheet.write_formula(row, 5, f"=F{row}", self.of(MONEY), total)
        sheet.write_string(row + 1, 0, "As published")
        sheet.write_number(row + 1, 1, bridge.period, self.of(MONEY))
        sheet.write_string(row + 2, 0, "Difference")
        sheet.write_formula(row + 2, 1, f"=ROUND(B{row + 1}-B{row + 2},2)", self.of(MONEY), 0)

    def _chart(self, name: str, last: int, unit: str) -> object:
        chart = self.workbook.add_chart({"type": "column", "subtype": "stacked"})
        categories = [name, 1, 0, last, 0]
        for place, colour in ((6, None), (7, BLUE), (8, VERMILLION)):
            look = {"fill": {"color": colour}} if colour else {"fill": {"none": True}}
            chart.add_series(
                {"name": [name, 0, place], "categories": categories, "values": [name, 1, place, last, place], **look}
            )
        chart.set_title({"name": f"Drivers, {unit}"})
        chart.set_y_axis({"num_format": COUNT})
        chart.set_legend({"none": True})
        return chart

    def _write_column(self, sheet: Worksheet, place: int, column: Column, values: Sequence[object]) -> None:
        width = max([len(column.header) + 3, *(len(str(value)) + 1 for value in values[:200])])
        sheet.set_column(place, place, min(max(width, TEXT_WIDTH), WIDEST))
        for row, value in enumerate(values, 1):
            if value is None or (isinstance(value, float) and not math.isfinite(value)):
                continue
            if isinstance(value, date):
                sheet.write_datetime(row, place, value, self.of(DATE))
            elif column.number_format and isinstance(value, int | float):
                sheet.write_number(row, place, value, self.of(column.number_format))
            else:
                sheet.write_string(row, place, str(value))
