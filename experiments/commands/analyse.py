"""Commands that answer: backtest, train, promote, forecast, explain."""

from typing import TYPE_CHECKING, Any

import click

from etl.errors import UsageError
from experiments.console import OUTPUT, Progress, print_json, table
from experiments.options import (
    Command,
    baseline_option,
    candidate_option,
    measure_option,
    period_option,
    with_workspace,
)
from experiments.workspace import Workspace

if TYPE_CHECKING:
    from etl.periods import Period
    from experiments.forecasting.settings import Settings

FORECAST_MEASURES = ("net_revenue", "orders", "units")
_FORECASTING = (
    click.option("--horizon", default=61, show_default=True, type=click.IntRange(1, 730), help="Days ahead."),
    click.option("--measure", multiple=True, type=click.Choice(FORECAST_MEASURES), help="What to forecast; several "
                 "times for several, by default all."),
    click.option("--jobs", type=click.IntRange(1), help="Worker processes; by default one a core."),
    click.option("--seed", default=0, show_default=True, help="Seed of everything random."),
)  # fmt: skip


def forecasting_options(command: Command) -> Command:
    """Add the options that the forecasting jobs share."""
    for option in reversed(_FORECASTING):
        command = option(command)
    return command


def _names(_: click.Context, __: click.Parameter, text: str | None) -> tuple[str, ...] | None:
    names = tuple(name.strip() for name in (text or "").split(",") if name.strip())
    return tuple(name for name in names if name != "total") if names else None


@click.command()
@forecasting_options
@candidate_option
@click.option(
    "--by",
    metavar="DIMENSION,...",
    callback=_names,
    help="Dimensions to tell apart, by default all: "
    "country,region,channel,category. Every combination of them is a level; total tells nothing apart.",
)
@with_workspace
def backtest(
    workspace: Workspace,
    candidate: tuple[str, ...],
    by: tuple[str, ...] | None,
    **options: Any,  # noqa: ANN401
) -> None:
    """Forecast from several past days and compare the candidates with what then happened."""
    from experiments.forecasting import jobs as forecasting

    progress = Progress()
    with workspace.changing_lakehouse() as lakehouse, progress.shown():
        settings = _settings(workspace, progress, candidates=candidate, by=by, **options)
        board = forecasting.backtest(lakehouse, settings)
    scores = board.scores.astype(object).mask(board.scores.isna(), None)
    if workspace.json:
        cutoffs = [cutoff.date().isoformat() for cutoff in board.cutoffs]
        print_json({"run_id": board.run_id, "cutoffs": cutoffs, "leaderboard": scores.to_dict("records")})
        return
    OUTPUT.print(table(f"Backtest from {len(board.cutoffs)} cutoffs", list(scores.columns), scores.to_numpy().tolist()))
    for measure, found in board.evaluations.items():
        said = found.note or f"{found.algorithm}, added up by {found.taught.reconciliation.method}"
        OUTPUT.print(f"{measure}: {said}", markup=False)


