"""The backtest of the measures: judged, logged as a child run for each candidate, and published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import mlflow
import pandas as pd

from etl.lakehouse import Lakehouse
from etl.schemas.results import GLD_FORECAST_ACCURACY
from experiments.forecasting.charts import forecast_chart, leaderboard_chart, page, reliability_chart
from experiments.forecasting.data import Demand
from experiments.forecasting.evaluation import Evaluation, accuracy_rows, evaluate, run_metrics, scores
from experiments.forecasting.settings import Settings
from experiments.tracking import open_run
from models.forecasting.candidates import Candidate

SCORES = ["measure", "model", "sql", "mase", "wql", "wape", "coverage_80"]
SHOWN_SERIES = "total"


@dataclass(frozen=True)
class Leaderboard:
    """What a backtest found.

    Attributes:
        as_of: Newest business day of its data.
        run_id: Its MLflow run.
        cutoffs: Where it forecast from; empty where the data are too short.
        scores: measure, model, sql, mase, wql, wape, coverage_80: means over levels, a measure's best model first.
        evaluations: What was found, by measure.
        rows: Rows published to ``gld_forecast_accuracy``.
    """

    as_of: pd.Timestamp
    run_id: str
    cutoffs: tuple[pd.Timestamp, ...]
    scores: pd.DataFrame
    evaluations: Mapping[str, Evaluation]
    rows: int


def run_backtest(
    lakehouse: Lakehouse,
    run: mlflow.ActiveRun,
    demand: Demand,
    candidates: Sequence[Candidate],
    settings: Settings,
) -> Leaderboard:
    """Judge candidates on every measure inside ``run`` and publish ``gld_forecast_accuracy`` for the as-of day.

    Without ``candidates`` it is the default ones. Data too short for a backtest publish nothing, and the benchmark wins
    with a note that says so.
    """
    found = {measure: evaluate(demand, measure, candidates, settings) for measure in settings.measures}
    judged = {measure: each.judged for measure, each in found.items() if each.judged is not None}
    if judged:
        mlflow.log_text(_page(demand, found), "backtest.html")
    logged = [_logged(lakehouse, demand, settings, measure, rows) for measure, rows in judged.items()]
    cutoffs = {pd.Timestamp(cutoff) for rows in judged.values() for cutoff in rows["cutoff"].unique()}
    return Leaderboard(
        as_of=demand.as_of,
        run_id=run.info.run_id,
        cutoffs=tuple(sorted(cutoffs)),
        scores=_stacked([scores(rows).assign(measure=measure) for measure, rows in judged.items()], SCORES),
        evaluations=found,
        rows=_published(lakehouse, demand, settings, logged),
    )


def _logged(
    lakehouse: Lakehouse, demand: Demand, settings: Settings, measure: str, judged: pd.DataFrame
) -> pd.DataFrame:
    """A child run for each model of one measure; returns their rows of ``gld_forecast_accuracy``."""
    parts = []
    for model, rows in judged.groupby("model", sort=True):
        with open_run(lakehouse.warehouse, f"{measure} {model}", settings.tags()) as child:
            mlflow.log_params({"measure": measure, "model": model, "cutoffs": rows["cutoff"].nunique()})
            mlflow.log_metrics(run_metrics(rows, settings.horizon))
        published = accuracy_rows(rows, as_of=demand.as_of, measure=measure, horizon=settings.horizon)
        parts.append(published.assign(run_id=child.info.run_id))
    return pd.concat(parts, ignore_index=True)


def _page(demand: Demand, found: Mapping[str, Evaluation]) -> str:
    figures, festivals = {}, _festivals(demand.calendar)
    for measure, each in found.items():
        if each.judged is None:
            continue
        observed = demand.observed[measure]
        place = list(observed.hierarchy.nodes["series"]).index(SHOWN_SERIES)
        history = pd.DataFrame({"date": observed.dates, "value": observed.values[place]})
        models = [name for name in (each.model, each.algorithm) if (each.judged["model"] == name).any()]
        shown = each.judged[(each.judged["series"] == SHOWN_SERIES) & (each.judged["model"] == models[0])]
        figures[f"{measure}-leaderboard"] = leaderboard_chart(scores(each.judged), f"{measure}: who forecasts best")
        title = f"{measure}, {SHOWN_SERIES}: {models[0]}"
        figures[f"{measure}-forecast"] = forecast_chart(history, shown, festivals, title)
        figures[f"{measure}-reliability"] = reliability_chart(each.judged, f"{measure}: reliability of the quantiles")
    return page("Backtest", figures)


def _festivals(calendar: pd.DataFrame) -> pd.DataFrame:
    """date, event: the festivals of all countries, by day."""
    names = calendar.dropna(subset="festival").groupby("date")["festival"].unique()
    return names.map(lambda each: ", ".join(sorted(each))).rename("event").reset_index()


def _published(lakehouse: Lakehouse, demand: Demand, settings: Settings, logged: list[pd.DataFrame]) -> int:
    """Replace the backtest of these measures and this as-of day."""
    if not logged:
        return 0
    measures = ", ".join(f"'{measure}'" for measure in settings.measures)
    frame = lakehouse.frame(GLD_FORECAST_ACCURACY, pd.concat(logged, ignore_index=True))
    slice_ = f"{demand.slice} and kind = 'backtest' and measure in ({measures})"
    return lakehouse.write(GLD_FORECAST_ACCURACY, frame, replace_where=slice_)


def _stacked(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
