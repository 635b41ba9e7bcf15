"""Read one delimited text file into Arrow text columns; every line comes out, a torn one with its problem."""

import csv

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from etl.lines import (
    Lines,
    Torn,
    UnreadableFileError,
    check_columns,
    column_names,
    filled_lines,
    in_feed_order,
    no_lines,
)
from etl.source import Feed

MINIMUM_BLOCK = 1 << 20
DELIMITERS = (",", ";", "\t", "|")


def read_delimited(text: pa.Scalar, feed: Feed) -> Lines:
    """The lines of a text with a header, columns by name in the feed's order, empty fields null.

    A quoted field does not span lines: an unclosed quote tears its own line and no other.
    Raises ``UnreadableFileError`` where nothing in the file can be trusted.
    """
    return read_at_once(text, feed) or read_by_line(text, feed)


def read_at_once(text: pa.Scalar, feed: Feed) -> Lines | None:
    """What ``read_by_line`` gives; None where a quote, a carriage return, a blank or a torn line is in the text."""
    content = text.as_buffer().to_pybytes()
    first, _, body = content.partition(b"\n")
    if any(sign in content for sign in (b'"', b"\r", b"\n\n")) or not first.decode().strip():
        return None
    header = _header(first.decode(), feed)
    if len(header) == 1 or feed.delimiter.isspace():
        return None  # a line of nothing but spaces could pass for a whole one
    table, ragged = _columns(header, pa.py_buffer(body), feed.delimiter)
    numbers = pa.array(np.arange(2, table.num_rows + 2))
    return None if ragged else Lines(in_feed_order(table, feed), numbers)


def read_by_line(text: pa.Scalar, feed: Feed) -> Lines:
    """The lines of any text, as ``read_delimited`` says."""
    lines, numbers = filled_lines(text)
    if len(lines) == 0:
        return no_lines(feed)
    header = _header(lines[0].as_py(), feed)
    return _parse(header, lines[1:], numbers[1:], feed)


def _header(line: str, feed: Feed) -> list[str]:
    try:
        names = column_names([name.strip() for name in next(csv.reader([line], delimiter=feed.delimiter))], feed)
    except csv.Error as error:
        raise UnreadableFileError("has no header that can be read") from error
    try:
        check_columns(names, feed)
    except UnreadableFileError as error:
        if line.lstrip().startswith("{"):
            raise UnreadableFileError("is JSON lines, and its feed declares delimited text") from error
        if other := _other_delimiter(line, feed):
            raise UnreadableFileError(f"is divided by {other!r}, and its feed declares {feed.delimiter!r}") from error
        raise
    return names


def _other_delimiter(line: str, feed: Feed) -> str | None:
    """The sign that divides the header into the feed's columns where the declared one does not."""
    needed = set(feed.needed_columns)
    others = (sign for sign in DELIMITERS if sign != feed.delimiter)
    return next((sign for sign in others if needed <= set(column_names(line.split(sign), feed))), None)


def _parse(header: list[str], lines: pa.Array, numbers: pa.Array, feed: Feed) -> Lines:
    torn: list[Torn] = []
    for problem, find in (("holds a carriage return", _returning), ("a quote is not closed", _unclosed)):
        found = find(lines, feed.delimiter)
        torn += [(n, problem, text) for n, text in _pairs(numbers, lines, found)]
        lines, numbers = lines.filter(pc.invert(found)), numbers.filter(pc.invert(found))
    table, ragged = _columns(header, _joined(lines), feed.delimiter)
    torn += [(numbers[i].as_py(), f"has {found} fields instead of {len(header)}", text) for i, found, text in ragged]
    whole = np.ones(len(numbers), dtype=bool)
    whole[[i for i, _, _ in ragged]] = False
    return Lines(in_feed_order(table, feed), numbers.filter(pa.array(whole)), sorted(torn))


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


def _joined(lines: pa.Array) -> pa.Buffer:
    return pc.binary_join(pa.ListArray.from_arrays([0, len(lines)], lines), "\n")[0].as_buffer()


def _columns(header: list[str], body: pa.Buffer, delimiter: str) -> tuple[pa.Table, list[tuple[int, int, str]]]:
    ragged: list[tuple[int, int, str]] = []

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        ragged.append((row.number - 1, row.actual_columns, row.text))
        return "skip"

    if body.size == 0:
        return pa.table({name: pa.array([], pa.string()) for name in header}), ragged
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
