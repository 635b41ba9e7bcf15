"""The forecasting jobs: backtest the candidates, train the winner, forecast with the champion.

Each job reads Gold, tracks itself in MLflow and publishes to Gold. A champion is an algorithm: its fit must end on the
day the forecast starts from. ``forecast`` therefore reuses the stored model only if it was fitted on exactly the data
there are now; otherwise it refits the champion's algorithm on them, calibrated as before, and registers the fit as the
champion's next version. The algorithm changes only in ``train``.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import mlflow
import pandas as pd

from etl.lakehouse import Lakehouse
from etl.schemas.results import GLD_FORECAST
from experiments.forecasting.backtest import run_backtest
from experiments.forecasting.data import Demand, read_demand
from experiments.forecasting.evaluation import Leaderboard, Verdict
from experiments.forecasting.registry import Champion, Training, champion, register
from experiments.forecasting.settings import Settings
from experiments.tracking import connected, log_tables, open_run
from features.panel import MEASURES
from models.forecasting.fitted_panel import fit_panel
from models.forecasting.registry import candidate


def backtest(lakehouse: Lakehouse, settings: Settings) -> Leaderboard:
    """Judge every candidate on both measures and publish ``gld_forecast_accuracy`` for the as-of day.

    Raises:
        InputError: Where the tables are missing or cannot be used.
    """
    with _job(lakehouse, settings, "backtest") as (run, demand):
        return run_backtest(lakehouse, run, demand, settings)


def train(lakehouse: Lakehouse, settings: Settings, leaderboard: Leaderboard | None = None) -> dict[str, Champion]:
    """Fit the winner of each measure on all data up to the as-of day and make it the champion.

    Args:
        lakehouse: The tables.
        settings: How to run.
        leaderboard: The backtest to go by; None runs one.

    Returns:
        The champions by measure.

    Raises:
        InputError: Where the tables are missing or cannot be used.
    """
    with _job(lakehouse, settings, "train") as (_, demand):
        return _train(lakehouse, demand, settings, leaderboard)


def forecast(lakehouse: Lakehouse, settings: Settings) -> pd.DataFrame:
    """Forecast both measures with their champions and publish ``gld_forecast`` for the as-of day.

    Champions are trained where one is missing, and refitted where the data are not those they were fitted on.

    Returns:
        The rows published, in the columns of ``gld_forecast``.

    Raises:
        InputError: Where the tables are missing or cannot be used.
    """
    with _job(lakehouse, settings, "forecast") as (run, demand):
        champions = _champions(lakehouse, demand, settings)
        predicted = [_predicted(champions[measure], demand, settings) for measure in MEASURES]
        rows = pd.concat(predicted, ignore_index=True).assign(as_of=demand.as_of, run_id=run.info.run_id)
        _report(rows, demand, settings)
        published = rows[list(GLD_FORECAST.column_names)]
        lakehouse.write(GLD_FORECAST, lakehouse.frame(GLD_FORECAST, published), replace_where=demand.slice)
        return published


@contextmanager
def _job(lakehouse: Lakehouse, settings: Settings, name: str) -> Iterator[tuple[mlflow.ActiveRun, Demand]]:
    warehouse = lakehouse.warehouse
    with connected(warehouse), open_run(warehouse, name, settings.tags()) as run:
        demand = read_demand(lakehouse, settings.as_of)
        log_tables(run, demand.inputs)
        as_of = demand.as_of.date().isoformat()
        mlflow.log_params({"as_of": as_of, "horizon": settings.horizon, "seed": settings.seed})
        yield run, demand


def _train(
    lakehouse: Lakehouse, demand: Demand, settings: Settings, leaderboard: Leaderboard | None
) -> dict[str, Champion]:
    if leaderboard is None:
        with open_run(lakehouse.warehouse, "backtest", settings.tags()) as run:
            leaderboard = run_backtest(lakehouse, run, demand, settings)
    return {measure: _fit(demand, settings, measure, verdict) for measure, verdict in leaderboard.verdicts.items()}


def _champions(lakehouse: Lakehouse, demand: Demand, settings: Settings) -> dict[str, Champion]:
    stored = {measure: champion(measure) for measure in MEASURES}
    found = {measure: known for measure, known in stored.items() if known is not None}
    if len(found) < len(MEASURES):
        return _train(lakehouse, demand, settings, leaderboard=None)
    return {measure: _refreshed(known, demand, settings) for measure, known in found.items()}


def _refreshed(known: Champion, demand: Demand, settings: Settings) -> Champion:
    if known.training.data_digest == demand.digest(known.measure, settings):
        return known
    kept = known.training
    return _fit(demand, settings, known.measure, Verdict(kept.algorithm, kept.stretch, kept.note))


def _fit(demand: Demand, settings: Settings, measure: str, verdict: Verdict) -> Champion:
    settings.progress(f"Fitting {verdict.algorithm} to {measure}: {len(demand.series())} series.")
    fitted = fit_panel(
        demand.of(measure),
        candidate(verdict.algorithm),
        cutoff=demand.as_of,
        known=demand.known(demand.as_of),
        horizon=settings.horizon,
        stretch=verdict.stretch,
        seed=settings.seed,
        jobs=settings.jobs,
    )
    training = Training(
        algorithm=verdict.algorithm,
        as_of=demand.as_of.date().isoformat(),
        data_digest=demand.digest(measure, settings),
        stretch=verdict.stretch,
        note=verdict.note,
    )
    return register(measure, fitted, training)


def _predicted(known: Champion, demand: Demand, settings: Settings) -> pd.DataFrame:
    settings.progress(f"Forecasting {known.measure} {settings.horizon} days ahead with {known.training.algorithm}.")
    asked = pd.DataFrame({"series": demand.series(), "horizon": settings.horizon})
    rows = pd.DataFrame(known.load().predict(asked))
    return rows.assign(
        measure=known.measure,
        model=known.training.model,
        model_version=known.version,
        note=rows["note"].fillna(known.training.note).replace("", None),
    )


def _report(rows: pd.DataFrame, demand: Demand, settings: Settings) -> None:
    """Say and log what was done to the rows besides forecasting them."""
    days_known = demand.calendar["date"].max()
    counts = {
        "rows": len(rows),
        "floored": int(rows["floored"].sum()),
        "fallbacks": int(rows.loc[rows["note"].notna(), ["measure", "series"]].drop_duplicates().shape[0]),
        "days_beyond_calendar": int((rows["date"] > days_known).groupby(rows["date"]).any().sum()),
    }
    mlflow.log_metrics({name: float(count) for name, count in counts.items()})
    settings.progress(
        f"Forecast {counts['rows']} rows; {counts['floored']} values below zero raised to zero, {counts['fallbacks']} "
        f"series with a note, {counts['days_beyond_calendar']} days beyond the calendar."
    )
