"""Pandas rows as Arrow in a contract's types."""

import re
from decimal import Decimal

import pandas as pd
import pyarrow as pa

from etl.contracts import Column, Table

SIMPLE_TYPES = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}
DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")


def arrow_table(table: Table, rows: pd.DataFrame) -> pa.Table:
    """``rows`` with the contract's columns in order; a column that ``rows`` lacks is null."""
    arrays = [_array(column, rows) for column in table.columns]
    return pa.Table.from_arrays(arrays, names=list(table.column_names))


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of a column's Spark type."""
    decimal = DECIMAL.fullmatch(column.type)
    return pa.decimal128(int(decimal[1]), int(decimal[2])) if decimal else SIMPLE_TYPES[column.type]


def _array(column: Column, rows: pd.DataFrame) -> pa.Array:
    type_ = arrow_type(column)
    if column.name not in rows:
        return pa.nulls(len(rows), type_)
    values = rows[column.name]
    if pa.types.is_decimal(type_):
        values = values.map(lambda value: _decimal(value, type_.scale), na_action="ignore").astype(object)
    return pa.Array.from_pandas(values, type=type_)


def _decimal(value: object, scale: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-scale))
