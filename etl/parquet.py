"""Read one Parquet file into Arrow text columns, its values written as a delimited file would write them."""

import json

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.decoding import MOST_BYTES
from etl.lines import Lines, UnreadableFileError, check_columns, column_names, in_feed_order
from etl.source import Feed

PARQUET = b"PAR1"  # how every file of the format begins


def read_parquet(content: bytes, feed: Feed) -> Lines:
    """The rows of a file, numbered from 1, columns by name; raises ``UnreadableFileError`` where it is no Parquet."""
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        names = column_names(file.schema_arrow.names, feed)
        check_columns(names, feed)
        _check_size(file)
        table = file.read().rename_columns(names)
        texts = pa.table({name: _as_text(table[name]) for name in table.column_names})
    except (OSError, pa.ArrowException, OverflowError) as error:
        raise UnreadableFileError("is not a Parquet file that can be read") from error
    return Lines(in_feed_order(texts, feed), pa.array(range(1, len(texts) + 1), pa.int64()))


def _check_size(file: pq.ParquetFile) -> None:
    groups = (file.metadata.row_group(place) for place in range(file.metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > MOST_BYTES:
        raise UnreadableFileError(f"is larger than {MOST_BYTES >> 20:,} MB: split it")


def _as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    type_ = values.type
    if pa.types.is_nested(type_) or pa.types.is_binary(type_) or pa.types.is_large_binary(type_):
        return pa.chunked_array([[_json(value) for value in values.to_pylist()]], pa.string())
    text = values.cast(pa.string())
    if pa.types.is_timestamp(type_):
        text = pc.replace_substring_regex(text, r"\.0+(Z?)$", r"\1")
    return pc.if_else(pc.equal(text, ""), None, text)


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
