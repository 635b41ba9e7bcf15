"""What the forecasting jobs read: daily demand by hierarchy up to a day, and the calendar as it could be read then."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from etl.contracts import Table
from etl.errors import UsageError, raise_problems
from etl.lakehouse import Lakehouse
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_DIM_PRODUCTS
from etl.schemas.silver import SLV_PROMOTIONS
from etl.storage import Location
from experiments.lineage import FORECAST
from features.covariates import covariates
from features.hierarchy import CELL, PLACE, Hierarchy, Level, Observed, crossings, observe
from models.forecasting.frequency import Frequency
from models.forecasting.panel import Panel

CALENDAR = ("date", "country", "is_holiday", "festival")
PROMOTIONS = ("country", "category_code", "start_date", "end_date", "discount_pct", "announced_on")
YEAR = pd.Timedelta(days=364)
DAILY = Frequency("D", 7)


@dataclass(frozen=True)
class Target:
    """A measure that is forecast: the daily table and column it is in, and the dimensions it adds up over."""

    measure: str
    table: Table
    amount: str
    dimensions: tuple[str, ...]


TARGETS = {
    target.measure: target
    for target in (
        Target("orders", GLD_DAILY_ORDERS, "orders", PLACE),
        Target("units", GLD_DAILY_CELLS, "quantity", CELL),
        Target("net_revenue", GLD_DAILY_CELLS, "net_revenue", CELL),
    )
}


@dataclass(frozen=True)
class Demand:
    """Daily demand up to ``as_of``, and the calendar beside it.

    Attributes:
        as_of: The newest business day in the data.
        observed: The values of each measure's hierarchy.
        cells: date, country, region, channel, category, net_revenue: what the finest cells sold.
        calendar: Rows of ``gld_calendar``, past and ahead.
        promotions: country, category, start_date, end_date, discount_pct, announced_on.
        inputs: The tables read, with their Delta versions and paths.
    """

    as_of: pd.Timestamp
    observed: Mapping[str, Observed]
    cells: pd.DataFrame
    calendar: pd.DataFrame
    promotions: pd.DataFrame
    inputs: tuple[tuple[Table, int, Location], ...]

    def tree(self, measure: str) -> Hierarchy:
        """The series of a measure."""
        return self.observed[measure].hierarchy

    def panel(self, measure: str, cutoff: pd.Timestamp, horizon: int) -> Panel:
        """A measure's series up to ``cutoff``, with what was known then of the days ahead."""
        seen = self.observed[measure].until(cutoff)
        nodes = seen.hierarchy.nodes.sort_values("series")
        order = nodes.index.to_numpy()
        dates = pd.date_range(seen.dates[0], periods=len(seen.dates) + horizon, name="date")
        known = covariates(nodes, self._usual(cutoff), self.calendar, self.promotions, dates, cutoff)
        values = seen.values[order]
        begun = np.isfinite(values).any(axis=1)
        return Panel(
            series=tuple(nodes["series"]),
            dates=dates,
            values=values,
            origins=np.where(begun, len(seen.dates) - 1, -1),
            horizon=horizon,
            frequency=DAILY,
            known={name: column for name, column in known.items() if column.any()},
            static={name: pd.factorize(nodes[name], sort=True)[0] + 1 for name in nodes.columns.drop("series")},
        ).take(np.flatnonzero(begun))

    def uninformed(self, measure: str, panel: Panel, evening: pd.Timestamp) -> Panel:
        """Today's panel of a measure with the days ahead as they could be read on an earlier evening."""
        nodes = self.tree(measure).nodes.set_index("series", drop=False).loc[list(panel.series)]
        ahead, usual = panel.dates[panel.length :], self._usual(self.as_of)
        then = covariates(nodes, usual, self.calendar, self.promotions, ahead, evening)
        nothing = np.zeros((len(panel), panel.horizon))
        known = {
            name: np.hstack([values[:, : panel.length], then.get(name, nothing)])
            for name, values in panel.known.items()
        }
        return replace(panel, known=known)

    def _usual(self, cutoff: pd.Timestamp) -> pd.DataFrame:
        """What each finest cell sold in the year up to ``cutoff``: the cells, and ``usual``."""
        year = self.cells[(self.cells["date"] <= cutoff) & (self.cells["date"] > cutoff - YEAR)]
        sold = year.groupby(list(CELL), as_index=False)[["net_revenue"]].sum()
        every = self.cells[list(CELL)].drop_duplicates()
        merged = every.merge(sold, on=list(CELL), how="left").rename(columns={"net_revenue": "usual"})
        return merged.assign(usual=merged["usual"].fillna(0).clip(lower=0))  # a year of returns alone weighs nothing

    @property
    def slice(self) -> str:
        """The rows of a result table that belong to this as-of day, as a SQL condition."""
        return f"as_of = date '{self.as_of.date().isoformat()}'"


