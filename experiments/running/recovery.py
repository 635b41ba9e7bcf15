"""Put back what a killed writer left: a table is whole at the version that a release or a finished step wrote last."""

from collections.abc import Callable, Collection
from datetime import datetime

from etl.lakehouse import Lakehouse
from etl.release import newest_release
from etl.schemas.ops import OPS_COSTS, OPS_RUNS
from etl.storage import Location
from etl.stored import newest_versions
from experiments.running.ledger import DONE, Job, Record, StepLedger, keep

RECORDS = frozenset({OPS_RUNS.full_name, OPS_COSTS.full_name})  # each of their rows is whole by itself


def recover(
    lakehouse: Lakehouse, refined: Collection[str], source: str, now: datetime, progress: Callable[[str], None]
) -> None:
    """Put back what a killed writer left, and say so."""
    for name in put_back(lakehouse, refined, source, now):
        progress(f"{name}: what a run that did not end had written was put back")


def put_back(lakehouse: Lakehouse, refined: Collection[str], source: str, now: datetime) -> list[str]:
    """Bring every table that a killed writer left beyond its last whole version back to that one; their names.

    The ``refined`` tables are left to the refinement, which does the same with its own release.
    """
    torn = {name: whole for name, whole in _torn(lakehouse.warehouse).items() if name not in refined}
    if torn:
        lakehouse.put_back({name: whole for name, whole in torn.items() if whole is not None}, list(torn))
        put = {name: version for name, version in newest_versions(lakehouse.warehouse).items() if name in torn}
        job = Job(f"recovery-{now:%Y%m%dT%H%M%S%f}", source, now)
        keep(lakehouse, job, Record("put back", 1, DONE, 0, 0.0, "", {}, put))
    return sorted(torn)


def _torn(warehouse: Location) -> dict[str, int | None]:
    """The last whole version of each table that is beyond it; None where it never was whole."""
    release, recorded = newest_release(warehouse), StepLedger(warehouse).written()
    released = release.versions if release else {}
    whole = {name: max(released.get(name, -1), recorded.get(name, -1)) for name in {*released, *recorded}}
    stored = newest_versions(warehouse)
    return {
        name: whole.get(name)
        for name, version in stored.items()
        if name not in RECORDS and version > whole.get(name, -1)
    }
