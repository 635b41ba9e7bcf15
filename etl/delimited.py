"""Read one delimited text file into Arrow text columns; every line comes out, a torn one with its problem."""

import csv
import difflib
import json
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from etl.source import Feed

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MINIMUM_BLOCK = 1 << 20


@dataclass(frozen=True)
class Lines:
    """A file's lines after the header: ``good`` ones in columns, ``torn`` ones as (number, reason, text)."""

    good: pa.Table
    numbers: pa.Array
    torn: list[tuple[int, str, str | None]] = field(default_factory=list)


class UnreadableFileError(Exception):
    """The whole file cannot be taken; the message is the reason."""


def read_delimited(content: bytes, feed: Feed) -> Lines:
    """The lines of a UTF-8 file with a header, columns by name in the feed's order, empty fields null.

    A quoted field does not span lines: an unclosed quote tears its own line and no other.
    Raises ``UnreadableFileError`` where nothing in the file can be trusted.
    """
    text = _decoded(content.removeprefix(BYTE_ORDER_MARK))
    lines = pc.utf8_rtrim(pc.list_flatten(pc.split_pattern(pa.array([text]), "\n")), "\r")
    numbers = pa.array(range(1, len(lines) + 1), pa.int64())
    filled = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(lines)), 0)
    lines, numbers = lines.filter(filled), numbers.filter(filled)
    if len(lines) == 0:
        return Lines(_no_lines(feed), numbers)
    header = _header(lines[0].as_py(), feed)
    return _parse(header, lines[1:], numbers[1:], feed)


def raw_lines(content: bytes) -> list[tuple[int, str]]:
    """Number and text of every filled line after the first, undecodable bytes replaced."""
    text = content.removeprefix(BYTE_ORDER_MARK).decode("utf-8", errors="replace")
    return [(n, line.rstrip("\r")) for n, line in enumerate(text.split("\n"), start=1) if n > 1 and line.strip()]


def _decoded(content: bytes) -> pa.Scalar:
    try:
        return pa.scalar(content, pa.binary()).cast(pa.string())
    except pa.ArrowInvalid as error:
        raise UnreadableFileError("is not UTF-8 text") from error


def _header(line: str, feed: Feed) -> list[str]:
    try:
        names = [name.strip() for name in next(csv.reader([line], delimiter=feed.delimiter))]
    except csv.Error as error:
        raise UnreadableFileError("has no header that can be read") from error
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise UnreadableFileError(f"repeats the column {', '.join(repeated)}")
    if missing := [name for name in feed.columns if name not in names]:
        unknown = [name for name in names if name not in feed.columns]
        raise UnreadableFileError(f"lacks the column {'; '.join(_suggested(name, unknown) for name in missing)}")
    return names


def _suggested(missing: str, unknown: list[str]) -> str:
    close = difflib.get_close_matches(missing, unknown, n=1)
    return f"{missing} (renamed to {close[0]}?)" if close else missing


def _parse(header: list[str], lines: pa.Array, numbers: pa.Array, feed: Feed) -> Lines:
    torn: list[tuple[int, str, str | None]] = []
    for problem, find in (("holds a carriage return", _returning), ("a quote is not closed", _unclosed)):
        found = find(lines, feed.delimiter)
        torn += [(n, problem, text) for n, text in _pairs(numbers, lines, found)]
        lines, numbers = lines.filter(pc.invert(found)), numbers.filter(pc.invert(found))
    table, ragged = _columns(header, lines, feed.delimiter)
    torn += [(numbers[i].as_py(), f"has {found} fields instead of {len(header)}", text) for i, found, text in ragged]
    whole = np.ones(len(numbers), dtype=bool)
    whole[[i for i, _, _ in ragged]] = False
    return Lines(_in_order(table, feed), numbers.filter(pa.array(whole)), sorted(torn))


def _pairs(numbers: pa.Array, lines: pa.Array, chosen: pa.Array) -> list[tuple[int, str]]:
    return list(zip(numbers.filter(chosen).to_pylist(), lines.filter(chosen).to_pylist(), strict=True))


def _returning(lines: pa.Array, _: str) -> pa.Array:
    # to the parser it would be the end of a line
    return pc.match_substring(lines, "\r")


def _unclosed(lines: pa.Array, delimiter: str) -> pa.Array:
    # a quote inside an unquoted field (5" nails) opens nothing
    end = rf"\x{{{ord(delimiter):x}}}"
    field = rf'(?:"(?:[^"]|"")*"(?:[^"{end}][^{end}]*)?|[^"{end}][^{end}]*|)'
    unclosed = np.zeros(len(lines), dtype=bool)
    quoted = np.flatnonzero(pc.match_substring(lines, '"'))
    closed = pc.match_substring_regex(lines.take(pa.array(quoted)), rf"^{field}(?:{end}{field})*$")
    unclosed[quoted] = np.asarray(pc.invert(closed))
    return pa.array(unclosed)


def _columns(header: list[str], lines: pa.Array, delimiter: str) -> tuple[pa.Table, list[tuple[int, int, str]]]:
    ragged: list[tuple[int, int, str]] = []

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        ragged.append((row.number - 1, row.actual_columns, row.text))
        return "skip"

    if len(lines) == 0:
        return pa.table({name: pa.array([], pa.string()) for name in header}), ragged
    body = pc.binary_join(pa.ListArray.from_arrays([0, len(lines)], lines), "\n")[0].as_buffer()
    table = arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(
            use_threads=False, column_names=header, block_size=max(body.size, MINIMUM_BLOCK)
        ),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, invalid_row_handler=set_aside),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    return table, ragged


def _in_order(table: pa.Table, feed: Feed) -> pa.Table:
    known = table.select(list(feed.columns))
    unknown = [name for name in table.column_names if name not in feed.columns]
    return known.append_column("extra_columns", _as_json(table.select(unknown)))


def _as_json(columns: pa.Table) -> pa.Array:
    if columns.num_columns == 0:
        return pa.nulls(columns.num_rows, pa.string())
    return pa.array([json.dumps(row, ensure_ascii=False) for row in columns.to_pylist()], pa.string())


def _no_lines(feed: Feed) -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in (*feed.columns, "extra_columns")})
