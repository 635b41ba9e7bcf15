"""The only reads and writes of tables: each write is selected to, and checked against, its contract."""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pandas as pd
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from etl.checks import check_contract
from etl.contracts import Column, Table
from etl.errors import InputError, QualityError
from etl.frames import arrow_table
from etl.storage import Location, make_folder, remove_tree
from etl.stored import (
    LAYERS,
    holds_table,
    keep_history_readable,
    newest_version,
    newest_versions,
    restore_table,
    table_folders,
    versions_of,
)

SAFE_PATH = re.compile(r"([a-z0-9]+://[A-Za-z0-9@._-]+)?[A-Za-z0-9._/-]+")
STAGING = "staging"


class Lakehouse:
    """The tables of one warehouse folder, through one session."""

    def __init__(self, session: SparkSession, warehouse: Location) -> None:
        self.session = session
        self.warehouse = warehouse.resolve()
        self._pinned: Mapping[str, int] | None = None
        self._prepare()

    def _prepare(self) -> None:
        if not SAFE_PATH.fullmatch(str(self.warehouse)):
            raise InputError(
                f"The warehouse {self.warehouse} has a character in its path that the engines cannot take: "
                "use a folder whose whole path has only letters a-z, digits and . _ - / in it."
            )
        make_folder(self.warehouse)
        for layer in LAYERS:
            self.session.sql(f"create database if not exists {layer}")
        for folder in table_folders(self.warehouse):
            self._register(folder.parent.name, folder.name)

    def _register(self, layer: str, name: str) -> None:
        location = sql_text(str(self.warehouse / layer / name))
        self.session.sql(f"create table if not exists {layer}.{name} using delta location {location}")

    def _register_anew(self, table: Table) -> None:
        self.session.sql(f"drop table {table.full_name}")  # from the catalog, which knows the former columns
        self._register(table.layer, table.name)

    def path(self, table: Table) -> Location:
        """The folder of the table's files."""
        return self.warehouse / table.layer / table.name

    def at(self, versions: Mapping[str, int]) -> "Lakehouse":
        """The tables as they were at these versions (by full name), to be read only; others are not there."""
        pinned = copy.copy(self)
        pinned._pinned = dict(versions)
        return pinned

    def exists(self, table: Table) -> bool:
        """Whether the table was ever written."""
        if self._pinned is not None:
            return table.full_name in self._pinned
        return holds_table(self.path(table))

    def version(self, table: Table) -> int:
        """The table's newest Delta version, or the one it is read at."""
        known = self._pinned if self._pinned is not None else versions_of(self.warehouse, [table])
        return known[table.full_name]

    def versions(self) -> dict[str, int]:
        """The newest version of every table that exists, by full name."""
        return dict(self._pinned) if self._pinned is not None else newest_versions(self.warehouse)

    def put_back(self, versions: Mapping[str, int], names: Sequence[str]) -> None:
        """Bring the tables ``names`` (full names) to ``versions``; one without a version there is removed."""
        for folder in table_folders(self.warehouse):
            layer, name = folder.parent.name, folder.name
            full_name = f"{layer}.{name}"
            if full_name not in names or versions.get(full_name) == newest_version(folder):
                continue
            self.session.sql(f"drop table if exists {full_name}")
            if full_name in versions:
                restore_table(folder, versions[full_name])
                self._register(layer, name)
            else:
                remove_tree(folder)
        remove_tree(self.warehouse / STAGING)

    def read(self, table: Table) -> DataFrame:
        """The table's rows; raises ``InputError`` where it was never written."""
        if not self.exists(table):
            raise InputError(f"{table.full_name} is not in {self.warehouse} yet: run assay refresh first.")
        reader = self.session.read.format("delta")
        if self._pinned is not None:
            reader = reader.option("versionAsOf", self._pinned[table.full_name])
        return reader.load(str(self.path(table)))

    def pandas(self, table: Table, columns: Sequence[str] | None = None, where: str | None = None) -> pd.DataFrame:
        """The rows for a model or a report: decimals become float64 and dates datetime64[ns]."""
        rows = self.read(table)
        if where is not None:
            rows = rows.where(where)
        wanted = [column for column in table.columns if columns is None or column.name in columns]
        return to_pandas(rows, wanted)

    def frame(self, table: Table, rows: pd.DataFrame) -> DataFrame:
        """Pandas rows in the contract's types; columns the frame lacks are null."""
        schema = ", ".join(f"`{column.name}` {column.type}" for column in table.columns)
        return self.session.createDataFrame(arrow_table(table, rows), schema)

    def write(self, table: Table, rows: DataFrame, *, replace_where: str | None = None) -> int:
        """Replace the table, or the slice that ``replace_where`` names, and return the number of rows written.

        What was written is then held against the contract (reading a columnar table is much cheaper than computing
        the rows twice); where it breaks, the table is put back to its former version and ``QualityError`` is raised.
        """
        self._create(table)
        if replace_where is not None and self._outgrown(table):
            self._grow(table)
        before = self.version(table)
        selected = rows.select(*(F.col(column.name).cast(column.type) for column in table.columns))
        writer = selected.write.format("delta").mode("overwrite")
        if replace_where is not None:
            writer = writer.option("replaceWhere", replace_where)
        outgrown = replace_where is None and self._outgrown(table)
        if outgrown:
            writer = writer.option("overwriteSchema", "true").partitionBy(*table.partition_by)
        writer.save(str(self.path(table)))
        keep_history_readable(self.path(table))
        if outgrown:
            self._register_anew(table)
        written = self.read(table)
        try:
            return check_contract(table, written if replace_where is None else written.where(replace_where))
        except QualityError:
            restore_table(self.path(table), before)
            if outgrown:
                self._register_anew(table)
            raise

    def write_changed(self, table: Table, rows: DataFrame) -> bool:
        """Replace the table where ``rows`` differ from it in more than volatile columns, and tell whether they do.

        Meant for small tables: what follows from one that did not change need not be worked out again.
        """
        with self.staged(rows.select(*table.column_names), table.name) as new:
            if (
                self.exists(table)
                and not self._outgrown(table)
                and _fingerprint(new, table) == _fingerprint(self.read(table), table)
            ):
                return False
            self.write(table, new)
            return True

    @contextmanager
    def staged(self, rows: DataFrame, name: str, *more: DataFrame) -> Iterator[DataFrame]:
        """``rows`` computed once and kept for the length of the block, for what is read several times.

        ``more`` rows are computed after them, one part after another, where all at once would take too much memory.
        """
        folder = self.warehouse / STAGING / name
        try:
            rows.write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(str(folder))
            for part in more:
                part.write.format("delta").mode("append").save(str(folder))
            yield self.session.read.format("delta").load(str(folder))
        finally:
            remove_tree(folder)

    def _outgrown(self, table: Table) -> bool:
        """Whether the stored columns are those of an earlier contract, or of another declaration of the source."""
        return dict(self.read(table).dtypes) != {column.name: column.type for column in table.columns}

    def _grow(self, table: Table) -> None:
        """Give the stored rows the contract's columns, so that a slice can be replaced; what is new is null."""
        stored = self.read(table)
        kept = (F.col(c.name) if c.name in stored.columns else F.lit(None) for c in table.columns)
        columns = [value.cast(c.type).alias(c.name) for value, c in zip(kept, table.columns, strict=True)]
        writer = stored.select(*columns).write.format("delta").mode("overwrite").option("overwriteSchema", "true")
        writer.partitionBy(*table.partition_by).save(str(self.path(table)))
        self._register_anew(table)

    def _create(self, table: Table) -> None:
        if self.exists(table):
            return
        columns = ", ".join(_column_ddl(column) for column in table.columns)
        layout = f"partitioned by ({', '.join(table.partition_by)})" if table.partition_by else ""
        location = sql_text(str(self.path(table)))
        self.session.sql(f"create table {table.full_name} ({columns}) using delta {layout} location {location}")


