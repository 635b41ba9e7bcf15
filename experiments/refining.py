"""One ordinary run over the landing folder: what is new in it, refined and released."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from etl.errors import ChangedError, LockedError
from etl.lakehouse import Lakehouse
from etl.medallion import Medallion
from etl.release import release_whole
from etl.schemas.ops import OPS_FILES
from etl.source import Source
from etl.storage import Location
from etl.stored import newest_rows
from etl.work import Work, find_work, refined_tables
from experiments.console import ERRORS, Progress
from experiments.costs.traffic import Volume
from experiments.running.plan import Step
from experiments.watching import Refined
from experiments.workspace import Workspace

if TYPE_CHECKING:
    from experiments.running.runner import StepResult


def find(workspace: Workspace, progress: Progress, as_of: date | None) -> Work:
    """What there is to do, found out before anything is opened or written; files that are left out are named."""
    with progress.shown():
        progress("looking at the landing folder")
        work = _find(workspace, as_of)
    for note in work.notes():
        ERRORS.print(note, markup=False, soft_wrap=True)
    return work


def refined(workspace: Workspace) -> "StepResult":
    """Refine what is new, or everything where the source is declared otherwise than before."""
    from experiments.running.runner import StepResult

    progress = Progress()
    with workspace.alone():
        work = find(workspace, progress, workspace.as_of)
        if work.is_nothing:
            return StepResult.skip("etl")
        with workspace.writing() as lakehouse, progress.shown():
            return _refine(workspace, lakehouse, work, progress)


def refine_new(workspace: Workspace, lakehouse: Lakehouse) -> Refined | None:
    """The same of a warehouse that is open; None where nothing is new, or somebody else writes the tables or a file."""
    try:
        return refine_now(workspace, lakehouse)
    except (LockedError, ChangedError) as error:
        ERRORS.print(str(error), markup=False, soft_wrap=True)
        return None


def refine_now(workspace: Workspace, lakehouse: Lakehouse) -> Refined | None:
    """One run over a warehouse that is open; None where nothing is new."""
    with workspace.alone():
        work = _find(workspace, workspace.as_of)
        if work.is_nothing:
            return None
        result = _refine(workspace, lakehouse, work, Progress())
        release_whole(lakehouse.warehouse, lakehouse.versions(), datetime.now(UTC))
    return Refined(tuple(file.path for file in work.plan.taken), result.rows)


def _find(workspace: Workspace, as_of: date | None) -> Work:
    source = workspace.source
    today = datetime.now(source.zone).date()
    return find_work(source, workspace.warehouse, workspace.landing, today, as_of)


def _refine(workspace: Workspace, lakehouse: Lakehouse, work: Work, progress: Progress) -> "StepResult":
    from experiments.costs.accounts import account
    from experiments.running.ledger import Job, StepLedger
    from experiments.running.recovery import recover
    from experiments.running.runner import Runner

    source, now = workspace.source, StepLedger(workspace.warehouse).not_before(datetime.now(UTC))
    recover(lakehouse, [table.full_name for table in refined_tables(source)], source.name, now, progress)
    job = Job(f"etl-{now:%Y%m%dT%H%M%S%f}", source.name, now)
    runner = Runner(lakehouse, job, progress)
    (result,) = runner.run([etl_step(workspace.warehouse, source, work, now, progress)])
    account(lakehouse, job, runner.costs, prices=None)
    return result


def etl_step(
    warehouse: Location, source: Source, work: Work, started_at: datetime, progress: Callable[[str], None]
) -> Step:
    """Do the ``work`` found in the landing folder; due where there is some, until a run that began then has done it."""
    from experiments.running.ledger import StepLedger

    def refine(lakehouse: Lakehouse) -> int:
        return Medallion(lakehouse, source, work, started_at, progress).run()

    def landed() -> Volume:
        taken = {file.name: file.size_bytes for file in work.plan.taken}
        files = newest_rows(warehouse, OPS_FILES, ["file_name", "rows_landed"])
        rows = files.loc[files["file_name"].isin(taken), "rows_landed"].sum()
        return Volume(int(rows), sum(taken.values()), len(taken))

    def due() -> str:
        return "" if StepLedger(warehouse).has_done("etl", started_at) else work.reason()

    tables = tuple(refined_tables(source))
    settings = {"refined_from": work.digest}
    return Step("etl", refine, writes=tables, settings=settings, due=due, landed=landed)
