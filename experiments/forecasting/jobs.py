"""The forecasting jobs: backtest the candidates, train a challenger, promote it, forecast with the champion.

Each job reads Gold, tracks itself in MLflow and publishes to Gold. A champion is a kind of model, what it learned of
the series, and what a backtest taught about it: every forecast applies it to the newest data, unattended, in seconds;
only where what it learned does not last, or the series are others, is it fitted anew. Which kind it is and what it
learned changes by ``promote``; what was taught by that, too, and by ``watch`` where its intervals do not hold.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import mlflow
import pandas as pd

from etl.contracts import Table
from etl.errors import raise_problems
from etl.lakehouse import Lakehouse, sql_text
from etl.schemas.results import (
    GLD_FORECAST,
    GLD_FORECAST_CHANGE,
    GLD_FORECAST_MONTHS,
    GLD_FORECAST_SCENARIOS,
)
from experiments.forecasting.backtest import Leaderboard, run_backtest
from experiments.forecasting.change import forecast_since, last_forecast
from experiments.forecasting.components import log_components
from experiments.forecasting.data import Demand, read_demand
from experiments.forecasting.evaluation import Evaluation
from experiments.forecasting.fanout import placed
from experiments.forecasting.forecasts import Champion, Forecasted, champion_of, fitted
from experiments.forecasting.forecasts import forecast as forecast_measure
from experiments.forecasting.promotion import Decided, crowned, judge_challenger, record
from experiments.forecasting.registry import CHAMPION, Version, by_alias, register, unreadable
from experiments.forecasting.settings import Settings
from experiments.forecasting.watch import compare
from experiments.records import recorded
from experiments.tracking import connected, log_tables, open_run
from models.forecasting.candidates import Candidate
from models.forecasting.forecaster import Forecaster, fit
from models.forecasting.parallel import concurrently
from models.forecasting.registry import QUICK, candidate
from models.forecasting.scenario import Setting


def backtest(lakehouse: Lakehouse, settings: Settings) -> Leaderboard:
    """Judge every candidate on every measure and publish ``gld_forecast_accuracy`` for the as-of day.

    Raises:
        UsageError: Where a candidate or a dimension does not exist.
        InputError: Where the tables are missing or cannot be used.
    """
    asked = _asked(settings)
    with _job(lakehouse, settings, "backtest") as (run, demand, settings):
        return run_backtest(lakehouse, run, demand, asked, settings)


def train(lakehouse: Lakehouse, settings: Settings) -> dict[str, tuple[Version, Decided | None]]:
    """Fit the winner of each measure's backtest on all data up to the as-of day and register it as the challenger.

    Where a measure has no champion, or one of another version of Assay that cannot be read, its challenger becomes it.

    Returns:
        By measure the challenger, and the decision on it where it became champion.

    Raises:
        UsageError: Where a candidate does not exist.
        InputError: Where the tables are missing or cannot be used.
    """
    asked = _asked(settings)
    with _job(lakehouse, settings, "train") as (run, demand, settings):
        return _train(lakehouse, run, demand, asked, settings)


def promote(lakehouse: Lakehouse, settings: Settings, *, force: bool = False) -> dict[str, Decided | None]:
    """Let each measure's challenger replace its champion, or say why not; recorded in ``gld_champion_decisions``.

    Returns:
        By measure the decision; None where the challenger is the champion.

    Raises:
        InputError: Where a measure has no model yet, or the tables cannot be used.
    """
    with _job(lakehouse, settings, "promote", force=force) as (run, demand, settings):
        decided = {measure: judge_challenger(demand, measure, settings, force=force) for measure in settings.measures}
        record(lakehouse, demand, run.info.run_id, [each for each in decided.values() if each is not None])
        return decided


def forecast(lakehouse: Lakehouse, settings: Settings) -> pd.DataFrame:
    """Forecast every measure with its champion and publish it, by day and month, with what changed since the last time.

    Champions are trained where one is missing, by the quick candidates.

    Returns:
        The rows published, in the columns of ``gld_forecast``.

    Raises:
        InputError: Where the tables are missing or cannot be used.
    """
    with _job(lakehouse, settings, "forecast") as (run, demand, settings):
        champions = _champions(lakehouse, run, demand, settings)
        made, why = _forecasts(lakehouse, demand, champions, settings)
        rows = _published(lakehouse, run, demand, GLD_FORECAST, [each.rows for each in made.values()])
        _published(lakehouse, run, demand, GLD_FORECAST_MONTHS, [each.months for each in made.values()])
        _published(lakehouse, run, demand, GLD_FORECAST_CHANGE, why)
        _report(made, demand, settings)
        return rows


def watch(lakehouse: Lakehouse, settings: Settings) -> int:
    """Compare what was forecast before with what happened; a champion whose intervals stopped to hold is recalibrated.

    Returns:
        The rows published in ``gld_forecast_accuracy`` and ``gld_forecast_drift``; none before the first forecast.

    Raises:
        InputError: Where the tables are missing or cannot be used.
    """
    if not lakehouse.exists(GLD_FORECAST):
        return 0
    with _job(lakehouse, settings, "watch") as (run, demand, settings):
        return compare(lakehouse, run, demand, settings)


def refit(lakehouse: Lakehouse, settings: Settings) -> int:
    """Train a challenger of every measure by the quick candidates, and let the gate decide; the decisions made.

    Raises:
        InputError: Where the tables are missing or cannot be used.
    """
    asked = replace(settings, candidates=settings.candidates or tuple(each.name for each in QUICK))
    train(lakehouse, asked)
    return sum(decided is not None for decided in promote(lakehouse, asked).values())


def what_if(
    lakehouse: Lakehouse, settings: Settings, what: Sequence[Setting], scenario: str | None = None
) -> pd.DataFrame:
    """Forecast every measure under a scenario, beside the baseline, into ``gld_forecast_scenarios``.

    Args:
        lakehouse: The tables.
        settings: How to run.
        what: What is set.
        scenario: What to call it, what is set by default; the same name replaces the scenario.

    Returns:
        The rows published, in the columns of ``gld_forecast_scenarios``.

    Raises:
        UsageError: Where a setting sets nothing.
        InputError: Where the tables are missing or cannot be used.
    """
    text = ", ".join(str(each) for each in what)
    name = scenario or text
    asked = {"what": [str(each) for each in what], "scenario": scenario}
    with _job(lakehouse, settings, "what-if", **asked) as (run, demand, settings):
        mlflow.log_params({"scenario": name, "settings": text})
        champions = _champions(lakehouse, run, demand, settings)
        parts = [_beside_baseline(demand, champion, settings, what) for champion in champions.values()]
        rows = pd.concat(parts, ignore_index=True).assign(scenario=name, settings=text)
        where = f"scenario = {sql_text(name)}"
        return _published(lakehouse, run, demand, GLD_FORECAST_SCENARIOS, [rows], where=where)


def _beside_baseline(demand: Demand, champion: Champion, settings: Settings, what: Sequence[Setting]) -> pd.DataFrame:
    settings.progress(f"Forecasting {champion.version.measure} with and without the scenario.")
    panel = demand.panel(champion.version.measure, demand.as_of, settings.horizon)
    made = forecast_measure(demand, champion, fitted(demand, champion, panel, settings), what, beside=[panel])
    baseline = made.beside[0].rename(columns={"mean": "baseline"})
    return made.rows.merge(baseline, on=["series", "date"])


@contextmanager
def _job(
    lakehouse: Lakehouse, settings: Settings, name: str, **more: object
) -> Iterator[tuple[mlflow.ActiveRun, Demand, Settings]]:
    """The job's run and what it reads; ``more`` is what was asked besides the settings."""
    warehouse, asked = lakehouse.warehouse, settings.asked()
    with (
        connected(warehouse),
        open_run(warehouse, name, settings.tags()) as run,
        recorded(lakehouse, name, {"settings": asked, **more}, settings.measures),
    ):
        demand = read_demand(lakehouse, settings.as_of, settings.measures, settings.by)
        log_tables(run, demand.inputs)
        as_of = demand.as_of.date().isoformat()
        mlflow.log_params({"as_of": as_of, "horizon": settings.horizon, "seed": settings.seed})
        yield run, demand, placed(settings, lakehouse)


