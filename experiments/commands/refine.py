"""Commands that bring data in: demo, simulate, etl, refresh."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.errors import UsageError
from experiments.console import ERRORS, OUTPUT, Progress, print_json, table
from experiments.options import (
    baseline_option,
    candidate_option,
    day,
    debug_option,
    json_option,
    measure_option,
    period,
    period_option,
    with_workspace,
)
from experiments.workspace import Workspace

if TYPE_CHECKING:
    from etl.periods import Period
    from etl.simulator import Simulation, SimulationOptions

# AtoZ's own question: the dip of September 2025, by the measure it was published in
DEMO_PERIOD, DEMO_BASELINE, DEMO_MEASURE = "2025-09", "2025-08", "net_amount_inr"


@click.command()
@click.option("--scale", default=1.0, show_default=True, help="Size of AtoZ: 1 is 3 million order lines.")
@click.option("--seed", default=7, show_default=True, help="Seed of the simulation.")
@candidate_option
@with_workspace
def demo(workspace: Workspace, scale: float, seed: int, candidate: tuple[str, ...]) -> None:
    """Simulate AtoZ's raw files (if there are none), refresh everything and show why September 2025 fell."""
    from etl.simulator import SimulationOptions
    from etl.simulator.landing import LANDING

    if not any(workspace.landing.glob("*")):
        if workspace.landing.name != LANDING:
            raise UsageError(f"demo simulates into a folder named {LANDING}: give --landing DIR/{LANDING}.")
        _simulated(workspace.landing.parent, SimulationOptions(seed=seed, scale=scale))
    _refreshed(workspace, DEMO_MEASURE, period(DEMO_PERIOD), period(DEMO_BASELINE), candidate)


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--seed", default=7, show_default=True, help="The same seed writes the same bytes.")
@click.option("--scale", default=1.0, show_default=True, help="Size: 1 is 302,000 customers and 3 million lines.")
@click.option("--start", type=day, metavar="DATE", default="2023-01-01", show_default=True, help="First business day.")
@click.option("--end", type=day, metavar="DATE", default="2025-10-31", show_default=True, help="Last business day.")
@click.option("--dirt", default=1.0, show_default=True, help="Multiplier on every kind of dirt, 0 for clean files.")
@click.option("--faults", default="", metavar="NAME,...", help="Faults to plant in the files, or all.")
@json_option
@debug_option
def simulate(
    out: Path, seed: int, scale: float, start: date, end: date, dirt: float, faults: str, as_json: bool
) -> None:
    """Write AtoZ's landing zone into OUT/raw, and what was planted into OUT/truth.json."""
    from etl.simulator import SimulationOptions

    names = tuple(name.strip() for name in faults.split(",") if name.strip())
    simulation = _simulated(out, SimulationOptions(seed, scale, start, end, dirt, names))
    answer = {**vars(simulation), "landing": str(simulation.landing), "truth": str(simulation.truth)}
    if as_json:
        print_json(answer)
    else:
        OUTPUT.print(
            f"{simulation.lines:,} order lines in {simulation.files:,} files: {simulation.landing}", markup=False
        )


def _simulated(out: Path, options: "SimulationOptions") -> "Simulation":
    from etl.simulator import simulate as run

    progress = Progress()
    with progress.shown():
        progress("simulate")
        return run(out, options, lambda stage, share: progress(f"simulate: {stage} {share:.0%}"))


@click.command()
@click.option("--watch", is_flag=True, help="Keep refining as files land, until Ctrl-C or SIGTERM.")
@with_workspace
def etl(workspace: Workspace, *, watch: bool) -> None:
    """Land the raw files and refine them to Bronze, Silver and Gold.

    Only files that are new or changed are taken, and only the months that they concern are worked out anew.
    """
    if watch:
        _watch(workspace)
    else:
        _once(workspace)


def _once(workspace: Workspace) -> None:
    from experiments.refining import refined

    result = refined(workspace)
    if workspace.json:
        print_json({"warehouse": str(workspace.warehouse), "steps": [vars(result)]})
    else:
        OUTPUT.print("Nothing new has landed." if result.skipped else f"{result.rows:,} order lines in Gold.")


def _watch(workspace: Workspace) -> None:
    from experiments.refining import refine_new
    from experiments.watching import Watched, micro_batches, until_signalled

    batches = []
    with workspace.lakehouse() as lakehouse, until_signalled() as stopped:
        ERRORS.print(f"Watching {workspace.landing}: Ctrl-C stops after the run under way.", markup=False)
        for batch in micro_batches(lambda: refine_new(workspace, lakehouse), stopped):
            batches.append(batch)
            ERRORS.print(batch.sentence, markup=False)
    watched = Watched(tuple(batches)).to_dict()
    if workspace.json:
        print_json({"warehouse": str(workspace.warehouse), **watched})
    else:
        OUTPUT.print(
            f"{watched['files']} files in {watched['batches']} batches; seconds from landing to Gold: "
            f"median {watched['delay_median']}, p95 {watched['delay_p95']}."
        )


@click.command()
@period_option
@baseline_option
@measure_option
@candidate_option
@with_workspace
def refresh(
    workspace: Workspace,
    measure: str,
    period: "Period | None",
    baseline: "Period | None",
    candidate: tuple[str, ...],
) -> None:
    """Refine what is new, forecast, explain and report; what did not change is skipped.

    Without --period and --baseline it explains the newest whole month against the one before. The champion forecasts;
    where there is none yet, --candidate says what is compared to find one.
    """
    _refreshed(workspace, measure, period, baseline, candidate)


def _refreshed(
    workspace: Workspace,
    measure: str,
    period: "Period | None",
    baseline: "Period | None",
    candidates: tuple[str, ...],
) -> None:
    from experiments.asked import Asked
    from experiments.attribution import require_measure
    from experiments.bridge_view import show_bridge
    from experiments.forecasting.settings import Settings
    from experiments.refining import find
    from experiments.refresh import Refresh

    progress = Progress()
    source, asked = workspace.source, Asked(measure, period, baseline)
    require_measure(measure, source.name, legacy=source.legacy_measure)
    settings = Settings(source=source.name, engine=workspace.engine.name, progress=progress, candidates=candidates)
    with workspace.alone():
        work = find(workspace, progress)
        with workspace.writing() as lakehouse:
            job = Refresh(lakehouse, source, work, asked, settings, datetime.now(UTC), progress)
            with progress.shown():
                done = job.run()
            if not workspace.json:
                show_bridge(lakehouse, done.question)
    if workspace.json:
        print_json(done.to_dict())
        return
    rows = [(s.name, s.rows, s.seconds, "unchanged, skipped" if s.skipped else "") for s in done.steps]
    OUTPUT.print(table("Refresh", ["Step", "Rows", "Seconds", ""], rows))
    OUTPUT.print(f"To explore it: assay serve --warehouse {workspace.warehouse}", markup=False, soft_wrap=True)
    OUTPUT.print(f"Report: {done.report.absolute()}", markup=False, soft_wrap=True)
