"""Whether two frames of a table are equal, their engines' types included."""

from pyspark.sql import DataFrame

from etl.contracts import Table
from etl.equality import differences


def equal_tables(left: DataFrame, right: DataFrame, table: Table) -> list[str]:
    """What sets two versions of ``table`` apart, as sentences; none where they are equal."""
    rows = (frame.select(*table.comparable_columns).toArrow() for frame in (left, right))
    return [*_types(left, right, table)] or differences(*rows, table)


def _types(left: DataFrame, right: DataFrame, table: Table) -> list[str]:
    ours, theirs = dict(left.dtypes), dict(right.dtypes)
    return [
        f"{table.full_name}, {name}: the types differ, {ours.get(name)} and {theirs.get(name)}."
        for name in table.comparable_columns
        if name not in ours or ours[name] != theirs.get(name)
    ]
