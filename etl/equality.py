"""Whether two tables are equal: the same rows, decimals exactly, doubles within 1e-6, volatile columns left out."""

import math
from collections import Counter

import pyarrow as pa

from etl.contracts import Table

RELATIVE = 1e-6
EXAMPLES = 3
Row = dict[str, object]


def differences(left: pa.Table, right: pa.Table, table: Table) -> list[str]:
    """What sets two versions of ``table`` apart, as sentences; none where they are equal.

    Columns that the contract does not name are compared, too.
    """
    volatile = {column.name for column in table.columns if column.volatile}
    names = [name for name in left.column_names if name not in volatile]
    odd = sorted(set(names) ^ (set(right.column_names) - volatile))
    if odd:
        return [f"{table.full_name}: only one side has {', '.join(odd)}."]
    ours, theirs = (_by_key(rows.select(names), table) for rows in (left, right))
    problems = _unmatched(table, ours, theirs, "left") + _unmatched(table, theirs, ours, "right")
    pairs = [pair for key in ours.keys() & theirs.keys() for pair in zip(ours[key], theirs[key], strict=False)]
    for name in names:
        different = [(a, b) for a, b in pairs if not same(a[name], b[name])]
        if different:
            shown = "; ".join(sorted(_example(table, name, *pair) for pair in different)[:EXAMPLES])
            problems.append(f"{table.full_name}, {name}: {len(different)} rows differ, such as {shown}.")
    return problems


def same(left: object, right: object) -> bool:
    """Whether two values are equal: doubles within 1e-6 relative, anything else exactly."""
    if isinstance(left, float) and isinstance(right, float):
        both_unknown = math.isnan(left) and math.isnan(right)
        return both_unknown or left == right or math.isclose(left, right, rel_tol=RELATIVE, abs_tol=0)
    return left == right


def _by_key(rows: pa.Table, table: Table) -> dict[tuple[object, ...], list[Row]]:
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows.to_pylist():
        found.setdefault(_key(table, row), []).append(row)
    return {key: sorted(rows, key=_exact_values) for key, rows in found.items()}


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


def _example(table: Table, column: str, left: Row, right: Row) -> str:
    key = ", ".join(str(value) for value in _key(table, left))
    return f"{left[column]!r} and {right[column]!r} ({key})"
