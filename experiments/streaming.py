"""Refine by Spark Structured Streaming: each micro-batch is an ordinary run, in a process beside Spark's driver."""

from functools import partial
from threading import Event

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from etl.arrivals import stream_arrivals
from etl.errors import ChangedError, UsageError
from etl.lakehouse import Lakehouse
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from experiments.console import ERRORS
from experiments.refining import refine_now
from experiments.watching import MicroBatch
from experiments.workspace import Workspace

CHECKPOINT = "checkpoint"
EVERY = 1  # seconds between two looks at the stream


def stream(workspace: Workspace, stopped: Event, *, continuous: bool) -> int:
    """Refine what has landed, or, if ``continuous``, what lands until ``stopped`` is set; returns the fact's rows.

    Raises ``UsageError`` on an engine without streams, and PySpark's ``StreamingQueryException`` where a micro-batch
    failed, which the next stream, or an ordinary run, then begins with.
    """
    if workspace.engine.name == "embedded":
        raise UsageError("--stream is for --engine spark or connect: here, assay etl --watch refines as files land.")
    with workspace.lakehouse() as lakehouse:
        query = stream_arrivals(
            lakehouse.session,
            workspace.source,
            workspace.landing,
            lakehouse.warehouse / CHECKPOINT,
            partial(micro_batch, workspace),
            continuous=continuous,
        )
        _follow(query, stopped)
        return int(lakehouse.read(GLD_FACT_ORDER_ITEMS).count())


def micro_batch(workspace: Workspace, session: SparkSession) -> None:
    """One ordinary run of what is new, and a sentence about it."""
    try:
        refined = refine_now(workspace, Lakehouse(session, workspace.warehouse))
    except ChangedError as error:  # it changes the state of the folder, too, so that another micro-batch follows
        ERRORS.print(str(error), markup=False, soft_wrap=True)
        return
    if refined is not None:
        ERRORS.print(MicroBatch.done(refined).sentence, markup=False)


def _follow(query: StreamingQuery, stopped: Event) -> None:
    while not query.awaitTermination(EVERY):
        if stopped.is_set() and not query.status["isTriggerActive"]:
            query.stop()
