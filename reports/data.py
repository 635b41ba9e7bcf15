"""Everything a report is made from: small frames read from Gold and ops, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from etl.periods import Period
from reports.numbers import STYLES, Unit
from reports.question import MEASURES

MONTH_COLUMNS = ["measure", "month", "mean", "q10", "q90"]


@dataclass(frozen=True)
class Source:
    """The source the warehouse was built from: the days whose orders it holds, and the dimensions of its own."""

    name: str
    time_zone: str
    currency: str
    has_legacy_measure: bool
    days: Period
    dimensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportData:
    """The frames of one report; a table that does not exist yet is an empty frame with its columns.

    ``style`` is how amounts of money are written, one of ``reports.numbers.STYLES``; ``selection`` says of which part
    of the business the bridge is, where it is not of all.
    """

    source: Source
    measure: str
    period: Period
    baseline: Period
    bridge: pd.DataFrame
    cells: pd.DataFrame
    orders: pd.DataFrame
    amounts: pd.DataFrame
    calendar: pd.DataFrame
    forecast: pd.DataFrame
    accuracy: pd.DataFrame
    files: pd.DataFrame
    quarantine: pd.DataFrame
    exchange: pd.DataFrame
    runs: pd.DataFrame
    versions: Mapping[str, int]
    forecast_months: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=MONTH_COLUMNS))
    style: str = "millions"
    selection: str = ""

    @property
    def subject(self) -> str:
        """The measure's name at the start of a sentence."""
        return f"{MEASURES[self.measure]}{self.selection}"

    @property
    def unit(self) -> Unit:
        """The unit of the explained measure."""
        return Unit(self.measure) if self.measure in ("orders", "units") else self.money

    @property
    def money(self) -> Unit:
        """The currency of every amount of money in the report."""
        return Unit("INR" if self.money_measure == "net_amount_inr" else self.source.currency, STYLES[self.style])

    @property
    def currency(self) -> Unit:
        """The reporting currency, of ``net_revenue`` and its forecast."""
        return Unit(self.source.currency, STYLES[self.style])

    @property
    def money_measure(self) -> str:
        """The column that is called revenue: the explained measure, or ``net_revenue`` beside a count."""
        return self.measure if self.measure == "net_amount_inr" else "net_revenue"

    @property
    def newest_day(self) -> date | None:
        """The newest business day with an order."""
        return None if self.orders.empty else self.orders["date"].max().date()
