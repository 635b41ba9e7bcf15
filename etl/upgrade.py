"""Bring a warehouse that an older Assay wrote to the schema of this one, on storage, without an engine.

The newest release says which schema a warehouse has. An upgrade changes tables first and releases them last: one that
was interrupted is begun anew by the next, and does only what is still to do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import pyarrow as pa
from deltalake import DeltaTable, Schema

from etl.contracts import Table
from etl.errors import InputError
from etl.frames import arrow_type
from etl.lock import exclusive
from etl.release import SCHEMA, Release, newest_release, publish
from etl.storage import Location
from etl.stored import folder_of, keep_history_readable, newest_versions, open_table, restore_table
from etl.tables import TABLES


@dataclass(frozen=True)
class Change:
    """One thing to do to a table, in words, and how it is done."""

    table: str
    what: str
    apply: Callable[[], None]


@dataclass(frozen=True)
class Upgrade:
    """What leads from the schema before to ``schema``: the changes still to do in a warehouse."""

    schema: int
    changes: Callable[[Location, Release], Iterator[Change]]


@dataclass(frozen=True)
class Upgraded:
    """The schema a warehouse had and has now, and what was done, or would be, as table and words."""

    before: int
    after: int
    changes: tuple[tuple[str, str], ...]


def upgrade(warehouse: Location, now: datetime, *, dry_run: bool = False) -> Upgraded:
    """Apply what an older warehouse lacks, and release it; ``dry_run`` only tells.

    Raises ``InputError`` where there is no warehouse, or a newer Assay wrote it, and ``LockedError`` where another one
    writes.
    """
    release = newest_release(warehouse)
    if release is None:
        raise InputError(f"There is no warehouse to upgrade in {warehouse}: fill it with assay refresh.")
    if dry_run:
        return _upgraded(release, _changes(warehouse, release), release.schema)
    with exclusive(warehouse):
        return upgrade_held(warehouse, now) or _upgraded(release, [], SCHEMA)


def upgrade_held(warehouse: Location, now: datetime) -> Upgraded | None:
    """Upgrade a warehouse that this process holds; None where there is nothing to upgrade."""
    release = newest_release(warehouse)
    if release is None or release.schema == SCHEMA:
        return None
    changes = _changes(warehouse, release)
    for change in changes:
        change.apply()
    stored = newest_versions(warehouse)
    versions = release.versions | {change.table: stored[change.table] for change in changes}
    publish(warehouse, versions, release.batch, now, whole=release.whole)
    return _upgraded(release, changes, SCHEMA)


def _upgraded(release: Release, changes: list[Change], schema: int) -> Upgraded:
    return Upgraded(release.schema, schema, tuple((change.table, change.what) for change in changes))


def _changes(warehouse: Location, release: Release) -> list[Change]:
    ahead = [upgrade for upgrade in UPGRADES if upgrade.schema > release.schema]
    return [change for upgrade in ahead for change in upgrade.changes(warehouse, release)]


def _missing_columns(warehouse: Location, release: Release) -> Iterator[Change]:
    """Columns that contracts gained; stored rows have null in them."""
    for table in TABLES.values():
        if table.full_name not in release.versions:
            continue
        folder, version = folder_of(warehouse, table.full_name), release.versions[table.full_name]
        missing = _missing(open_table(folder, version), table)
        if len(missing):
            yield Change(table.full_name, f"gains {', '.join(missing.names)}", partial(_add, folder, version, missing))


def _missing(stored: DeltaTable, table: Table) -> pa.Schema:
    names = {field.name for field in stored.schema().fields}
    wanted = [pa.field(c.name, arrow_type(c), metadata={"comment": c.comment}) for c in table.columns]
    return pa.schema([field for field in wanted if field.name not in names])


def _add(folder: Location, released: int, columns: pa.Schema) -> None:
    """Add columns to a table as it was released: what a run that was killed left behind is not for readers."""
    restore_table(folder, released)
    open_table(folder).alter.add_columns(Schema.from_arrow(columns).fields)
    keep_history_readable(folder)


UPGRADES = (Upgrade(2, _missing_columns),)
