"""Keep what a run used in ``ops_costs``, and what the tables held after it in ``ops_storage``."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from etl.contracts import Table
from etl.lakehouse import Lakehouse, sql_text
from etl.schemas.ops import OPS_COSTS, OPS_STORAGE
from experiments.costs.metering import Usage
from experiments.costs.prices import Prices
from experiments.costs.traffic import Volume, held
from experiments.running.ledger import Job


@dataclass(frozen=True)
class StepCost:
    """What one step used: wall time, the machine, and what it read and wrote."""

    step: str
    position: int
    seconds: float
    usage: Usage
    read: Volume
    written: Volume


def account(lakehouse: Lakehouse, job: Job, steps: Sequence[StepCost], prices: Prices | None) -> None:
    """Write the costs of a run; nothing where no step ran."""
    if not steps:
        return
    _write(lakehouse, job, OPS_COSTS, [_cost(step, prices) for step in steps], prices)
    _write(lakehouse, job, OPS_STORAGE, _storage(lakehouse, prices), prices)


def _cost(step: StepCost, prices: Prices | None) -> dict[str, object]:
    return {
        "step": step.step,
        "position": step.position,
        "seconds": step.seconds,
        "cpu_seconds": step.usage.cpu_seconds,
        "peak_memory_bytes": step.usage.peak_memory_bytes,
        "rows_read": step.read.rows,
        "bytes_read": step.read.bytes,
        "rows_written": step.written.rows,
        "bytes_written": step.written.bytes,
        "money": prices.of_cpu(step.usage.cpu_seconds) if prices else None,
    }


def _storage(lakehouse: Lakehouse, prices: Prices | None) -> list[dict[str, object]]:
    volumes = {name: held(lakehouse.warehouse, name, version) for name, version in lakehouse.versions().items()}
    return [
        {"table_name": name, **vars(volume), "money_month": prices.of_storage(volume.bytes) if prices else None}
        for name, volume in volumes.items()
    ]


def _write(lakehouse: Lakehouse, job: Job, table: Table, rows: list[dict[str, object]], prices: Prices | None) -> None:
    shared = {
        "run_id": job.run_id,
        "started_at": pd.Timestamp(job.started_at),
        "currency": prices.currency if prices else None,
    }
    frame = pd.DataFrame([row | shared for row in rows])
    lakehouse.write(table, lakehouse.frame(table, frame), replace_where=f"run_id = {sql_text(job.run_id)}")
