"""One consistent state of a warehouse, read without an engine: Delta files through Arrow into DuckDB."""

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pandas as pd
from deltalake import DeltaTable

from etl.contracts import Table
from etl.errors import InputError
from etl.frames import arrow_table
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.tables import TABLES

# scanned where they lie, with filters pushed down; every other table is small enough to be held
SCANNED = frozenset({GLD_FACT_ORDER_ITEMS.name})


class Snapshot:
    """The tables of ``warehouse`` at the ``versions`` (by full name) that one reader sees.

    Each table is read once, when it is first asked for, and held in DuckDB's columns. Threads may share a snapshot.
    """

    def __init__(self, warehouse: Path, versions: Mapping[str, int]) -> None:
        self.warehouse = warehouse
        self.versions = versions
        self._database = duckdb.connect()
        self._held: set[str] = set()
        self._lock = threading.Lock()

    def holds(self, table: Table) -> bool:
        """Whether the table was ever written."""
        return table.full_name in self.versions

    def query(self, sql: str, tables: Sequence[Table], parameters: Sequence[object] = ()) -> pd.DataFrame:
        """The rows of one statement over ``tables``; decimals become float64 and dates datetime64[ns].

        A table that was never written holds no rows. What a user typed belongs into ``parameters``, never into ``sql``.
        """
        cursor = self._database.cursor()
        for table in tables:
            if table.name in SCANNED:
                cursor.register(table.name, self._stored(table))
            else:
                self._hold(table)
        found: pd.DataFrame = cursor.execute(sql, list(parameters)).df()
        return found.astype({name: "datetime64[ns]" for name in found.select_dtypes("datetime")})

    def rows(self, table: Table, columns: Sequence[str], where: str = "true") -> pd.DataFrame:
        """Columns of one table's rows, in the order of its key."""
        sql = f"select {', '.join(columns)} from {table.name} where {where} order by {', '.join(table.key)}"  # noqa: S608 - names of contracts
        return self.query(sql, [table])

    def _hold(self, table: Table) -> None:
        with self._lock:
            if table.name in self._held:
                return
            cursor = self._database.cursor()
            cursor.register("stored", self._stored(table))
            cursor.execute(f"create table {table.name} as select * from stored")
            self._held.add(table.name)

    def _stored(self, table: Table) -> object:
        if not self.holds(table):
            return arrow_table(table, pd.DataFrame())
        return DeltaTable(_path(self.warehouse, table), version=self.versions[table.full_name]).to_pyarrow_dataset()


def newest(warehouse: Path) -> Snapshot:
    """The newest state of a warehouse; raises ``InputError`` where it was never filled."""
    return Snapshot(warehouse, newest_versions(warehouse))


def newest_versions(warehouse: Path) -> dict[str, int]:
    """The version of every table in the newest release; without a release, the newest of each table."""
    manifests = sorted(warehouse.glob("releases/*.json"))
    if manifests:
        versions: dict[str, int] = json.loads(manifests[-1].read_text(encoding="utf-8"))["tables"]
        return versions
    stored = {table.full_name: _path(warehouse, table) for table in TABLES.values()}
    found = {name: int(DeltaTable(path).version()) for name, path in stored.items() if (path / "_delta_log").is_dir()}
    if not found:
        raise InputError(
            f"There is no warehouse in {warehouse} yet: fill it with assay refresh (or see assay demo), "
            "or name another folder with --warehouse."
        )
    return found


def _path(warehouse: Path, table: Table) -> Path:
    return warehouse / table.layer / table.name
