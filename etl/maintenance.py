"""Keep the tables quick and small: remove files that nobody reads any more, compact small ones, cluster by day.

It works on storage, without an engine, so it is the same for tables of every engine. What a table says does not change;
the rows only move to other files. Files that a release names, or that a reader may still hold, stay.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from etl.contracts import Table
from etl.errors import InputError
from etl.lock import exclusive
from etl.release import Release, newest_release, publish, releases, withdraw
from etl.storage import Location
from etl.stored import keep_history_readable, newest_version, newest_versions, open_table, table_folders
from etl.upgrade import upgrade_held

OPTIMIZE = "OPTIMIZE"
UPKEEP = frozenset({OPTIMIZE, "VACUUM START", "VACUUM END"})
CLUSTER_TASKS = 1  # partitions sorted at a time: each is held in memory
# large enough that a table is few files, small enough that replacing a slice of one rewrites little
TARGET_BYTES = 32 * 2**20


@dataclass(frozen=True)
class Maintained:
    """What became of a table's files; ``bytes_freed`` is what removed files had taken."""

    table: str
    files_before: int
    files_after: int
    files_removed: int
    bytes_freed: int

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.files_removed > 0 or self.files_before != self.files_after


@dataclass(frozen=True)
class Stored:
    """A table on storage: its full name, folder, the versions to spare, and the columns it is clustered by."""

    name: str
    folder: Location
    spared: tuple[int, ...] = ()
    cluster_by: tuple[str, ...] = ()


def maintain_warehouse(
    warehouse: Location,
    contracts: Iterable[Table],
    retention: timedelta,
    now: datetime,
    progress: Callable[[str], None],
) -> list[Maintained]:
    """Maintain every table that is as the newest release has it, and release it in its new files.

    Older releases than ``retention`` are withdrawn first, but for those that readers and the next run start from.
    ``now`` is in UTC. Raises ``InputError`` where nothing was released yet, ``LockedError`` where another one writes.
    """
    if newest_release(warehouse) is None:
        raise InputError(f"There is nothing to maintain in {warehouse} yet: fill it with assay refresh.")
    with exclusive(warehouse):
        upgrade_held(warehouse, now)
        for release in _outdated(warehouse, now - retention):
            withdraw(warehouse, release)
        return _release_maintained(warehouse, contracts, retention, now, progress)


def _release_maintained(
    warehouse: Location,
    contracts: Iterable[Table],
    retention: timedelta,
    now: datetime,
    progress: Callable[[str], None],
) -> list[Maintained]:
    kept = releases(warehouse)
    newest, spared = kept[-1], [release.versions for release in kept]
    tables = [table for table in stored_tables(warehouse, contracts, spared) if _is_released(table, newest)]
    found = maintain(tables, retention, progress)
    stored = newest_versions(warehouse)
    versions = newest.versions | {table.name: stored[table.name] for table in tables}
    if versions != newest.versions:
        publish(warehouse, versions, newest.batch, now, whole=newest.whole)
    return found


def _outdated(warehouse: Location, before: datetime) -> list[Release]:
    needed = (newest_release(warehouse), newest_release(warehouse, whole=True))
    return [
        release
        for release in releases(warehouse)
        if release not in needed and datetime.fromisoformat(release.created_at) < before
    ]


def _is_released(table: Stored, release: Release) -> bool:
    # one that a run which was killed left otherwise is put back by the next run, and must not be released
    return release.versions.get(table.name) == newest_version(table.folder)


def stored_tables(warehouse: Location, contracts: Iterable[Table], spared: Sequence[dict[str, int]]) -> list[Stored]:
    """Every table of the warehouse; ``spared`` are versions by full name that must stay readable."""
    clustered = {table.full_name: table.cluster_by for table in contracts}
    named = {f"{folder.parent.name}.{folder.name}": folder for folder in table_folders(warehouse)}
    return [Stored(name, folder, _versions(name, spared), clustered.get(name, ())) for name, folder in named.items()]


def _versions(name: str, spared: Sequence[dict[str, int]]) -> tuple[int, ...]:
    return tuple(sorted({versions[name] for versions in spared if name in versions}))


def maintain(tables: Iterable[Stored], retention: timedelta, progress: Callable[[str], None]) -> list[Maintained]:
    """Vacuum, compact and cluster each table; nobody else may write meanwhile.

    A file goes once the table's newest version has been without it for the ``retention``, unless a spared one has it.
    """
    found = []
    for table in tables:
        progress(f"maintain: {table.name}")
        found.append(_maintain(table, retention))
    return found


def _maintain(table: Stored, retention: timedelta) -> Maintained:
    delta = open_table(table.folder)
    files_before = len(delta.file_uris())
    removed, freed = _vacuum(delta, table, retention)
    _optimize(delta, table.cluster_by)
    keep_history_readable(table.folder)
    return Maintained(table.name, files_before, len(delta.file_uris()), removed, freed)


def _vacuum(delta: DeltaTable, table: Stored, retention: timedelta) -> tuple[int, int]:
    """Remove what nobody reads; returns how many files and bytes."""
    hours = int(retention.total_seconds() // 3600)
    spared = list(table.spared) or None
    # the retention is the caller's to choose: writers are kept out, and releases are spared by name
    unread = delta.vacuum(hours, dry_run=True, enforce_retention_duration=False, keep_versions=spared)
    sizes = [path.stat().st_size for name in unread if (path := table.folder / name).is_file()]
    if sizes:  # a vacuum commits, even where it removes nothing
        delta.vacuum(hours, dry_run=False, enforce_retention_duration=False, keep_versions=spared)
    return len(sizes), sum(sizes)


def _optimize(delta: DeltaTable, cluster_by: tuple[str, ...]) -> None:
    if not cluster_by:
        delta.optimize.compact(target_size=TARGET_BYTES)
    elif (fresh := _partitions_since_last(delta)) is not None:
        delta.optimize.z_order(
            cluster_by, partition_filters=fresh, target_size=TARGET_BYTES, max_concurrent_tasks=CLUSTER_TASKS
        )


def _partitions_since_last(delta: DeltaTable) -> list[tuple[str, str, list[str]]] | None:
    """A filter for the partitions with files since the last clustering: none for a whole table, None if there is none.

    A table is partitioned by one column at most.
    """
    last = max((entry["timestamp"] for entry in delta.history() if entry["operation"] == OPTIMIZE), default=0)
    files = pa.table(delta.get_add_actions(flatten=True))
    fresh = files.filter(pc.greater(files["modification_time"], last))
    if not fresh.num_rows:
        return None
    columns = delta.metadata().partition_columns
    values = {name: pc.unique(fresh[f"partition.{name}"]).to_pylist() for name in columns}
    return [(name, "in", sorted(map(str, found))) for name, found in values.items()]


def content_version(folder: Location, version: int) -> int:
    """The newest version up to ``version`` that changed what the table says, not only the files that say it."""
    entries = open_table(folder, version).history()
    return max(int(entry["version"]) for entry in entries if entry["operation"] not in UPKEEP)