@click.command()
@forecasting_options
@candidate_option
@with_workspace
def train(workspace: Workspace, candidate: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401
    """Fit the winner of a backtest on all data and register it in MLflow as the challenger.

    The first model of a measure becomes its champion; assay promote lets a later one replace it.
    """
    from experiments.forecasting import jobs as forecasting

    progress = Progress()
    with workspace.changing_lakehouse() as lakehouse, progress.shown():
        trained = forecasting.train(lakehouse, _settings(workspace, progress, candidates=candidate, **options))
    rows = [
        (measure, made.training.algorithm, made.number, "champion" if decided else "challenger")
        for measure, (made, decided) in trained.items()
    ]
    names = ("measure", "algorithm", "version", "alias")
    if workspace.json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        OUTPUT.print(table("Trained", [name.capitalize() for name in names], rows))


@click.command()
@forecasting_options
@click.option("--force", is_flag=True, help="Promote although the comparison speaks against it; recorded.")
@with_workspace
def promote(workspace: Workspace, force: bool, **options: Any) -> None:  # noqa: ANN401
    """Let the challenger replace the champion where it is better beyond chance, or say why not."""
    from experiments.forecasting import jobs as forecasting

    progress = Progress()
    with workspace.changing_lakehouse() as lakehouse, progress.shown():
        decided = forecasting.promote(lakehouse, _settings(workspace, progress, **options), force=force)
    same = "the challenger is the champion: assay train makes another"
    if workspace.json:
        print_json([{"measure": name, **(each.row() if each else {"reason": same})} for name, each in decided.items()])
        return
    rows = [
        (name, each.name if each else "", each.challenger.training.algorithm if each else "",
         each.decision.reason if each else same)
        for name, each in decided.items()
    ]  # fmt: skip
    OUTPUT.print(table("Promotion", ["Measure", "Decision", "Challenger", "Because it"], rows))


@click.command()
@forecasting_options
@click.option(
    "--set",
    "what",
    multiple=True,
    metavar="NAME:FIRST..LAST=VALUE",
    help="What if: a covariate of days ahead, such as promotion:2025-11-20..2025-11-30=1; several times for several.",
)
@click.option("--scenario", metavar="NAME", help="What to call what --set asks, in gld_forecast_scenarios.")
@with_workspace
def forecast(workspace: Workspace, what: tuple[str, ...], scenario: str | None, **options: Any) -> None:  # noqa: ANN401
    """Forecast every measure with its champion (trained if there is none) and publish it to Gold.

    With --set it answers what if, beside the baseline, and leaves the published forecast as it is.
    """
    from experiments.forecasting import jobs as forecasting
    from models.forecasting.scenario import parse_setting

    if scenario is not None and not what:
        raise UsageError("--scenario names what --set asks: give --set, too.")
    asked, progress = [parse_setting(text) for text in what], Progress()
    with workspace.changing_lakehouse() as lakehouse, progress.shown():
        settings = _settings(workspace, progress, **options)
        if not asked:
            forecasting.watch(lakehouse, settings)
        rows = (
            forecasting.what_if(lakehouse, settings, asked, scenario)
            if asked
            else forecasting.forecast(lakehouse, settings)
        )
    amounts = ["baseline", "mean"] if asked else ["mean"]
    sums = rows[rows["series"] == "total"].groupby(["measure", "model"], as_index=False)[amounts].sum()
    summary = sums.rename(columns={"mean": "expected"}).round(2)
    horizon = settings.horizon
    if workspace.json:
        print_json({"rows": len(rows), "horizon": horizon, "total": summary.to_dict("records")})
    else:
        headers = [name.capitalize() for name in summary.columns]
        OUTPUT.print(table(f"The next {horizon} days, expected", headers, summary.to_numpy().tolist()))


def _settings(workspace: Workspace, progress: Progress, **options: Any) -> "Settings":  # noqa: ANN401
    from experiments.forecasting.settings import MEASURES, Settings

    chosen = options.pop("measure") or MEASURES
    return Settings(
        source=workspace.source.name,
        engine=workspace.engine.name,
        as_of=workspace.as_of,
        progress=progress,
        measures=tuple(dict.fromkeys(chosen)),
        **options,
    )


@click.command()
@period_option
@baseline_option
@measure_option
@with_workspace
def explain(workspace: Workspace, measure: str, period: "Period | None", baseline: "Period | None") -> None:
    """Say which drivers moved a measure from the baseline to the period, with intervals."""
    from experiments import attribution
    from experiments.asked import Asked
    from experiments.bridge_view import show_bridge
    from reports.gold import days_sold
    from reports.snapshot import Snapshot

    asked, progress = Asked(measure, period, baseline), Progress()
    workspace.refuse_as_of()
    with workspace.changing_lakehouse() as lakehouse:
        question = asked.question(days_sold(Snapshot(workspace.warehouse, lakehouse.versions())))
        with progress.shown():
            progress(f"explain: {question.period} against {question.baseline}")
            answer = attribution.explain(lakehouse, question, tags={"engine": workspace.engine.name})
        if workspace.json:
            print_json(answer.to_dict())
        else:
            show_bridge(workspace.warehouse, question)
