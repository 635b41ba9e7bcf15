"""Tables as they lie in storage, read without an engine: which versions there are, and the rows of small ones."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from deltalake import DeltaTable

from etl.contracts import Table


def newest_versions(warehouse: Path) -> dict[str, int]:
    """The newest version of every table that was ever written, by full name."""
    folders = [log.parent for log in sorted(warehouse.glob("*/*/_delta_log"))]
    return {f"{folder.parent.name}.{folder.name}": int(DeltaTable(folder).version()) for folder in folders}


def versions_of(warehouse: Path, tables: Iterable[Table]) -> dict[str, int]:
    """The newest version of each of ``tables`` that was ever written, by full name."""
    folders = {table.full_name: folder_of(warehouse, table.full_name) for table in tables}
    return {
        name: int(DeltaTable(folder).version()) for name, folder in folders.items() if (folder / "_delta_log").is_dir()
    }


def stored_rows(
    warehouse: Path,
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
    delta = DeltaTable(folder_of(warehouse, table.full_name), version=versions[table.full_name])
    there = {field.name for field in delta.schema().fields}
    rows: pd.DataFrame = delta.to_pandas(columns=[name for name in names if name in there], filters=filters)
    return rows.reindex(columns=names)


def newest_rows(warehouse: Path, table: Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The table's rows as they are now, all ``columns`` by default; no rows where it was never written."""
    return stored_rows(warehouse, table, versions_of(warehouse, [table]), columns)


def folder_of(warehouse: Path, full_name: str) -> Path:
    """The folder of the table's files."""
    layer, _, name = full_name.partition(".")
    return warehouse / layer / name
