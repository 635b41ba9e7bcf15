"""Frames as Gold gives them to a report: an empty one still has its columns and their types."""

from collections.abc import Sequence

import pandas as pd

from etl.contracts import Table

_PANDAS_TYPES = {"string": "object", "boolean": "object", "date": "datetime64[ns]", "timestamp": "datetime64[ns]"}


def empty(table: Table, columns: Sequence[str]) -> pd.DataFrame:
    """No rows of ``table``, with ``columns`` typed as ``Lakehouse.pandas`` types them."""
    types = {column.name: _PANDAS_TYPES.get(column.type, "float64") for column in table.columns}
    return pd.DataFrame({name: pd.Series(dtype=types[name]) for name in columns})
