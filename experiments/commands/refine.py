"""Commands that bring data in: simulate, etl."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.errors import UsageError
from experiments.console import ERRORS, OUTPUT, Progress, print_json
from experiments.options import day, debug_option, json_option, with_workspace
from experiments.workspace import Workspace

if TYPE_CHECKING:
    from etl.simulator import Simulation, SimulationOptions

AVAILABLE, CONTINUOUS = "available", "continuous"  # what --stream takes


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
    simulation = simulated(out, SimulationOptions(seed, scale, start, end, dirt, names))
    answer = {**vars(simulation), "landing": str(simulation.landing), "truth": str(simulation.truth)}
    if as_json:
        print_json(answer)
    else:
        OUTPUT.print(
            f"{simulation.lines:,} order lines in {simulation.files:,} files: {simulation.landing}", markup=False
        )


def simulated(out: Path, options: "SimulationOptions") -> "Simulation":
    """AtoZ's landing zone, simulated with its progress shown."""
    from etl.simulator import simulate as run

    progress = Progress()
    with progress.shown():
        progress("simulate")
        return run(out, options, lambda stage, share: progress(f"simulate: {stage} {share:.0%}"))


@click.command()
@click.option("--watch", is_flag=True, help="Keep refining as files land, until Ctrl-C or SIGTERM.")
@click.option(
    "--stream",
    is_flag=False,
    flag_value=AVAILABLE,
    type=click.Choice([AVAILABLE, CONTINUOUS]),
    help="On Spark, refine by Structured Streaming: what is there, and end (available), or until Ctrl-C or SIGTERM.",
)
@with_workspace
def etl(workspace: Workspace, *, watch: bool, stream: str | None) -> None:
    """Land the raw files and refine them to Bronze, Silver and Gold.

    Only files that are new or changed are taken, and only the months that they concern are worked out anew.
    """
    if watch and stream:
        raise UsageError("--watch and --stream both keep refining: give one of them.")
    if watch:
        _watch(workspace)
    elif stream:
        _stream(workspace, continuous=stream == CONTINUOUS)
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


def _stream(workspace: Workspace, *, continuous: bool) -> None:
    from experiments.streaming import stream
    from experiments.watching import until_signalled

    with until_signalled() as stopped:
        rows = stream(workspace, stopped, continuous=continuous)
    if workspace.json:
        print_json({"warehouse": str(workspace.warehouse), "rows": rows})
    else:
        OUTPUT.print(f"{rows:,} order lines in Gold.")
