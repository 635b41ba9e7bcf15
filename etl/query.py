"""Read-only SQL over the registered tables."""

import logging
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlglot
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from sqlglot import exp

from etl.errors import UsageError
from etl.stored import LAYERS

READING = (exp.Query, exp.Describe)
# Spark's doors from SQL into any method of the JVM
RUNS_CODE = frozenset({"java_method", "reflect", "try_reflect"})
WRITING = (exp.DML, exp.DDL, exp.Command, exp.Into)


def check_read_only(sql: str) -> None:
    """Raise ``UsageError`` unless ``sql`` is one statement that only reads."""
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of SHOW, which is known
    try:
        statements = [statement for statement in sqlglot.parse(sql, dialect="spark") if statement is not None]
    except sqlglot.errors.SqlglotError as error:
        raise UsageError(f"This is not SQL: {str(error).splitlines()[0]}") from error
    if len(statements) != 1:
        raise UsageError(f"One statement is expected, {len(statements)} were given.")
    reads = isinstance(statements[0], READING) or _shows(statements[0])
    if not reads or any(_writes(node) for node in statements[0].walk()):
        raise UsageError("query only reads: give a select or show statement.")


def _writes(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower() in RUNS_CODE
    return isinstance(node, WRITING) and not isinstance(node, exp.Query) and not _shows(node)


def _shows(node: exp.Expr) -> bool:
    # the parser knows SHOW in Spark's dialect only as a command
    return isinstance(node, exp.Command) and str(node.this).upper() == "SHOW"


def pinned(sql: str, versions: Mapping[str, int]) -> str:
    """``sql`` with each table of the warehouse read at its version (by full name), the text left as it is otherwise.

    Raises ``UsageError`` where the statement would write, or names a table that has no version.
    """
    check_read_only(sql)
    (statement,) = (each for each in sqlglot.parse(sql, dialect="spark") if each is not None)
    named = [table for table in statement.find_all(exp.Table) if _is_stored(table)]
    for table in sorted(named, key=_end, reverse=True):  # from the back, so that earlier places stay where they are
        sql = f"{sql[: _end(table)]} version as of {_version(table, versions)}{sql[_end(table) :]}"
    return sql


def _is_stored(table: exp.Table) -> bool:
    is_read = not isinstance(table.parent, exp.Describe)
    return is_read and table.db.lower() in LAYERS and not table.args.get("version")


def _end(table: exp.Table) -> int:
    return int(table.this.meta["end"]) + 1


def _version(table: exp.Table, versions: Mapping[str, int]) -> int:
    name = f"{table.db}.{table.name}".lower()
    if name not in versions:
        raise UsageError(f"There is no table {name} in the newest release: assay show lists the tables.")
    return versions[name]


def run_query(session: SparkSession, sql: str) -> list[dict[str, Any]]:
    """The rows of one reading statement, values ready for JSON.

    Decimals become numbers, dates and instants ISO text. Raises ``UsageError`` where the statement would write or
    the engine refuses it.
    """
    check_read_only(sql)
    try:
        rows = session.sql(sql).collect()
    except PySparkException as error:
        raise UsageError(f"The engine refuses this query: {_reason(error)}") from error
    return [{name: plain(value) for name, value in row.asDict(recursive=True).items()} for row in rows]


def plain(value: object) -> object:
    """``value`` as JSON knows it: a number that is not finite becomes null."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime):
        # PySpark collects an instant as the machine's local time, without saying so
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(plain(key)): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def _reason(error: PySparkException) -> str:
    lines = (str(error).strip() or type(error).__name__).splitlines()
    return lines[0]
