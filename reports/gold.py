"""Read what a report is made from: one snapshot of Gold, and nothing of the engine."""

# ruff: noqa: S608 - statements are made of the names of contracts

import pandas as pd

from etl.contracts import Table
from etl.errors import InputError
from etl.periods import Period
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_CUSTOMERS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_FILES, OPS_QUALITY, OPS_QUARANTINE, OPS_RESTATEMENTS, OPS_RUNS, OPS_SOURCE
from etl.schemas.results import (
    GLD_CHAMPION_DECISIONS,
    GLD_CLAIMS,
    GLD_DIPS,
    GLD_FORECAST,
    GLD_FORECAST_ACCURACY,
    GLD_FORECAST_CHANGE,
    GLD_FORECAST_DRIFT,
    GLD_FORECAST_MONTHS,
    GLD_FORECAST_SCENARIOS,
    GLD_RECOMMENDATIONS,
    GLD_REVENUE_BRIDGE,
    GLD_SEGMENTS,
    QUANTILES,
)
from reports.data import MONTH_COLUMNS, ReportData, Source
from reports.explanation import explanation
from reports.question import Question, check_question
from reports.snapshot import Snapshot
from reports.sold import Sold

BRIDGE_COLUMNS = [
    "unit", "position", "driver", "stage", "amount", "low", "high", "distinguishable", "method_spread", "run_id",
]  # fmt: skip
CELL_COLUMNS = ["country", "region", "channel", "category", "driver", "stage", "amount"]
ORDER_COLUMNS = ["date", "country", "region", "channel", "orders", "units", "net_revenue", "net_amount_inr"]
AMOUNT_COLUMNS = ["date", "converted_amount", "net_revenue", "taxed_amount", "net_amount_inr"]
CALENDAR_COLUMNS = ["date", "country", "is_holiday", "holiday", "is_festival", "festival"]
FORECAST_COLUMNS = [
    "as_of", "measure", "date", "mean", *(column.name for column in QUANTILES), "model", "note",
]  # fmt: skip
ACCURACY_COLUMNS = [
    "as_of", "measure", "model", "horizon_first", "horizon_last", "cutoffs", "sql", "mase", "wape", "coverage_80",
]  # fmt: skip
FILE_COLUMNS = ["file_name", "feed", "rows_landed", "rows_kept", "rows_quarantined", "rows_superseded", "state"]
RUN_COLUMNS = ["run_id", "step", "position", "rows", "seconds", "started_at"]
READ = (
    GLD_REVENUE_BRIDGE, GLD_DAILY_ORDERS, GLD_DAILY_CELLS, GLD_DAILY_CUSTOMERS, GLD_CALENDAR, GLD_FORECAST,
    GLD_FORECAST_ACCURACY, GLD_FORECAST_CHANGE, GLD_FORECAST_SCENARIOS, GLD_FORECAST_DRIFT, GLD_FORECAST_MONTHS,
    GLD_CHAMPION_DECISIONS,
    GLD_SEGMENTS, GLD_DIPS, GLD_CLAIMS, GLD_RECOMMENDATIONS, GLD_FACT_ORDER_ITEMS, GLD_DIM_CUSTOMERS,
    OPS_FILES, OPS_QUALITY, OPS_QUARANTINE, OPS_RESTATEMENTS, OPS_RUNS, OPS_SOURCE,
)  # fmt: skip


def load(sold: Sold, question: Question, style: str = "millions") -> ReportData:
    """Read the bridge that answers ``question`` and everything the report says around it.

    A table that was never written is an empty frame; raises ``UsageError`` for a question that cannot be answered.
    """
    snapshot = sold.snapshot
    source = read_source(snapshot)
    check_question(question, legacy=source.has_legacy_measure, held=source.days)
    rows = explanation(sold, question).assign(unit=unit_of(question, source))
    bridge, cells = bridge_frames(rows, source.dimensions)
    return ReportData(
        source=source,
        measure=question.measure,
        period=question.period,
        baseline=question.baseline,
        bridge=bridge,
        cells=cells,
        orders=snapshot.rows(GLD_DAILY_ORDERS, ORDER_COLUMNS),
        amounts=_amounts(snapshot),
        calendar=snapshot.rows(GLD_CALENDAR, CALENDAR_COLUMNS),
        forecast=_newest(snapshot, GLD_FORECAST, FORECAST_COLUMNS),
        forecast_months=_newest(snapshot, GLD_FORECAST_MONTHS, MONTH_COLUMNS),
        accuracy=_newest(snapshot, GLD_FORECAST_ACCURACY, ACCURACY_COLUMNS, "kind = 'backtest'"),
        files=snapshot.rows(OPS_FILES, FILE_COLUMNS),
        quarantine=_quarantine(snapshot),
        exchange=_exchange(snapshot),
        runs=_last_run(snapshot),
        versions={table.full_name: snapshot.versions[table.full_name] for table in READ if snapshot.holds(table)},
        style=style,
    )


