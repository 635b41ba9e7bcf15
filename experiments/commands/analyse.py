"""Commands that answer: backtest, train, forecast, explain."""

from typing import TYPE_CHECKING

import click

from experiments.console import OUTPUT, Progress, print_json, table
from experiments.options import baseline_option, measure_option, period_option, with_workspace
from experiments.workspace import Workspace

if TYPE_CHECKING:
    from etl.periods import Period
    from experiments.forecasting.settings import Settings

horizon_option = click.option(
    "--horizon", default=61, show_default=True, type=click.IntRange(1, 730), help="Days ahead."
)
jobs_option = click.option("--jobs", type=click.IntRange(1), help="Worker processes; by default one a core.")
seed_option = click.option("--seed", default=0, show_default=True, help="Seed of everything random.")


@click.command()
@horizon_option
@jobs_option
@seed_option
@with_workspace
def backtest(workspace: Workspace, horizon: int, jobs: int | None, seed: int) -> None:
    """Forecast from several past days and compare the candidates with what then happened."""
    from experiments.forecasting import jobs as forecasting

    progress = Progress()
    with workspace.existing_lakehouse() as lakehouse, progress.shown():
        board = forecasting.backtest(lakehouse, _settings(workspace, horizon, jobs, seed, progress))
    scores = board.scores.astype(object).mask(board.scores.isna(), None)
    if workspace.json:
        cutoffs = [cutoff.date().isoformat() for cutoff in board.cutoffs]
        print_json({"run_id": board.run_id, "cutoffs": cutoffs, "leaderboard": scores.to_dict("records")})
        return
    OUTPUT.print(table(f"Backtest from {len(board.cutoffs)} cutoffs", list(scores.columns), scores.to_numpy().tolist()))
    for measure, verdict in board.verdicts.items():
        OUTPUT.print(f"{measure}: {verdict.algorithm} {verdict.note}".rstrip(), markup=False)


@click.command()
@horizon_option
@jobs_option
@seed_option
@with_workspace
def train(workspace: Workspace, horizon: int, jobs: int | None, seed: int) -> None:
    """Fit the winner of a backtest on all data and register it in MLflow as the champion."""
    from experiments.forecasting import jobs as forecasting

    progress = Progress()
    with workspace.existing_lakehouse() as lakehouse, progress.shown():
        champions = forecasting.train(lakehouse, _settings(workspace, horizon, jobs, seed, progress))
    rows = [(measure, known.training.algorithm, known.version) for measure, known in champions.items()]
    if workspace.json:
        print_json([{"measure": measure, "algorithm": model, "version": version} for measure, model, version in rows])
    else:
        OUTPUT.print(table("Champions", ["Measure", "Algorithm", "Version"], rows))


@click.command()
@horizon_option
@jobs_option
@seed_option
@with_workspace
def forecast(workspace: Workspace, horizon: int, jobs: int | None, seed: int) -> None:
    """Forecast orders and revenue with the champion (trained if there is none) and publish it to Gold."""
    from experiments.forecasting import jobs as forecasting

    progress = Progress()
    with workspace.existing_lakehouse() as lakehouse, progress.shown():
        rows = forecasting.forecast(lakehouse, _settings(workspace, horizon, jobs, seed, progress))
    total = rows[rows["series"] == "total"]
    sums = total.groupby(["measure", "model"], as_index=False)["mean"].sum()
    summary = [(row.measure, row.model, round(float(row.mean), 2)) for row in sums.itertuples(index=False)]
    if workspace.json:
        answers = [{"measure": measure, "model": model, "expected": expected} for measure, model, expected in summary]
        print_json({"rows": len(rows), "horizon": horizon, "total": answers})
    else:
        OUTPUT.print(table(f"The next {horizon} days, expected", ["Measure", "Model", "Total"], summary))


def _settings(workspace: Workspace, horizon: int, jobs: int | None, seed: int, progress: Progress) -> "Settings":
    from experiments.forecasting.settings import Settings

    source, engine = workspace.source.name, workspace.engine.name
    return Settings(source, engine, workspace.as_of, horizon, seed, jobs, progress)


@click.command()
@period_option
@baseline_option
@measure_option
@with_workspace
def explain(workspace: Workspace, measure: str, period: "Period | None", baseline: "Period | None") -> None:
    """Say which drivers moved a measure from the baseline to the period, with intervals."""
    from experiments import attribution
    from experiments.bridge_view import show_bridge
    from experiments.refresh import Asked

    asked, progress = Asked(measure, period, baseline), Progress()
    workspace.refuse_as_of()
    with workspace.existing_lakehouse() as lakehouse:
        question = asked.question(attribution.days_held(lakehouse))
        with progress.shown():
            progress(f"explain: {question.period} against {question.baseline}")
            answer = attribution.explain(lakehouse, question, tags={"engine": workspace.engine.name})
        if workspace.json:
            print_json(answer.to_dict())
        else:
            show_bridge(lakehouse, question)
