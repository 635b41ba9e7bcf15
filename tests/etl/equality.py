"""Whether two tables are equal: the same rows, decimals exactly, doubles within 1e-6, volatile columns left out."""

import math
from collections import Counter

from pyspark.sql import DataFrame

from etl.contracts import Table

RELATIVE = 1e-6
EXAMPLES = 3
Row = dict[str, object]


def equal_tables(left: DataFrame, right: DataFrame, table: Table) -> list[str]:
    """What sets two versions of ``table`` apart, as sentences; none where they are equal."""
    problems = [*_types(left, right, table)]
    if problems:
        return problems
    ours, theirs = _by_key(left, table), _by_key(right, table)
    problems += _unmatched(table, ours, theirs, "left")
    problems += _unmatched(table, theirs, ours, "right")
    pairs = [pair for key in ours.keys() & theirs.keys() for pair in zip(ours[key], theirs[key], strict=False)]
    for column in table.comparable_columns:
        different = [(a, b) for a, b in pairs if not same(a[column], b[column])]
        if different:
            shown = "; ".join(sorted(_example(table, column, *pair) for pair in different)[:EXAMPLES])
            problems.append(f"{table.full_name}, {column}: {len(different)} rows differ, such as {shown}.")
    return problems


def _types(left: DataFrame, right: DataFrame, table: Table) -> list[str]:
    ours, theirs = dict(left.dtypes), dict(right.dtypes)
    return [
        f"{table.full_name}, {name}: the types differ, {ours.get(name)} and {theirs.get(name)}."
        for name in table.comparable_columns
        if name not in ours or ours[name] != theirs.get(name)
    ]


def _by_key(rows: DataFrame, table: Table) -> dict[tuple[object, ...], list[Row]]:
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows.select(*table.comparable_columns).toArrow().to_pylist():
        found.setdefault(_key(table, row), []).append(row)
    return {key: sorted(same, key=_exact_values) for key, same in found.items()}


def _key(table: Table, row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in table.key if name in row)


def _exact_values(row: Row) -> list[str]:
    return [repr(value) for value in row.values() if not isinstance(value, float)]


def _unmatched(
    table: Table, ours: dict[tuple[object, ...], list[Row]], theirs: dict[tuple[object, ...], list[Row]], side: str
) -> list[str]:
    counts = Counter({key: len(rows) for key, rows in ours.items()})
    counts.subtract({key: len(rows) for key, rows in theirs.items()})
    alone = sorted(str(key) for key, count in counts.items() if count > 0)
    rows = sum(count for count in counts.values() if count > 0)
    return [f"{table.full_name}: {rows} rows only {side}, such as {'; '.join(alone[:EXAMPLES])}."] if alone else []


def same(left: object, right: object) -> bool:
    """Whether two values are equal: doubles within 1e-6 relative, anything else exactly."""
    if isinstance(left, float) and isinstance(right, float):
        both_unknown = math.isnan(left) and math.isnan(right)
        return both_unknown or left == right or math.isclose(left, right, rel_tol=RELATIVE, abs_tol=0)
    return left == right


def _example(table: Table, column: str, left: Row, right: Row) -> str:
    key = ", ".join(str(value) for value in _key(table, left))
    return f"{left[column]!r} and {right[column]!r} ({key})"