def _asked(settings: Settings) -> tuple[Candidate, ...]:
    """The candidates asked for by name."""
    return tuple(candidate(name) for name in settings.candidates)


def _train(
    lakehouse: Lakehouse,
    run: mlflow.ActiveRun,
    demand: Demand,
    chosen: Sequence[Candidate],
    settings: Settings,
) -> dict[str, tuple[Version, Decided | None]]:
    with open_run(lakehouse.warehouse, "backtest", settings.tags()) as child:
        board = run_backtest(lakehouse, child, demand, chosen, settings)
    found = list(board.evaluations.values())
    settings.progress(f"Fitting {', '.join(f'{each.algorithm} to {each.measure}' for each in found)}.")
    made = [_fitted(demand, settings, each) for each in found]  # beside each other they would hold twice the memory
    for each, forecaster in zip(found, made, strict=True):
        log_components(each.measure, forecaster)
    as_of = demand.as_of.date().isoformat()
    trained = {
        each.measure: register(each.measure, forecaster, as_of=as_of, note=each.note)
        for each, forecaster in zip(found, made, strict=True)
    }
    decided = {measure: crowned(version) for measure, version in trained.items()}
    record(lakehouse, demand, run.info.run_id, [each for each in decided.values() if each is not None])
    return {measure: (version, decided[measure]) for measure, version in trained.items()}


