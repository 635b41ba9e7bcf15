"""One consistent state of a warehouse, read without an engine: Delta files through Arrow into DuckDB."""

import threading
from collections.abc import Mapping, Sequence

import duckdb
import pandas as pd
import pyarrow as pa
from deltalake import DeltaTable

from etl.contracts import Table
from etl.frames import arrow_table
from etl.release import readable_versions
from etl.schemas.daily import GLD_DAILY_CUSTOMERS
from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_FACT_ORDER_ITEMS
from etl.schemas.results import GLD_FORECAST
from etl.storage import Location
from etl.stored import open_table
from etl.tables import TABLES
from reports.kept import Kept

# scanned where they lie, with filters pushed down; every other table is small enough to be held
SCANNED = frozenset(
    table.name for table in (GLD_FACT_ORDER_ITEMS, GLD_DAILY_CUSTOMERS, GLD_DIM_CUSTOMERS, GLD_FORECAST)
)


class Snapshot:
    """The tables of ``warehouse`` at the ``versions`` (by full name) that one reader sees.

    Each table is read once, when it is first asked for, and held in DuckDB's columns. Threads may share a snapshot.
    """

    def __init__(self, warehouse: Location, versions: Mapping[str, int]) -> None:
        self.warehouse = warehouse
        self.versions = versions
        self._database = duckdb.connect(config={"enable_external_access": "false"})
        self._held: set[str] = set()
        self._lock = threading.RLock()
        self._scanned: Kept[Table, object] = Kept(self._stored, len(SCANNED))

    def holds(self, table: Table) -> bool:
        """Whether the table was ever written."""
        return table.full_name in self.versions

    def query(self, sql: str, tables: Sequence[Table], parameters: Sequence[object] = ()) -> pd.DataFrame:
        """The rows of one statement over ``tables``; decimals become float64 and dates datetime64[ns].

        A table that was never written holds no rows. What a user typed belongs into ``parameters``, never into ``sql``.
        """
        found: pd.DataFrame = self._cursor(tables).execute(sql, list(parameters)).df()
        return found.astype(dict.fromkeys(found.select_dtypes("datetime"), "datetime64[ns]"))

    def rows(self, table: Table, columns: Sequence[str], where: str = "true") -> pd.DataFrame:
        """Columns of one table's rows, in the order of its key."""
        sql = f"select {', '.join(columns)} from {table.name} where {where} order by {', '.join(table.key)}"  # noqa: S608 - names of contracts
        return self.query(sql, [table])

    def stored(self) -> pd.DataFrame:
        """What every table holds: name, rows, bytes; the largest first."""
        found = [(table.full_name, *_size(self._delta(table))) for table in TABLES.values() if self.holds(table)]
        sizes = pd.DataFrame(found, columns=["name", "rows", "bytes"])
        return sizes.sort_values(["bytes", "name"], ascending=[False, True], ignore_index=True)

    def derive(self, name: str, sql: str, tables: Sequence[Table]) -> None:
        """Hold the rows of a statement over ``tables`` under ``name``, for what is asked again and again."""
        with self._lock:
            if name not in self._held:
                self._cursor(tables).execute(f"create table {name} as {sql}")
                self._held.add(name)

    def _cursor(self, tables: Sequence[Table]) -> duckdb.DuckDBPyConnection:
        """A cursor of its own that finds every one of ``tables`` by name."""
        cursor = self._database.cursor()
        for table in tables:
            if table.name in SCANNED:
                cursor.register(table.name, self._scanned(table))
            else:
                self._hold(table)
        return cursor

    def _hold(self, table: Table) -> None:
        with self._lock:
            if table.name not in self._held:
                cursor = self._database.cursor()
                cursor.register("stored", self._stored(table))
                cursor.register("promised", arrow_table(table, pd.DataFrame()))
                # what an older table lacks is null
                cursor.execute(f"create table {table.name} as from stored union all by name from promised")
                self._held.add(table.name)

    def _stored(self, table: Table) -> object:
        if not self.holds(table):
            return arrow_table(table, pd.DataFrame())
        return self._delta(table).to_pyarrow_dataset()

    def _delta(self, table: Table) -> DeltaTable:
        return open_table(_path(self.warehouse, table), self.versions[table.full_name])


def newest(warehouse: Location) -> Snapshot:
    """The newest state of a warehouse; raises ``InputError`` where it was never filled."""
    return Snapshot(warehouse, readable_versions(warehouse))


def _size(table: DeltaTable) -> tuple[int, int]:
    """Rows and bytes, from the table's log alone."""
    files = pa.table(table.get_add_actions(flatten=True)).to_pandas()
    return int(files["num_records"].sum()), int(files["size_bytes"].sum())


def _path(warehouse: Location, table: Table) -> Location:
    return warehouse / table.layer / table.name
