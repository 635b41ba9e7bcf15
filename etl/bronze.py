"""Landing files to Bronze: every line as text, with its file, line number and time of ingest."""

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

import pyarrow as pa
from pyspark.sql import DataFrame

from etl.contracts import Table
from etl.frames import arrow_type
from etl.lakehouse import Lakehouse
from etl.landing import LandedFile
from etl.reading import read_file
from etl.schemas.bronze import bronze_table
from etl.slices import BYTES_AT_ONCE, in_files, spans
from etl.source import Feed, Source
from etl.storage import location, read_stored

LISTING = "file_name string, path string, arrival_date date"


def feed_table(source: Source, feed: str) -> Table:
    """The Bronze contract of one feed of the source."""
    return bronze_table(feed, source.feeds[feed].columns, source.feeds[feed].personal)


def land(
    lakehouse: Lakehouse,
    source: Source,
    feed: str,
    files: list[LandedFile],
    ingested_at: datetime,
    *,
    replace_where: str | None = None,
) -> int:
    """Write the files' lines in place of the feed's, or of the slice ``replace_where``, and return their number.

    The first batch of files takes that place, and the others are added to it.
    """
    table, by_name = feed_table(source, feed), {file.name: file for file in files}
    batches = spans(by_name, {file.name: file.size_bytes for file in files}, BYTES_AT_ONCE) or [frozenset()]
    rows = 0
    for position, batch in enumerate(batches):
        batch_files = [by_name[name] for name in sorted(batch)]
        lines = read_lines(lakehouse, source.feeds[feed], table, batch_files, ingested_at)
        rows += lakehouse.write(table, lines, replace_where=in_files(batch) if position else replace_where)
    return rows


def read_lines(
    lakehouse: Lakehouse, feed: Feed, table: Table, files: list[LandedFile], ingested_at: datetime
) -> DataFrame:
    """The files' lines in the Bronze table's columns, read in parallel, a file at a time."""
    listing = [(file.name, str(file.path.resolve()), file.arrival_date) for file in files]
    parts = max(1, min(len(files), os.cpu_count() or 1))  # each part writes a file of its own and takes memory
    paths = lakehouse.session.createDataFrame(listing, LISTING).repartition(parts)
    schema = ", ".join(f"`{column.name}` {column.type}" for column in table.columns)
    return paths.mapInArrow(_reader(feed, table, ingested_at), schema)


def _reader(
    feed: Feed, table: Table, ingested_at: datetime
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    schema = pa.schema([(column.name, arrow_type(column)) for column in table.columns])

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for file in batch.to_pylist():
                yield from file_batches(feed, schema, ingested_at, **file)

    return read


def file_batches(
    feed: Feed, schema: pa.Schema, ingested_at: datetime, file_name: str, path: str, arrival_date: date | None
) -> Iterator[pa.RecordBatch]:
    """One file's lines in Bronze columns: whole ones, then torn ones with their problem and raw text."""
    lines = read_file(read_stored(location(path))[1], feed)
    everywhere = {"file_name": file_name, "arrival_date": arrival_date, "ingest_timestamp": ingested_at}
    good = {name: lines.good[name] for name in lines.good.column_names}
    yield from _batches(schema, {**good, "line_number": lines.numbers}, everywhere, len(lines.numbers))
    if lines.torn:
        numbers, problems, texts = zip(*lines.torn, strict=True)
        torn = {"line_number": numbers, "problem": problems, "raw_text": texts}
        yield from _batches(schema, torn, everywhere, len(numbers))


def _batches(
    schema: pa.Schema, columns: Mapping[str, object], everywhere: Mapping[str, object], length: int
) -> Iterator[pa.RecordBatch]:
    arrays = [_array(field, columns.get(field.name), everywhere.get(field.name), length) for field in schema]
    yield from pa.Table.from_arrays(arrays, schema=schema).to_batches()


def _array(field: pa.Field, values: object, constant: object, length: int) -> pa.Array | pa.ChunkedArray:
    if values is None:
        return pa.repeat(pa.scalar(constant, field.type), length)
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values.cast(field.type)
    return pa.array(values, field.type)