def _fitted(demand: Demand, settings: Settings, found: Evaluation) -> Forecaster:
    """The winner of a measure's backtest, fitted to all data."""
    panel = demand.panel(found.measure, demand.as_of, settings.horizon)
    tree = demand.tree(found.measure)
    return fit(candidate(found.algorithm), tree, panel, found.taught, seed=settings.seed, jobs=settings.jobs)


def _champions(lakehouse: Lakehouse, run: mlflow.ActiveRun, demand: Demand, settings: Settings) -> dict[str, Champion]:
    """The measures' champions; missing ones are trained from two origins, by the quick candidates or those asked."""
    missing = tuple(measure for measure in settings.measures if by_alias(measure, CHAMPION) is None)
    if missing:
        chosen = _asked(settings) or QUICK
        _train(lakehouse, run, demand, chosen, replace(settings, measures=missing, origins=2))
    found = [by_alias(measure, CHAMPION) for measure in settings.measures]
    versions = [version for version in found if version is not None]
    raise_problems(unreadable(versions))
    return {version.measure: champion_of(demand, version) for version in versions}


def _forecasts(
    lakehouse: Lakehouse, demand: Demand, champions: Mapping[str, Champion], settings: Settings
) -> tuple[dict[str, Forecasted], list[pd.DataFrame]]:
    """The measures' forecasts, and why each changed, made beside each other; of what is a tag of the run."""
    names = ", ".join(f"{measure} with {each.version.training.algorithm}" for measure, each in champions.items())
    settings.progress(f"Forecasting {settings.horizon} days ahead: {names}.")
    lasts = {measure: last_forecast(lakehouse, demand, champion) for measure, champion in champions.items()}

    def made(measure: str) -> tuple[str, Forecasted, pd.DataFrame]:
        champion, last = champions[measure], lasts[measure]
        panel = demand.panel(measure, demand.as_of, settings.horizon)
        if last is None:
            alone = forecast_measure(demand, champion, fitted(demand, champion, panel, settings))
            return panel.fingerprint, alone, pd.DataFrame()
        return panel.fingerprint, *forecast_since(demand, champion, panel, last, settings)

    digests, forecasts, why = zip(*concurrently(made, list(champions), jobs=settings.jobs), strict=True)
    mlflow.set_tags({f"digest.{measure}": digest for measure, digest in zip(champions, digests, strict=True)})
    return dict(zip(champions, forecasts, strict=True)), list(why)


def _published(
    lakehouse: Lakehouse,
    run: mlflow.ActiveRun,
    demand: Demand,
    table: Table,
    parts: Sequence[pd.DataFrame],
    where: str | None = None,
) -> pd.DataFrame:
    """Replace the as-of day's slice of a result table, or the one given; returns the rows in the table's columns."""
    kept = [part for part in parts if not part.empty]
    if not kept:
        return pd.DataFrame(columns=list(table.column_names))
    rows = pd.concat(kept, ignore_index=True).assign(as_of=demand.as_of, run_id=run.info.run_id)
    published = rows.reindex(columns=list(table.column_names))
    lakehouse.write(table, lakehouse.frame(table, published), replace_where=where or demand.slice)
    return published


def _report(made: Mapping[str, Forecasted], demand: Demand, settings: Settings) -> None:
    """Say and log what was done to the rows besides forecasting them."""
    rows = pd.concat([each.rows for each in made.values()], ignore_index=True)
    beyond = rows["date"] > demand.calendar["date"].max()
    counts = {
        "rows": len(rows),
        "floored": int(rows["floored"].sum()) + sum(each.raised[0] for each in made.values()),
        "fallbacks": int(rows.loc[rows["note"].notna(), ["measure", "series"]].drop_duplicates().shape[0]),
        "days_beyond_calendar": int(rows.loc[beyond, "date"].nunique()),
    }
    mlflow.log_metrics({name: float(count) for name, count in counts.items()})
    mlflow.log_metrics({f"paths_raised.{name}": each.raised[1] for name, each in made.items()})
    settings.progress(
        f"Forecast {counts['rows']} rows; {counts['floored']} values below zero raised to zero, {counts['fallbacks']} "
        f"series with a note, {counts['days_beyond_calendar']} days beyond the calendar."
    )
