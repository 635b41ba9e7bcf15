"""The lines of one landing file as Arrow text columns, whatever its format; a torn line comes with its problem."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from etl.source import Feed

EXTRA = "extra_columns"
MOST_COLUMNS = 4096
Torn = tuple[int, str, str | None]


@dataclass(frozen=True)
class Lines:
    """A file's lines: ``good`` ones in the feed's columns, ``torn`` ones as (number, reason, text)."""

    good: pa.Table
    numbers: pa.Array
    torn: list[Torn] = field(default_factory=list)


class UnreadableFileError(Exception):
    """The whole file cannot be taken; the message is the reason."""


def no_lines(feed: Feed) -> Lines:
    """What a file without lines holds."""
    columns = {name: pa.array([], pa.string()) for name in (*feed.columns, EXTRA)}
    return Lines(pa.table(columns), pa.array([], pa.int64()))


def filled_lines(text: pa.Scalar) -> tuple[pa.Array, pa.Array]:
    """The lines of a text that are not blank, without their ends, and their numbers from 1."""
    lines = pc.utf8_rtrim(pc.list_flatten(pc.split_pattern(pa.array([text]), "\n")), "\r")
    numbers = pa.array(range(1, len(lines) + 1), pa.int64())
    filled = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(lines)), 0)
    return lines.filter(filled), numbers.filter(filled)


def column_names(headers: Sequence[str], feed: Feed) -> list[str]:
    """What the feed calls the columns of a file."""
    names = {header: name for name, header in feed.headers.items()}
    return [names.get(header, header) for header in headers]


def check_columns(names: Sequence[str], feed: Feed) -> None:
    """Raise ``UnreadableFileError`` where a file's columns are not those of its feed, in whatever order."""
    if len(names) > MOST_COLUMNS:
        raise UnreadableFileError(f"has {len(names):,} columns, more than {MOST_COLUMNS:,}")
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise UnreadableFileError(f"repeats the column {', '.join(repeated)}")
    if missing := [name for name in feed.needed_columns if name not in names]:
        raise UnreadableFileError(_lack(missing, names, feed))


def in_feed_order(table: pa.Table, feed: Feed) -> pa.Table:
    """Text columns in the feed's order, null where an optional one is missing; all others as JSON in one column."""
    absent = pa.nulls(table.num_rows, pa.string())
    known = {name: table[name] if name in table.column_names else absent for name in feed.columns}
    unknown = [name for name in table.column_names if name not in feed.columns]
    return pa.table({**known, EXTRA: _as_json(table.select(unknown))})


def _lack(missing: list[str], names: Sequence[str], feed: Feed) -> str:
    unknown = {name.lower(): name for name in names if name not in feed.columns}
    suggested = [_suggested(feed.headers.get(name, name), unknown) for name in missing]
    columns = f"the column{'s' if len(missing) > 1 else ''} {', '.join(suggested)}"
    without_header = len(missing) == len(feed.needed_columns) > 1 and suggested == missing
    return f"has none of {columns}: is its header missing?" if without_header else f"lacks {columns}"


def _suggested(missing: str, unknown: Mapping[str, str]) -> str:
    """The column, and which of the unknown ones (by their names in small letters) it may be."""
    close = difflib.get_close_matches(missing.lower(), unknown, n=1)
    return f"{missing} (renamed to {unknown[close[0]]}?)" if close else missing


def _as_json(columns: pa.Table) -> pa.Array:
    if columns.num_columns == 0:
        return pa.nulls(columns.num_rows, pa.string())
    return pa.array([json.dumps(row, ensure_ascii=False) for row in columns.to_pylist()], pa.string())