def levels_of(target: Target, by: Sequence[str] | None) -> list[Level]:
    """The levels to forecast a target on: all crossings of ``by``, or of every dimension it has.

    Raises:
        UsageError: Naming the dimensions that the target does not have.
    """
    chosen = target.dimensions if by is None else by
    raise_problems(
        (
            f"{target.measure} cannot be told apart by {name}: choose from {', '.join(target.dimensions)}. "
            "A source's own dimensions are explained, not forecast."
            for name in chosen
            if name not in target.dimensions
        ),
        UsageError,
    )
    wanted = {"country", *chosen} if "region" in chosen else set(chosen)
    return crossings([name for name in target.dimensions if name in wanted])


def read_demand(
    lakehouse: Lakehouse, as_of: date | None, measures: Sequence[str], by: Sequence[str] | None = None
) -> Demand:
    """Demand up to ``as_of``, or all of it.

    Args:
        lakehouse: The tables.
        as_of: Last day to read, the newest by default.
        measures: Names of ``TARGETS``.
        by: The dimensions to tell apart, all by default.

    Raises:
        UsageError: Where a measure does not have a dimension of ``by``.
        InputError: Where a table is missing or nothing happened by ``as_of``.
    """
    levels = {measure: levels_of(TARGETS[measure], by) for measure in measures}
    upto = None if as_of is None else f"date <= date '{as_of.isoformat()}'"
    rows = {table: lakehouse.pandas(table, _columns(table), upto) for table in (GLD_DAILY_ORDERS, GLD_DAILY_CELLS)}
    raise_problems(_problems(rows[GLD_DAILY_CELLS], as_of))
    observed = {name: _observed(rows, TARGETS[name], levels[name]) for name in measures}
    return Demand(
        as_of=pd.Timestamp(rows[GLD_DAILY_CELLS]["date"].max()),
        observed=observed,
        cells=rows[GLD_DAILY_CELLS],
        calendar=lakehouse.pandas(GLD_CALENDAR, CALENDAR).sort_values(["country", "date"], ignore_index=True),
        promotions=_promotions(lakehouse),
        inputs=tuple(
            (table, lakehouse.version(table), lakehouse.path(table))
            for table in FORECAST.reads
            if lakehouse.exists(table)
        ),
    )


def _columns(table: Table) -> list[str]:
    amounts = {target.amount for target in TARGETS.values() if target.table is table}
    dimensions = {name for target in TARGETS.values() if target.table is table for name in target.dimensions}
    return ["date", *sorted(dimensions), *sorted(amounts)]


def _observed(rows: Mapping[Table, pd.DataFrame], target: Target, levels: list[Level]) -> Observed:
    """A measure's daily values up to the newest day of all, on which it may have had none."""
    return observe(rows[target.table], target.amount, levels, last=pd.Timestamp(rows[GLD_DAILY_CELLS]["date"].max()))


def _promotions(lakehouse: Lakehouse) -> pd.DataFrame:
    """Promotions with the names of their categories; none where the source has no such table."""
    if not lakehouse.exists(SLV_PROMOTIONS):
        return pd.DataFrame(columns=["country", "category", *PROMOTIONS[2:]])
    found = lakehouse.pandas(SLV_PROMOTIONS, PROMOTIONS)
    names = lakehouse.pandas(GLD_DIM_PRODUCTS, ["category_code", "category_name"]).drop_duplicates()
    named = found.merge(names, on="category_code", how="left")
    # a category that no product has is not every category
    category = named["category_name"].fillna(named["category_code"])
    sorted_by = ["start_date", "end_date", "country", "category"]
    return named.assign(category=category).sort_values(sorted_by, ignore_index=True)


def _problems(cells: pd.DataFrame, as_of: date | None) -> Iterator[str]:
    if cells.empty:
        until = "" if as_of is None else f" up to {as_of.isoformat()}"
        yield f"gld_daily_cells has no days{until}: land files and run the etl steps first."
