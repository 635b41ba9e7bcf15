"""Run a refresh: its steps in an MLflow run, their costs, and the release that lets readers have the result."""

from datetime import UTC, datetime
from importlib import import_module
from threading import Thread

from etl.errors import first_line
from etl.lakehouse import Lakehouse
from etl.release import release_whole
from etl.work import refined_tables
from experiments.costs.accounts import account
from experiments.refresh import Refresh, Refreshed
from experiments.running.ledger import Job, StepLedger
from experiments.running.recovery import recover
from experiments.running.retries import is_transient
from experiments.running.runner import Runner, StepResult
from experiments.tracking import connected, on_own_store, open_run, tracks_elsewhere


def run(refresh: Refresh, lakehouse: Lakehouse) -> Refreshed:
    """Run every chosen step that is due, and let readers have the result where the whole plan is current then.

    Raises an ``AssayError`` where the source or the data cannot be used. Where an MLflow server goes away, the rest
    is run with the warehouse's own store and its champions.
    """
    refined = [table.full_name for table in refined_tables(refresh.source)]
    recover(lakehouse, refined, refresh.source.name, refresh.started_at, refresh.progress)
    try:
        done = _tracked(refresh, lakehouse)
    except Exception as error:
        if not (is_transient(error) and tracks_elsewhere()):
            raise
        refresh.progress(
            f"{first_line(error)}: MLflow is away, so what is left is tracked in the warehouse's own store"
        )
        with on_own_store():
            done = _tracked(refresh, lakehouse)
    _release(refresh, lakehouse)
    return done


def _tracked(refresh: Refresh, lakehouse: Lakehouse) -> Refreshed:
    """The chosen steps that are due, inside an MLflow run."""
    with connected(refresh.warehouse), open_run(refresh.warehouse, "refresh", refresh.settings.tags()) as run:
        refresh.begun(run.info.run_id)
        job = Job(run.info.run_id, refresh.source.name, refresh.started_at, run.info.run_id)
        return refresh.done(run.info.run_id, _steps(refresh, lakehouse, job))


def _steps(refresh: Refresh, lakehouse: Lakehouse, job: Job) -> list[StepResult]:
    """The refinement first: which question the other steps answer depends on the days that it brings."""
    runner = Runner(lakehouse, job, refresh.progress, refresh.limits)
    names = [step.name for step in refresh.chosen()]
    if names != [refresh.etl.name]:
        # beside the refinement, which waits for the engine; what cannot be loaded says so when its step begins
        Thread(target=import_module, args=("experiments.steps",), daemon=True).start()
    results = runner.run([refresh.etl]) if refresh.etl.name in names else []
    analysis = [step for step in refresh.analysis() if step.name in names]
    first = next((place for place, step in enumerate(refresh.analysis(), 2) if step.name in names), 2)
    results += runner.run(analysis, first)
    account(lakehouse, job, runner.costs, refresh.prices)
    return results


def _release(refresh: Refresh, lakehouse: Lakehouse) -> None:
    """Let readers have what there is, unless a step that was left out is still due."""
    ledger = StepLedger(refresh.warehouse)
    left = [step.name for step in refresh.analysis() if ledger.why(step)]
    if left:
        refresh.progress(f"readers keep the release before: {', '.join(left)} still due")
    else:
        release_whole(refresh.warehouse, lakehouse.versions(), datetime.now(UTC))
