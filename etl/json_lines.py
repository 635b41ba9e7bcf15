"""Read one file of JSON lines, an object a line, into Arrow text columns."""

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.lines import Lines, Torn, check_columns, column_names, filled_lines, in_feed_order, no_lines
from etl.source import Feed

# numbers stay as they are written: through floats, prices would change
EXACT = json.JSONDecoder(parse_float=str, parse_int=str)
TORN = "is not a JSON object"


def read_json_lines(text: pa.Scalar, feed: Feed) -> Lines:
    """The objects of a file: columns by name, nested values as JSON, empty text null as in other formats.

    Raises ``UnreadableFileError`` where no object has a column that the feed needs.
    """
    lines, numbers = filled_lines(text)
    if len(lines) == 0:
        return no_lines(feed)
    objects = [_object(line) for line in lines.to_pylist()]
    whole = pa.array([found is not None for found in objects])
    torn = _torn(lines, numbers, whole)
    records = [found for found in objects if found is not None]
    if not records:
        return Lines(no_lines(feed).good, no_lines(feed).numbers, torn)
    keys = list(dict.fromkeys(key for record in records for key in record))
    names = column_names(keys, feed)
    check_columns(names, feed)
    columns = [pa.array([_text(record.get(key)) for record in records], pa.string()) for key in keys]
    table = pa.Table.from_arrays(columns, names=names)
    return Lines(in_feed_order(table, feed), numbers.filter(whole), torn)


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = EXACT.decode(line)
    except (json.JSONDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    # surrogates that JSON can spell, but no text can hold
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode("utf-8")


def _torn(lines: pa.Array, numbers: pa.Array, whole: pa.Array) -> list[Torn]:
    broken = pc.invert(whole)
    found: Iterator[tuple[int, str]] = zip(
        numbers.filter(broken).to_pylist(), lines.filter(broken).to_pylist(), strict=True
    )
    return [(number, TORN, text) for number, text in found]
