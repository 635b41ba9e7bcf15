"""What the daily tables add up to, by month, place and channel: sums of additive columns only."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from etl.periods import Period, month_of
from reports.bridge import TOTALS
from reports.data import ReportData

UNKNOWN = "Not Available"
VOLUME_STAGES = ("calendar", "orders")
DIMENSIONS = {"country": "Country", "region": "Region", "channel": "Channel", "category": "Category"}


@dataclass(frozen=True)
class Month:
    """A calendar month as far as the data reaches."""

    period: Period
    days: int
    revenue: float
    orders: float

    @property
    def is_whole(self) -> bool:
        """Whether the data covers every day of it."""
        return self.days == self.period.days

    @property
    def revenue_per_day(self) -> float:
        """Revenue of an average day with data."""
        return self.revenue / self.days

    @property
    def revenue_per_order(self) -> float | None:
        """Average order value."""
        return self.revenue / self.orders if self.orders else None


def divisions(data: ReportData) -> dict[str, str]:
    """The dimensions that may divide sales, and what a reader calls them; the source's own at the end."""
    return {**DIMENSIONS, **{name: name.replace("_", " ").capitalize() for name in data.source.dimensions}}


def within(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The rows dated in the period."""
    return frame[frame["date"].between(pd.Timestamp(period.first), pd.Timestamp(period.last))]


def daily(data: ReportData, measure: str = "net_revenue") -> pd.DataFrame:
    """One row a day, from the first to the last business day: date, orders, revenue; a day without rows is 0."""
    sums = data.orders.groupby("date")[["orders", measure]].sum().rename(columns={measure: "revenue"})
    if sums.empty:
        return sums.reset_index()
    every_day = pd.date_range(sums.index.min(), sums.index.max(), name="date")
    return sums.reindex(every_day, fill_value=0.0).reset_index()


def months(data: ReportData) -> list[Month]:
    """Every month of the data, in order."""
    by_day = daily(data, data.money_measure)
    return [
        _month(first.date(), rows) for first, rows in by_day.groupby(by_day["date"].dt.to_period("M").dt.start_time)
    ]


def total(data: ReportData, period: Period, column: str) -> float:
    """The sum of an additive column of the daily table over a period."""
    return float(within(data.orders, period)[column].sum())


def named(frame: pd.DataFrame, dimension: str) -> pd.Series:
    """The dimension's value as a reader knows it: a region always with its country."""
    if dimension != "region":
        return frame[dimension].fillna(UNKNOWN).astype(str)
    return frame["region"].fillna(UNKNOWN).astype(str) + ", " + frame["country"].fillna(UNKNOWN).astype(str)


def tells_apart(frame: pd.DataFrame, dimension: str) -> bool:
    """Whether the dimension divides the rows further than what is above it does."""
    if dimension != "region":
        return frame[dimension].nunique() > 1
    return len(frame[["country", "region"]].drop_duplicates()) > frame["country"].nunique()


def by_dimension(data: ReportData, dimension: str, measure: str) -> pd.DataFrame:
    """A measure in the baseline and the period for each value of a dimension: name, baseline, period; largest first."""
    frame = data.orders.assign(name=named(data.orders, dimension))
    sums = {
        label: within(frame, period).groupby("name")[measure].sum()
        for label, period in (("baseline", data.baseline), ("period", data.period))
    }
    both = pd.DataFrame(sums).fillna(0.0).rename_axis("name").reset_index()
    return both.sort_values(["period", "baseline", "name"], ascending=[False, False, True], ignore_index=True)


def contributions(data: ReportData, dimension: str) -> pd.DataFrame:
    """What each value of a dimension added to the change: name, volume, aov, amount; largest size first."""
    cells = data.cells[~data.cells["driver"].isin(TOTALS)]
    cells = cells.assign(
        name=named(cells, dimension), part=cells["stage"].isin(VOLUME_STAGES).map({True: "volume", False: "aov"})
    )
    parts = cells.pivot_table(index="name", columns="part", values="amount", aggfunc="sum", fill_value=0.0)
    parts = parts.reindex(columns=["volume", "aov"], fill_value=0.0)
    parts = parts.assign(amount=parts.sum(axis=1)).rename_axis(columns=None).reset_index()
    return parts.sort_values("amount", key=abs, ascending=False, ignore_index=True)


def shortened(frame: pd.DataFrame, rows: int, others: str = "{count} others") -> pd.DataFrame:
    """The first ``rows`` rows, and the rest added up in one more; a single remaining row is shown as itself."""
    if len(frame) <= rows + 1:
        return frame
    rest = frame.iloc[rows:]
    summed = rest.sum(numeric_only=True).to_frame().T.assign(name=others.format(count=len(rest)))
    return pd.concat([frame.iloc[:rows], summed[list(frame.columns)]], ignore_index=True)


def main_country(data: ReportData) -> str | None:
    """The country with the largest revenue; none without a known one."""
    known = data.orders[data.orders["country"] != UNKNOWN]
    return None if known.empty else str(known.groupby("country")[data.money_measure].sum().idxmax())


def _month(first: date, rows: pd.DataFrame) -> Month:
    sums = rows[["revenue", "orders"]].sum()
    return Month(month_of(first), len(rows), float(sums["revenue"]), float(sums["orders"]))
