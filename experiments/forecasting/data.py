"""What the forecasting jobs read: the panel up to a day, and the calendar as it could be read then."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from etl.contracts import Table
from etl.errors import raise_problems
from etl.lakehouse import Lakehouse
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_ORDERS, GLD_FEATURES_DAILY
from experiments.forecasting.settings import Settings
from features.known import known_ahead
from features.panel import MEASURES, members

INPUTS = (GLD_FEATURES_DAILY, GLD_DAILY_ORDERS, GLD_CALENDAR)
PANEL = ("series", "date", *MEASURES)
BELONGING = ("date", "country", "channel", "orders")


@dataclass(frozen=True)
class Demand:
    """Daily demand up to ``as_of``, and the calendar beside it.

    Attributes:
        as_of: The newest business day in the data.
        panel: series, date, orders, net_revenue.
        belonging: series, country, orders.
        calendar: Rows of ``gld_calendar``, past and ahead.
        inputs: The tables read, with their Delta versions and paths.
    """

    as_of: pd.Timestamp
    panel: pd.DataFrame
    belonging: pd.DataFrame
    calendar: pd.DataFrame
    inputs: tuple[tuple[Table, int, Path], ...]

    def of(self, measure: str) -> pd.DataFrame:
        """The panel of one measure: series, date, value."""
        return self.panel[["series", "date", measure]].rename(columns={measure: "value"})

    def known(self, cutoff: pd.Timestamp) -> pd.DataFrame:
        """The calendar of each series as it could be read on the evening of ``cutoff``."""
        return known_ahead(self.calendar, self.belonging, cutoff)

    @property
    def slice(self) -> str:
        """The rows of a result table that belong to this as-of day, as a SQL condition."""
        return f"as_of = date '{self.as_of.date().isoformat()}'"

    def series(self) -> list[str]:
        """The names of the series, sorted."""
        return sorted(self.panel["series"].unique())

    def digest(self, measure: str, settings: Settings) -> str:
        """A fingerprint of everything a fit of ``measure`` depends on."""
        frames = (self.of(measure), self.known(self.as_of))
        hashes = (pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes() for frame in frames)
        return hashlib.sha256(b"".join(hashes) + f"{settings.seed} {settings.horizon}".encode()).hexdigest()


def read_demand(lakehouse: Lakehouse, as_of: date | None) -> Demand:
    """Demand up to ``as_of``, or all of it.

    Raises:
        InputError: Where a table is missing or nothing happened by ``as_of``.
    """
    upto = None if as_of is None else f"date <= date '{as_of.isoformat()}'"
    panel = lakehouse.pandas(GLD_FEATURES_DAILY, PANEL, upto).sort_values(["series", "date"], ignore_index=True)
    raise_problems(_problems(panel, as_of))
    return Demand(
        as_of=pd.Timestamp(panel["date"].max()),
        panel=panel[list(PANEL)],
        belonging=members(lakehouse.pandas(GLD_DAILY_ORDERS, BELONGING, upto)),
        calendar=lakehouse.pandas(GLD_CALENDAR).sort_values(["country", "date"], ignore_index=True),
        inputs=tuple((table, lakehouse.version(table), lakehouse.path(table)) for table in INPUTS),
    )


def _problems(panel: pd.DataFrame, as_of: date | None) -> Iterator[str]:
    if panel.empty:
        until = "" if as_of is None else f" up to {as_of.isoformat()}"
        yield f"gld_features_daily has no days{until}: land files and run the etl steps first."