def _fingerprint(rows: DataFrame, table: Table) -> Row | None:
    """Count and sum of the rows' hashes, null and empty told apart."""
    columns = [F.col(name) for name in table.comparable_columns]
    # the draw is never below 0 and changes nothing: see etl.duplicates.key_hash
    hashed = rows.select(F.xxhash64(*columns, *(column.isNull() for column in columns), F.rand() < 0).alias("hash"))
    return hashed.agg(F.count("hash"), F.sum(F.col("hash").cast("decimal(20,0)"))).first()


def to_pandas(rows: DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Collect ``columns``: decimals as float64, dates as datetime64[ns]."""
    return rows.select(*(_model_type(column) for column in columns)).toPandas()


def _model_type(column: Column) -> "F.Column":  # type: ignore[name-defined]
    value = F.col(column.name)
    if column.type.startswith("decimal"):
        return value.cast("double").alias(column.name)
    return value.cast("timestamp").alias(column.name) if column.type == "date" else value


def _column_ddl(column: Column) -> str:
    # no NOT NULL: the embedded engine tests it before the filters of the plan, so rows already rejected trip it
    return f"`{column.name}` {column.type} comment {sql_text(column.comment)}"


def sql_text(value: str) -> str:
    """``value`` as a SQL string literal, safe whatever it holds."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
