"""Read-only SQL over the registered tables."""

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlglot
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from sqlglot import exp

from etl.errors import UsageError

READING = (exp.Query, exp.Show, exp.Describe)
WRITING = (exp.DML, exp.DDL, exp.Command, exp.Into)
NESTED_QUERY = exp.Query


def check_read_only(sql: str) -> None:
    """Raise ``UsageError`` unless ``sql`` is one statement that only reads."""
    try:
        statements = [statement for statement in sqlglot.parse(sql, dialect="spark") if statement is not None]
    except sqlglot.errors.SqlglotError as error:
        raise UsageError(f"This is not SQL: {str(error).splitlines()[0]}") from error
    if len(statements) != 1:
        raise UsageError(f"One statement is expected, {len(statements)} were given.")
    if not isinstance(statements[0], READING) or any(_writes(node) for node in statements[0].walk()):
        raise UsageError("query only reads: give a select, show or describe statement.")


def _writes(node: exp.Expression) -> bool:
    return isinstance(node, WRITING) and not isinstance(node, NESTED_QUERY)


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


def plain(value: Any) -> Any:
    """``value`` as JSON knows it: a number that is not finite becomes null."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def _reason(error: PySparkException) -> str:
    lines = (str(error).strip() or type(error).__name__).splitlines()
    return lines[0]