def bridge_frames(rows: pd.DataFrame, own: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The total's rows of a bridge, and those of its cells with the source's own dimensions, as a report holds them."""
    total, cells = rows.loc[rows["scope"] == "total"], rows.loc[rows["scope"] == "cell"]
    return total[BRIDGE_COLUMNS].reset_index(drop=True), cells[[*CELL_COLUMNS, *own]].reset_index(drop=True)


def read_source(snapshot: Snapshot) -> Source:
    """The one source of the warehouse; raises ``InputError`` where it holds no orders yet."""
    columns = ["name", "time_zone", "reporting_currency", "has_legacy_measure", "first_day", "last_day", "dimensions"]
    rows = snapshot.rows(OPS_SOURCE, columns)
    if rows.empty:
        raise InputError(f"There are no orders in {snapshot.warehouse} yet: run assay refresh first.")
    row = rows.iloc[0]
    days = Period(row["first_day"].date(), row["last_day"].date())
    own = tuple(str(row["dimensions"] or "").split())
    return Source(row["name"], row["time_zone"], row["reporting_currency"], bool(row["has_legacy_measure"]), days, own)


def days_sold(snapshot: Snapshot) -> pd.DatetimeIndex:
    """The days with orders, in order."""
    sql = f"select distinct date from {GLD_DAILY_ORDERS.name} where orders > 0 order by date"
    return pd.DatetimeIndex(snapshot.query(sql, [GLD_DAILY_ORDERS])["date"])


def unit_of(question: Question, source: Source) -> str:
    """What an amount of the measure counts."""
    return {"orders": "orders", "units": "units", "net_amount_inr": "INR"}.get(question.measure, source.currency)


def _amounts(snapshot: Snapshot) -> pd.DataFrame:
    """The steps between the measures, by day."""
    sums = ", ".join(f"sum({name})::double as {name}" for name in AMOUNT_COLUMNS[1:])
    sql = f"select date, {sums} from {GLD_DAILY_CELLS.name} group by date order by date"
    return snapshot.query(sql, [GLD_DAILY_CELLS])


def _quarantine(snapshot: Snapshot) -> pd.DataFrame:
    """How many lines each rule kept out; the lines themselves are never read."""
    sql = f"select feed, rule, reason, count(*) as rows from {OPS_QUARANTINE.name} group by all order by all"
    return snapshot.query(sql, [OPS_QUARANTINE])


def _exchange(snapshot: Snapshot) -> pd.DataFrame:
    """How many order lines were converted with which kind of rate, by currency."""
    sql = f"""
        select unit_price_currency as currency, fx_rate_origin as origin, count(*) as lines
        from {GLD_FACT_ORDER_ITEMS.name} group by all order by all
    """
    return snapshot.query(sql, [GLD_FACT_ORDER_ITEMS])


def _newest(snapshot: Snapshot, table: Table, columns: list[str], of: str = "true") -> pd.DataFrame:
    """The total's rows of the last as-of date among those for which ``of`` holds."""
    last = f"(select max(as_of) from {table.name} where {of})"
    return snapshot.rows(table, columns, f"series = 'total' and {of} and as_of = {last}")


def _last_run(snapshot: Snapshot) -> pd.DataFrame:
    """The steps of the run that started last."""
    newest = f"(select arg_max(run_id, (started_at, run_id)) from {OPS_RUNS.name})"
    return snapshot.rows(OPS_RUNS, RUN_COLUMNS, f"run_id = {newest}").sort_values("position", ignore_index=True)
