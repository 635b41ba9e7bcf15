"""Read what a report is made from: the only module of reports that knows the lakehouse."""

from collections.abc import Sequence

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.contracts import Table
from etl.errors import UsageError
from etl.lakehouse import Lakehouse, sql_text
from etl.periods import Period
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_FILES, OPS_QUARANTINE, OPS_RUNS, OPS_SOURCE
from etl.schemas.results import GLD_FORECAST, GLD_FORECAST_ACCURACY, GLD_REVENUE_BRIDGE, QUANTILES
from reports.data import MEASURES, ReportData, Source
from reports.frames import empty

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
    GLD_REVENUE_BRIDGE, GLD_DAILY_ORDERS, GLD_DAILY_CELLS, GLD_CALENDAR, GLD_FORECAST, GLD_FORECAST_ACCURACY,
    GLD_FACT_ORDER_ITEMS, OPS_FILES, OPS_QUARANTINE, OPS_RUNS, OPS_SOURCE,
)  # fmt: skip


def load(lakehouse: Lakehouse, *, period: Period, baseline: Period, measure: str) -> ReportData:
    """Read the bridge of two periods and everything the report says around it.

    A table that was never written becomes an empty frame; raises ``UsageError`` for an unknown measure.
    """
    if measure not in MEASURES:
        raise UsageError(f"There is no measure {measure!r}. Measures: {', '.join(MEASURES)}.")
    compared = _compared(measure, period, baseline)
    return ReportData(
        source=_source(lakehouse),
        measure=measure,
        period=period,
        baseline=baseline,
        bridge=_rows(lakehouse, GLD_REVENUE_BRIDGE, BRIDGE_COLUMNS, f"{compared} and scope = 'total'"),
        cells=_rows(lakehouse, GLD_REVENUE_BRIDGE, CELL_COLUMNS, f"{compared} and scope = 'cell'"),
        orders=_rows(lakehouse, GLD_DAILY_ORDERS, ORDER_COLUMNS),
        amounts=_amounts(lakehouse),
        calendar=_rows(lakehouse, GLD_CALENDAR, CALENDAR_COLUMNS),
        forecast=_newest(_rows(lakehouse, GLD_FORECAST, FORECAST_COLUMNS, "series = 'total'")),
        accuracy=_newest(_rows(lakehouse, GLD_FORECAST_ACCURACY, ACCURACY_COLUMNS, "series = 'total'")),
        files=_rows(lakehouse, OPS_FILES, FILE_COLUMNS),
        quarantine=_quarantine(lakehouse),
        exchange=_exchange(lakehouse),
        runs=_last_run(_rows(lakehouse, OPS_RUNS, RUN_COLUMNS)),
        versions={table.full_name: lakehouse.version(table) for table in READ if lakehouse.exists(table)},
    )


def _source(lakehouse: Lakehouse) -> Source:
    row = lakehouse.pandas(OPS_SOURCE).iloc[0]
    return Source(row["name"], row["time_zone"], row["reporting_currency"], bool(row["has_legacy_measure"]))


def _compared(measure: str, period: Period, baseline: Period) -> str:
    """The rows of one comparison; every value is a checked name or a date."""
    spans = {"baseline": baseline, "period": period}
    days = [f"{name}_{end} = date'{getattr(span, end)}'" for name, span in spans.items() for end in ("first", "last")]
    return " and ".join([f"measure = {sql_text(measure)}", *days])


def _rows(lakehouse: Lakehouse, table: Table, columns: Sequence[str], where: str | None = None) -> pd.DataFrame:
    if not lakehouse.exists(table):
        return empty(table, columns)
    return lakehouse.pandas(table, columns, where)[list(columns)]


def _amounts(lakehouse: Lakehouse) -> pd.DataFrame:
    """The steps between the measures, by day."""
    if not lakehouse.exists(GLD_DAILY_CELLS):
        return empty(GLD_DAILY_CELLS, AMOUNT_COLUMNS)
    sums = [F.sum(name).cast("double").alias(name) for name in AMOUNT_COLUMNS[1:]]
    by_day = lakehouse.read(GLD_DAILY_CELLS).groupBy(F.col("date").cast("timestamp").alias("date")).agg(*sums)
    return _collected(by_day, AMOUNT_COLUMNS, ["date"])


def _quarantine(lakehouse: Lakehouse) -> pd.DataFrame:
    """How many lines each rule kept out; the lines themselves are never read."""
    columns = ["feed", "rule", "reason", "rows"]
    if not lakehouse.exists(OPS_QUARANTINE):
        return pd.DataFrame({name: pd.Series(dtype="int64" if name == "rows" else "object") for name in columns})
    counts = lakehouse.read(OPS_QUARANTINE).groupBy("feed", "rule", "reason").agg(F.count("*").alias("rows"))
    return _collected(counts, columns, ["feed", "rule", "reason"])


def _exchange(lakehouse: Lakehouse) -> pd.DataFrame:
    """How many order lines were converted with which kind of rate, by currency."""
    columns = ["currency", "origin", "lines"]
    if not lakehouse.exists(GLD_FACT_ORDER_ITEMS):
        return pd.DataFrame({name: pd.Series(dtype="int64" if name == "lines" else "object") for name in columns})
    keys = [F.col("unit_price_currency").alias("currency"), F.col("fx_rate_origin").alias("origin")]
    counts = lakehouse.read(GLD_FACT_ORDER_ITEMS).groupBy(*keys).agg(F.count("*").alias("lines"))
    return _collected(counts, columns, ["currency", "origin"])


def _collected(rows: DataFrame, columns: list[str], order: list[str]) -> pd.DataFrame:
    found: pd.DataFrame = rows.toPandas()
    return found[columns].sort_values(order, ignore_index=True)


def _newest(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the last as-of date."""
    newest: pd.DataFrame = rows[rows["as_of"] == rows["as_of"].max()]
    return newest.reset_index(drop=True)


def _last_run(rows: pd.DataFrame) -> pd.DataFrame:
    """The steps of the run that started last."""
    if rows.empty:
        return rows
    newest = rows.sort_values(["started_at", "run_id"])["run_id"].iloc[-1]
    steps: pd.DataFrame = rows[rows["run_id"] == newest]
    return steps.sort_values("position", ignore_index=True)
