"""Tables as they lie in storage, read without an engine: which versions there are, and the rows of small ones."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from deltalake import DeltaTable

from etl.contracts import Table
from etl.storage import Location

LAYERS = ("bronze", "silver", "gold", "ops")
DELTA_LOG = "_delta_log"
LAST_CHECKPOINT = "_last_checkpoint"


def newest_versions(warehouse: Location) -> dict[str, int]:
    """The newest version of every table that was ever written, by full name."""
    found = {f"{folder.parent.name}.{folder.name}": newest_version(folder) for folder in _folders(warehouse)}
    return {name: version for name, version in found.items() if version is not None}


def versions_of(warehouse: Location, tables: Iterable[Table]) -> dict[str, int]:
    """The newest version of each of ``tables`` that was ever written, by full name."""
    found = {table.full_name: newest_version(folder_of(warehouse, table.full_name)) for table in tables}
    return {name: version for name, version in found.items() if version is not None}


def stored_rows(
    warehouse: Location,
    table: Table,
    versions: Mapping[str, int],
    columns: Sequence[str] | None = None,
    filters: list[tuple[str, str, str]] | None = None,
) -> pd.DataFrame:
    """The table's rows at its version of ``versions``; no rows where it has none, null for columns it lacks.

    Only ``columns``, by default all, of the rows for which every one of ``filters`` (column, operator, value) holds.
    """
    names = list(columns or table.column_names)
    if table.full_name not in versions:
        return pd.DataFrame(columns=names)
    delta = open_table(folder_of(warehouse, table.full_name), versions[table.full_name])
    there = {field.name for field in delta.schema().fields}
    rows: pd.DataFrame = delta.to_pandas(columns=[name for name in names if name in there], filters=filters)
    return rows.reindex(columns=names)


def newest_rows(warehouse: Location, table: Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The table's rows as they are now, all ``columns`` by default; no rows where it was never written."""
    return stored_rows(warehouse, table, versions_of(warehouse, [table]), columns)


def folder_of(warehouse: Location, full_name: str) -> Location:
    """The folder of the table's files."""
    layer, _, name = full_name.partition(".")
    return warehouse / layer / name


def newest_version(folder: Location) -> int | None:
    """The version of the table's newest commit, by the names in its log alone; None where there is no table.

    An engine makes the folder of the log before its first commit.
    """
    commits = (path.stem for path in (folder / DELTA_LOG).glob("*.json"))
    return max((int(name) for name in commits if name.isdecimal()), default=None)


def holds_table(folder: Location) -> bool:
    """Whether a Delta table was ever written there."""
    return newest_version(folder) is not None


def open_table(folder: Location, version: int | None = None) -> DeltaTable:
    """The Delta table in ``folder``, at its newest version or the one given."""
    return DeltaTable(str(folder), version=version)


def keep_history_readable(folder: Location) -> None:
    """Remove the pointer to the table's newest checkpoint, after each commit that may have written one.

    Delta readers do without it (they list the log); the embedded engine, which starts its listing there, finds no
    version before that checkpoint any more, and so none of an earlier release.
    """
    (folder / DELTA_LOG / LAST_CHECKPOINT).unlink(missing_ok=True)


def restore_table(folder: Location, version: int) -> None:
    """Give the Delta table in ``folder`` the rows and columns of an earlier version, by a commit of its own.

    Nothing is done where that is the newest version. Raises deltalake's ``DeltaError`` where it is gone.
    """
    table = open_table(folder)
    if table.version() != version:
        table.restore(version)
        keep_history_readable(folder)


def table_folders(warehouse: Location) -> list[Location]:
    """The folders of all Delta tables, by path."""
    return [folder for folder in _folders(warehouse) if holds_table(folder)]


def _folders(warehouse: Location) -> list[Location]:
    logs: list[Location] = [log for layer in LAYERS for log in warehouse.glob(f"{layer}/*/{DELTA_LOG}")]
    return sorted((log.parent for log in logs), key=str)
