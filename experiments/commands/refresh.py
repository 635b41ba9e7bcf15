"""Commands that run the whole plan: demo, refresh."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.errors import InputError, UsageError
from experiments.commands.refine import simulated
from experiments.console import OUTPUT, Progress, print_json, table
from experiments.notices.event import FAILURE, KINDS, Event
from experiments.options import (
    Command,
    baseline_option,
    candidate_option,
    day,
    measure_option,
    period,
    period_option,
    with_workspace,
)
from experiments.workspace import Workspace

if TYPE_CHECKING:
    from etl.lakehouse import Lakehouse
    from etl.periods import Period
    from experiments.asked import Asked
    from experiments.costs.prices import Prices
    from experiments.refresh import Refresh, Refreshed
    from experiments.running.plan import Choice, Planned

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
    from experiments.asked import Asked

    if not any(workspace.landing.glob("*")):
        if not isinstance(workspace.landing, Path) or workspace.landing.name != LANDING:
            raise UsageError(f"demo simulates into a local folder named {LANDING}: give --landing DIR/{LANDING}.")
        simulated(workspace.landing.parent, SimulationOptions(seed=seed, scale=scale))
    asked = Asked(DEMO_MEASURE, period(DEMO_PERIOD), period(DEMO_BASELINE))
    (done,) = _Refreshing(workspace, asked, candidate).run([workspace.as_of])
    _tell(workspace, done)


def _limits(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for text in texts:
        step, _equals, seconds = text.partition("=")
        if not seconds.isdecimal() or int(seconds) == 0:
            raise click.BadParameter(f"{text!r} is not STEP=SECONDS, such as forecast=900")
        found[step] = float(seconds)
    return found


def hook_options(command: Command) -> Command:
    """One hook for each kind of event."""
    for kind, meaning in reversed(KINDS.items()):
        variable = f"ASSAY_{_parameter(kind).upper()}"
        option = click.option(f"--on-{kind}", metavar="COMMAND|URL", envvar=variable, help=f"Told of {meaning}.")
        command = option(command)
    return command


def _parameter(kind: str) -> str:
    return f"on_{kind.replace('-', '_')}"


@click.command()
@period_option
@baseline_option
@measure_option
@candidate_option
@click.option("--only", metavar="STEP", help="Run this step alone.")
@click.option("--until", metavar="STEP", help="Run the steps up to this one.")
@click.option("--dry-run", is_flag=True, help="Say what would run and why, and do nothing.")
@click.option("--from", "first", type=day, metavar="DATE", help="First morning of a backfill, day by day.")
@click.option("--to", "last", type=day, metavar="DATE", help="Last morning of a backfill.")
@click.option(
    "--refit-every",
    type=click.IntRange(1),
    metavar="DAYS",
    help="Train a challenger once in so many business days; it replaces the champion only where it is better.",
)
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="STEP=SECONDS",
    callback=_limits,
    help="Stop the step after so long; several times for several. By default an hour each.",
)
@hook_options
@click.option("--prices", metavar="NAME|FILE", help="Price file, by path or by name in experiments/confs/prices.")
@with_workspace
def refresh(
    workspace: Workspace,
    measure: str,
    period: "Period | None",
    baseline: "Period | None",
    candidate: tuple[str, ...],
    only: str | None,
    until: str | None,
    dry_run: bool,
    first: date | None,
    last: date | None,
    refit_every: int | None,
    limits: dict[str, float],
    prices: str | None,
    **hooks: str | None,
) -> None:
    """Refine what is new, forecast, explain and report; what did not change is skipped.

    Without --period and --baseline it explains the newest whole month with orders against the one before. The champion
    forecasts; where there is none yet, --candidate says what is compared to find one. Readers see the last good state
    until every step is done. With --as-of it gives what that morning would have given, with --from and --to every
    morning between. A hook is posted a JSON document, or reads it from standard input; it has ten seconds and never
    fails the refresh.
    """
    from experiments.asked import Asked
    from experiments.costs.prices import load_prices
    from experiments.running.plan import Choice

    mornings = _mornings(workspace, first, last)
    asked = Asked(measure, period, baseline)
    priced = load_prices(prices) if prices else None
    refreshing = _Refreshing(workspace, asked, candidate, Choice(only, until), limits, refit_every, priced)
    if dry_run:
        _tell_plan(workspace, refreshing.job(mornings[0]).plan())
        return
    done = _told(refreshing, mornings, {kind: hook for kind in KINDS if (hook := hooks[_parameter(kind)])})
    if first is None:
        _tell(workspace, done[0])
    else:
        _tell_days(workspace, mornings, done)


def _told(refreshing: "_Refreshing", mornings: "list[date | None]", hooks: Mapping[str, str]) -> "list[Refreshed]":
    """Run the refreshes, and tell the hooks what became of them."""
    from etl.release import newest_release
    from experiments.notices.changes import changes, lateness
    from experiments.notices.hooks import tell
    from reports.status.status import read_status

    warehouse, progress = refreshing.workspace.warehouse, refreshing.progress
    before = newest_release(warehouse, whole=True)
    try:
        done = refreshing.run(mornings)
    except (Exception, KeyboardInterrupt) as error:
        sentence = str(error) or "stopped by a signal"
        failed = Event(FAILURE, sentence, {"error": type(error).__name__})
        tell(hooks, [failed], {"warehouse": str(warehouse)}, progress)
        raise
    after = newest_release(warehouse, whole=True)
    known = changes(warehouse, before.versions, after.versions) if before and after else ()
    late = lateness(read_status(warehouse, mornings[-1] or datetime.now(UTC)).freshness) if hooks else ()
    tell(hooks, [*known, *late], {"warehouse": str(warehouse), "run_id": done[-1].run_id}, progress)
    return done


def _mornings(workspace: Workspace, first: date | None, last: date | None) -> list[date | None]:
    """The as-of days to refresh: the one asked for, or those of a backfill."""
    if first is None and last is None:
        return [workspace.as_of]
    if first is None or last is None or workspace.as_of is not None:
        raise UsageError("A backfill takes --from and --to together, without --as-of.")
    if last < first:
        raise UsageError(f"--to {last} is before --from {first}.")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@dataclass(frozen=True)
class _Refreshing:
    """Refreshes of one warehouse, as asked for on the command line."""

    workspace: Workspace
    asked: "Asked"
    candidates: tuple[str, ...]
    choice: "Choice | None" = None
    limits: Mapping[str, float] = field(default_factory=dict)
    refit_every: int | None = None
    prices: "Prices | None" = None
    progress: Progress = field(default_factory=Progress)

    def run(self, mornings: "list[date | None]") -> "list[Refreshed]":
        """A refresh as of each morning; the engine is opened once there is something to do."""
        from experiments.asked import require_measure

        source = self.workspace.source
        require_measure(self.asked.measure, source.name, legacy=source.legacy_measure)
        with self.workspace.alone(), ExitStack() as opened:
            return list(self._each(mornings, opened))

    def _each(self, mornings: "list[date | None]", opened: ExitStack) -> "Iterator[Refreshed]":
        lakehouse = None
        for morning in mornings:
            job = self.job(morning)
            done = job.done_before()
            if done is None:
                lakehouse = lakehouse or opened.enter_context(self.workspace.lakehouse())
                done = self._done(job, lakehouse)
            yield done

    def _done(self, job: "Refresh", lakehouse: "Lakehouse") -> "Refreshed":
        from experiments.refresh_run import run  # only here: MLflow takes longer to load than finding nothing to do

        with self.progress.shown():
            return run(job, lakehouse)

    def job(self, as_of: date | None) -> "Refresh":
        """The refresh as of a morning; raises ``InputError`` where the warehouse knows later ones."""
        from experiments.forecasting.settings import Settings
        from experiments.refining import find
        from experiments.refresh import Refresh
        from experiments.running.ledger import StepLedger
        from experiments.running.plan import Choice

        workspace = self.workspace
        work = find(workspace, self.progress, as_of)
        if as_of is not None and (later := work.later_than(as_of)) is not None:
            raise InputError(
                f"The warehouse {workspace.warehouse} took files of {later} already, and what it says knows of them: "
                f"what the morning of {as_of} would have given is made in a warehouse of its own, --warehouse DIR."
            )
        source = workspace.source
        return Refresh(
            warehouse=workspace.warehouse.resolve(),
            source=source,
            work=work,
            asked=self.asked,
            settings=Settings(source.name, workspace.engine.name, progress=self.progress, candidates=self.candidates),
            started_at=StepLedger(workspace.warehouse).not_before(datetime.now(UTC)),
            progress=self.progress,
            choice=self.choice or Choice(),
            limits=self.limits,
            refit_every=self.refit_every,
            prices=self.prices,
            begun=self.progress.belong_to,
        )


def _tell(workspace: Workspace, done: "Refreshed") -> None:
    from experiments.bridge_view import show_bridge

    if workspace.json:
        print_json(done.to_dict())
        return
    if done.question is not None:
        show_bridge(workspace.warehouse, done.question)
    rows = [(s.name, s.rows, s.seconds, "unchanged, skipped" if s.skipped else "") for s in done.steps]
    OUTPUT.print(table("Refresh", ["Step", "Rows", "Seconds", ""], rows))
    OUTPUT.print(f"To explore it: assay serve --warehouse {workspace.warehouse}", markup=False, soft_wrap=True)
    OUTPUT.print(f"Report: {done.report.absolute()}", markup=False, soft_wrap=True)


def _tell_days(workspace: Workspace, mornings: "list[date | None]", done: "list[Refreshed]") -> None:
    if workspace.json:
        days = [{"as_of": str(day), **each.to_dict()} for day, each in zip(mornings, done, strict=True)]
        print_json({"warehouse": str(workspace.warehouse), "days": days})
        return
    rows = [
        (str(day), ", ".join(s.name for s in each.steps if not s.skipped) or "nothing new",
         round(sum(s.seconds for s in each.steps), 1))
        for day, each in zip(mornings, done, strict=True)
    ]  # fmt: skip
    OUTPUT.print(table("Backfill", ["As of", "Steps that ran", "Seconds"], rows))


def _tell_plan(workspace: Workspace, plan: "list[Planned]") -> None:
    if workspace.json:
        print_json({"warehouse": str(workspace.warehouse), "steps": [each.to_dict() for each in plan]})
        return
    rows = [(each.name, "yes" if each.reason else "no", each.reason, _versions(each.reads)) for each in plan]
    OUTPUT.print(table("What a refresh would do", ["Step", "Runs", "Because", "Reads, at version"], rows))


def _versions(reads: Mapping[str, int]) -> str:
    return ", ".join(f"{name.partition('.')[2]} {version}" for name, version in reads.items())
