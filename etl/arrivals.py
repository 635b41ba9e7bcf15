"""Arrivals in a landing folder as a stream of Spark's, whose micro-batches say no more than that something changed.

Spark's own file sources tell of a file once, by its name; a file that is sent again, or goes, would not be seen. So the
offset of this stream is a digest of what lies in the folder, and every other state of it is a micro-batch.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.datasource import DataSource, DataSourceStreamReader, InputPartition
from pyspark.sql.streaming.datasource import ReadLimit, SupportsTriggerAvailableNow
from pyspark.sql.streaming.query import StreamingQuery
from pyspark.sql.streaming.readwriter import DataStreamWriter

from etl.source import Source
from etl.storage import Location, find_files, location

EVERY = "1 second"
# Spark waits ten seconds for a Python process to start, which a busy machine may need longer for
STARTS, LATE = 6, "Python worker failed to connect back"
Offset = dict[str, str]


def stream_arrivals(
    session: SparkSession,
    source: Source,
    landing: Location,
    checkpoint: Location,
    refine: Callable[[SparkSession], None],
    *,
    continuous: bool,
) -> StreamingQuery:
    """Start a stream that calls ``refine`` whenever the files of the source's feeds are others than at the checkpoint.

    ``refine`` runs beside the engine's driver, with a session of its own; where it fails, so does the stream, and the
    next one begins with the same micro-batch. Unless ``continuous``, the stream ends when all is refined that is there.
    """
    session.dataSource.register(Arrivals)
    patterns = json.dumps(sorted({feed.path for feed in source.feeds.values()}))
    folder = landing.resolve() if isinstance(landing, Path) else landing
    settings = {"landing": str(folder), "patterns": patterns, "declared": source.model_dump_json()}
    arrivals = session.readStream.format(Arrivals.name()).options(**settings).load()

    def micro_batch(batch: DataFrame, _number: int) -> None:
        refine(batch.sparkSession)

    writer = arrivals.writeStream.foreachBatch(micro_batch).option("checkpointLocation", str(checkpoint))
    triggered = writer.trigger(processingTime=EVERY) if continuous else writer.trigger(availableNow=True)
    return _started(triggered)


def _started(writer: DataStreamWriter) -> StreamingQuery:
    for _ in range(STARTS - 1):
        try:
            return writer.start()
        except PySparkException as error:
            if LATE not in str(error):
                raise
    return writer.start()


class Arrivals(DataSource):
    """One row, ``state``, for every state of the folder that is seen."""

    @classmethod
    def name(cls) -> str:
        """What the engine calls it."""
        return "assay_arrivals"

    def schema(self) -> str:
        """A digest of the folder's files and of the source's declaration."""
        return "state string"

    def streamReader(self, schema: Any) -> "ArrivalsReader":  # noqa: ANN401, ARG002, N802 - PySpark's signature
        """The reader of the stream."""
        patterns = json.loads(self.options["patterns"])
        return ArrivalsReader(location(self.options["landing"]), patterns, self.options["declared"])


class ArrivalsReader(DataSourceStreamReader, SupportsTriggerAvailableNow):
    """Compares the folder's state with the one that was refined last."""

    def __init__(self, landing: Location, patterns: list[str], declared: str) -> None:
        self._landing = landing
        self._patterns = patterns
        self._declared = declared
        self._available: Offset | None = None

    def initialOffset(self) -> Offset:  # noqa: N802 - PySpark's name, as all below
        """Nothing was refined yet."""
        return {"state": ""}

    def prepareForTriggerAvailableNow(self) -> None:  # noqa: N802
        """The stream is to end with what is there now."""
        self._available = {"state": self._state()}

    def latestOffset(self, start: Offset, limit: ReadLimit) -> Offset:  # noqa: ARG002, N802
        """What is there, which may be what was refined."""
        return self._available or {"state": self._state()}

    def partitions(self, start: Offset, end: Offset) -> list[InputPartition]:  # noqa: ARG002
        """One, with the new state."""
        return [InputPartition(end["state"])]

    def read(self, partition: InputPartition) -> Iterator[tuple[str]]:
        """The new state."""
        yield (partition.value,)

    def _state(self) -> str:
        content = json.dumps([self._declared, sorted(set(self._files()))])
        return hashlib.sha256(content.encode()).hexdigest()

    def _files(self) -> Iterator[tuple[str, int, int]]:
        for pattern in self._patterns:
            for name, file in find_files(self._landing, pattern):
                yield name, file.size_bytes, file.modified_ns
