"""Compare what was forecast before with what happened: accuracy, drift, and intervals that hold no longer."""

from collections.abc import Sequence

import mlflow
import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from etl.lakehouse import Lakehouse, to_pandas
from etl.schemas.results import GLD_FORECAST, GLD_FORECAST_ACCURACY, GLD_FORECAST_DRIFT
from experiments.forecasting.data import Demand
from experiments.forecasting.promotion import Decided, record
from experiments.forecasting.registry import CHAMPION, by_alias, register
from experiments.forecasting.settings import Settings
from models.forecasting.backtest import accuracy
from models.forecasting.cutoffs import horizon_ranges
from models.forecasting.drift import drifts
from models.forecasting.gate import Decision
from models.forecasting.metrics import seasonal_error
from models.forecasting.paths import normal_scores
from models.forecasting.quantiles import NAMES
from models.forecasting.recalibration import lost_coverage, recalibrated

WINDOW = 56
"""Days that are looked back on."""
JUDGED = ["as_of", "measure", "series", "level", "date", "horizon", "mean", *NAMES, "model"]


def compare(lakehouse: Lakehouse, run: mlflow.ActiveRun, demand: Demand, settings: Settings) -> int:
    """Publish how past forecasts did, name drift, and recalibrate champions whose intervals have stopped to hold.

    Live rows of ``gld_forecast_accuracy`` and the rows of ``gld_forecast_drift`` are those of the as-of day; each day
    of the last eight weeks counts with its newest forecast within each range of horizons. Returns the rows published.
    """
    judged = {measure: _judged(lakehouse, demand, measure, settings.horizon) for measure in settings.measures}
    seen = {measure: rows for measure, rows in judged.items() if len(rows)}
    if not seen:
        return 0
    settings.progress(f"Comparing forecasts of the last {WINDOW} days with what happened.")
    live = [_accuracy(rows, settings.horizon).assign(measure=measure) for measure, rows in seen.items()]
    found = [drifts(_newest_scores(rows)).assign(measure=measure) for measure, rows in seen.items()]
    written = _write(lakehouse, run, demand, live, found)
    _tell(found, settings)
    decided = [_recalibrated(demand, measure, rows, settings) for measure, rows in seen.items()]
    record(lakehouse, demand, run.info.run_id, [each for each in decided if each is not None])
    return written


def _judged(lakehouse: Lakehouse, demand: Demand, measure: str, horizon: int) -> pd.DataFrame:
    """The newest forecast of each day and range of horizons in the window, with what happened and the scale."""
    if not lakehouse.exists(GLD_FORECAST):
        return pd.DataFrame(columns=JUDGED)
    newest = _newest(lakehouse.read(GLD_FORECAST), measure, demand.as_of, horizon)
    rows = to_pandas(newest, [column for column in GLD_FORECAST.columns if column.name in JUDGED])
    observed = demand.observed[measure]
    place = pd.Index(observed.hierarchy.nodes["series"]).get_indexer(pd.Index(rows["series"]))
    day = observed.dates.get_indexer(pd.DatetimeIndex(rows["date"]))
    known = (place >= 0) & (day >= 0)
    scales = np.array([seasonal_error(values[np.isfinite(values)]) for values in observed.values])
    judged: pd.DataFrame = rows.assign(actual=observed.values[place, day], scale=scales[place], cutoff=rows["as_of"])[
        known
    ]
    return judged.sort_values(["series", "date", "horizon"], ignore_index=True)


def _newest(forecasts: DataFrame, measure: str, as_of: pd.Timestamp, horizon: int) -> DataFrame:
    first, last = ((as_of - pd.Timedelta(days=days)).date().isoformat() for days in (WINDOW - 1, 0))
    inside = f"measure = '{measure}' and date between date '{first}' and date '{last}' and as_of < date '{last}'"
    ends = [end for _, end in horizon_ranges(horizon)]
    within = F.coalesce(*(F.when(F.col("horizon") <= end, F.lit(end)) for end in ends), F.col("horizon"))
    by_range = Window.partitionBy("series", "date", within).orderBy(F.desc("as_of"))
    ranked = forecasts.where(inside).withColumn("place", F.row_number().over(by_range))
    newest = ranked.where("place = 1")
    assert isinstance(newest, DataFrame)
    return newest


def _accuracy(judged: pd.DataFrame, horizon: int) -> pd.DataFrame:
    return accuracy(judged, max(horizon, int(judged["horizon"].max()))).assign(kind="live")


def _newest_scores(judged: pd.DataFrame) -> pd.DataFrame:
    """Normal scores by day and series, each day's by its newest forecast."""
    newest = judged.drop_duplicates(["series", "date"])  # sorted by horizon
    scores = normal_scores(newest[NAMES].to_numpy(float), newest["actual"].to_numpy(float))
    return newest.assign(score=scores).pivot(index="date", columns="series", values="score").sort_index()


def _write(
    lakehouse: Lakehouse,
    run: mlflow.ActiveRun,
    demand: Demand,
    live: Sequence[pd.DataFrame],
    found: Sequence[pd.DataFrame],
) -> int:
    written = 0
    for table, parts, where in (
        (GLD_FORECAST_ACCURACY, live, f"{demand.slice} and kind = 'live'"),
        (GLD_FORECAST_DRIFT, found, demand.slice),
    ):
        rows = pd.concat(parts, ignore_index=True).assign(as_of=demand.as_of, run_id=run.info.run_id)
        if len(rows):
            written += lakehouse.write(table, lakehouse.frame(table, rows), replace_where=where)
    return written


def _tell(found: Sequence[pd.DataFrame], settings: Settings) -> None:
    rows = pd.concat(found, ignore_index=True)
    drifted = rows[rows["drifted"].astype(bool)]
    mlflow.log_metric("drifted", float(len(drifted)))
    for each in drifted[drifted["series"] == "total"].itertuples(index=False):
        settings.progress(f"{each.measure}: the {each.kind} of the total has drifted ({each.size:+.1f} deviations).")


def _recalibrated(demand: Demand, measure: str, judged: pd.DataFrame, settings: Settings) -> Decided | None:
    """A new version of the champion with other intervals, where those of its forecasts have stopped to hold."""
    champion = by_alias(measure, CHAMPION)
    if champion is None:
        return None
    own = judged[judged["cutoff"] >= pd.Timestamp(champion.training.as_of)]  # what others published is not its fault
    loss = lost_coverage(own)
    if loss is None:
        return None
    made = recalibrated(champion.load(), own)
    version = register(measure, made, as_of=demand.as_of.date().isoformat(), note=champion.training.note)
    settings.progress(f"{measure}: {loss}; recalibrated as version {version.number}.")
    return Decided("recalibrated", version, champion, Decision(promoted=True, reason=loss))
