"""The backtest of both measures: judged, logged as a child run for each candidate, and published."""

import mlflow
import pandas as pd

from etl.lakehouse import Lakehouse
from etl.schemas.results import GLD_FORECAST_ACCURACY
from experiments.forecasting.charts import coverage_chart, forecast_chart, page
from experiments.forecasting.data import Demand
from experiments.forecasting.evaluation import (
    Leaderboard,
    Verdict,
    accuracy_rows,
    run_metrics,
    scores,
    too_short,
    verdict,
    with_calibrated,
)
from experiments.forecasting.settings import Settings
from experiments.tracking import open_run
from features.panel import MEASURES
from models.forecasting.backtest import backtest
from models.forecasting.cutoffs import choose_cutoffs
from models.forecasting.registry import CANDIDATES

SCORES = ["measure", "model", "sql", "mase", "wql", "wape", "coverage_80"]
SHOWN_SERIES = "total"


def run_backtest(lakehouse: Lakehouse, run: mlflow.ActiveRun, demand: Demand, settings: Settings) -> Leaderboard:
    """Judge every candidate on both measures inside ``run`` and publish ``gld_forecast_accuracy`` for the as-of day.

    Data too short for a backtest publish nothing, and the benchmark wins with a note that says so.
    """
    cutoffs = choose_cutoffs(demand.panel["date"].min(), demand.as_of, settings.horizon)
    judged = {measure: _judged(demand, measure, cutoffs, settings) for measure in MEASURES if cutoffs}
    verdicts = {measure: _verdict(judged, measure, settings) for measure in MEASURES}
    compared = {measure: with_calibrated(rows, verdicts[measure].algorithm) for measure, rows in judged.items()}
    if compared:
        mlflow.log_text(_page(demand, compared, verdicts), "backtest.html")
    logged = [_logged(lakehouse, demand, settings, measure, rows) for measure, rows in compared.items()]
    return Leaderboard(
        as_of=demand.as_of,
        run_id=run.info.run_id,
        cutoffs=tuple(cutoffs),
        scores=_stacked([scores(rows).assign(measure=measure) for measure, rows in compared.items()], SCORES),
        verdicts=verdicts,
        rows=_published(lakehouse, demand, _stacked(logged, list(GLD_FORECAST_ACCURACY.column_names))),
    )


def _judged(demand: Demand, measure: str, cutoffs: list[pd.Timestamp], settings: Settings) -> pd.DataFrame:
    settings.progress(f"Backtesting {measure}: {len(CANDIDATES)} candidates, {len(cutoffs)} cutoffs.")
    return backtest(
        demand.of(measure),
        CANDIDATES,
        horizon=settings.horizon,
        cutoffs=cutoffs,
        known=demand.known,
        seed=settings.seed,
        jobs=settings.jobs,
    ).forecasts


def _verdict(judged: dict[str, pd.DataFrame], measure: str, settings: Settings) -> Verdict:
    found = verdict(judged[measure]) if measure in judged else too_short(settings.horizon)
    settings.progress(f"{measure}: {found.note or f'{found.algorithm} is best'}.")
    return found


def _logged(
    lakehouse: Lakehouse, demand: Demand, settings: Settings, measure: str, compared: pd.DataFrame
) -> pd.DataFrame:
    """A child run for each model of one measure; returns their rows of ``gld_forecast_accuracy``."""
    parts = []
    for model, judged in compared.groupby("model", sort=True):
        with open_run(lakehouse.warehouse, f"{measure} {model}", settings.tags()) as child:
            mlflow.log_params({"measure": measure, "model": model, "cutoffs": judged["cutoff"].nunique()})
            mlflow.log_metrics(run_metrics(judged, settings.horizon))
        rows = accuracy_rows(judged, as_of=demand.as_of, measure=measure, horizon=settings.horizon)
        parts.append(rows.assign(run_id=child.info.run_id))
    return pd.concat(parts, ignore_index=True)


def _page(demand: Demand, compared: dict[str, pd.DataFrame], verdicts: dict[str, Verdict]) -> str:
    figures = {}
    for measure, judged in compared.items():
        algorithm = verdicts[measure].algorithm
        history = demand.of(measure).query("series == @SHOWN_SERIES")
        shown = judged[(judged["series"] == SHOWN_SERIES) & (judged["model"] == algorithm)]
        figures[f"{measure}-forecast"] = forecast_chart(history, shown, f"{measure}, {SHOWN_SERIES}: {algorithm}")
        figures[f"{measure}-coverage"] = coverage_chart(judged, f"{measure}: coverage of the intervals, all series")
    return page(figures)


def _published(lakehouse: Lakehouse, demand: Demand, rows: pd.DataFrame) -> int:
    if rows.empty:
        return 0
    frame = lakehouse.frame(GLD_FORECAST_ACCURACY, rows)
    return lakehouse.write(GLD_FORECAST_ACCURACY, frame, replace_where=demand.slice)


def _stacked(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
