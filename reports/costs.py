"""What a refresh costs, from ``ops_costs`` and ``ops_storage``: by run, by what it is for, and with more data."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.schemas.ops import OPS_COSTS, OPS_STORAGE
from etl.schemas.results import GLD_FORECAST
from reports.snapshot import Snapshot

FACTORS = (10, 100)
UNITS = ("cpu_seconds", "money")
LEAST_RUNS, LEAST_SPREAD = 3, 2.0
"""How many runs of a step, and over how many times the rows, before its growth is measured instead of assumed."""


@dataclass(frozen=True)
class Costs:
    """The records of costs: one row of ``steps`` a step and run, of ``storage`` a table and run, oldest first.

    ``series`` is how many series the newest forecast has; ``currency`` is that of money, empty where there is none.
    """

    steps: pd.DataFrame
    storage: pd.DataFrame
    series: int

    @property
    def currency(self) -> str:
        """Of the newest run that was given prices."""
        known = self.steps["currency"].dropna()
        return str(known.iloc[-1]) if len(known) else ""

    def by_run(self) -> pd.DataFrame:
        """run_id, started_at, steps, seconds, cpu_seconds, peak_memory_bytes, bytes_written, money; oldest first."""
        grouped = self.steps.groupby("run_id", as_index=False)
        return grouped.agg(
            started_at=("started_at", "min"),
            steps=("step", "size"),
            seconds=("seconds", "sum"),
            cpu_seconds=("cpu_seconds", "sum"),
            peak_memory_bytes=("peak_memory_bytes", "max"),
            bytes_written=("bytes_written", "sum"),
            money=("money", _total),
        ).sort_values("started_at", ignore_index=True)

    def newest(self) -> pd.DataFrame:
        """The newest record of each step, in the order they ran in."""
        return self.steps.drop_duplicates("step", keep="last").sort_values("position", ignore_index=True)

    def stored_by_run(self) -> pd.DataFrame:
        """run_id, started_at, rows, bytes, money_month of all tables; oldest first."""
        grouped = self.storage.groupby("run_id", as_index=False)
        sums = {name: (name, "sum") for name in ("rows", "bytes")} | {"money_month": ("money_month", _total)}
        return grouped.agg(started_at=("started_at", "min"), **sums).sort_values("started_at", ignore_index=True)

    def unit_costs(self) -> pd.DataFrame:
        """What one of each costs: name, cpu_seconds, money. A day is each step once, as it ran last."""
        newest = self.newest().set_index("step")
        shares = {"A day": 1, "A report": 1, "A forecast series": max(self.series, 1)}
        report, forecast = (newest.reindex([step]) for step in ("report", "forecast"))
        wanted = {"A day": newest, "A report": report, "A forecast series": forecast}
        rows = [(name, *(_total(used[column]) / shares[name] for column in UNITS)) for name, used in wanted.items()]
        return pd.DataFrame(rows, columns=["name", *UNITS]).dropna(subset=["cpu_seconds"])

    def growth(self) -> pd.DataFrame:
        """By step: cpu_seconds as it ran last, ``exponent`` of its growth with the rows it reads, ``measured``."""
        exponents = {str(step): _exponent(rows) for step, rows in self.steps.groupby("step")}
        newest = self.newest()[["step", "cpu_seconds", "money"]]
        found = newest["step"].map(exponents)
        return newest.assign(exponent=found.fillna(1.0), measured=found.notna())

    def projected(self, factor: float) -> pd.DataFrame:
        """``growth`` with that many times the data; where growth was not measured, it is taken to be in proportion."""
        grown = self.growth()
        times = factor ** grown["exponent"]
        return grown.assign(cpu_seconds=grown["cpu_seconds"] * times, money=grown["money"] * times)


def read_costs(snapshot: Snapshot) -> Costs:
    """The records up to the snapshot."""
    steps = snapshot.rows(OPS_COSTS, list(OPS_COSTS.column_names)).sort_values("started_at", kind="stable")
    storage = snapshot.rows(OPS_STORAGE, list(OPS_STORAGE.column_names)).sort_values("started_at", kind="stable")
    sql = f"""
        select count(distinct (measure, series)) as n from {GLD_FORECAST.name}
        where as_of = (select max(as_of) from {GLD_FORECAST.name})
    """  # noqa: S608 - the name of a contract
    series = int(snapshot.query(sql, [GLD_FORECAST])["n"].iloc[0])
    return Costs(steps.reset_index(drop=True), storage.reset_index(drop=True), series)


def _total(values: "pd.Series[float]") -> float:
    return float(values.sum(min_count=1))


def _exponent(runs: pd.DataFrame) -> float:
    """The slope of log CPU time over log rows read; NaN where the runs do not tell."""
    known = runs[(runs["rows_read"] > 0) & (runs["cpu_seconds"] > 0)]
    if len(known) < LEAST_RUNS or known["rows_read"].max() < LEAST_SPREAD * known["rows_read"].min():
        return float("nan")
    slope, _ = np.polyfit(np.log(known["rows_read"].astype(float)), np.log(known["cpu_seconds"].astype(float)), 1)
    return float(slope)
