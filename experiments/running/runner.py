"""Run a job's steps one after another: each unless it is current, within its limit, tried again, and recorded."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from etl.errors import first_line
from etl.lakehouse import Lakehouse
from etl.storage import Location
from etl.stored import versions_of
from experiments.costs import traffic
from experiments.costs.accounts import StepCost
from experiments.costs.metering import Usage, metered
from experiments.redaction import redacted
from experiments.running.interruption import heeded
from experiments.running.ledger import DONE, FAILED, STOPPED, Job, Record, StepLedger, inputs_of, keep
from experiments.running.limits import limited
from experiments.running.plan import Step
from experiments.running.retries import retried

Progress = Callable[[str], None]


@dataclass(frozen=True)
class StepResult:
    """What became of a step; ``rows`` were written, in ``seconds`` of wall time."""

    name: str
    rows: int
    seconds: float
    skipped: bool

    @classmethod
    def skip(cls, name: str) -> "StepResult":
        """A step whose inputs did not change."""
        return cls(name, 0, 0.0, skipped=True)


@dataclass(frozen=True)
class Runner:
    """Runs steps of ``job`` on ``lakehouse``; ``limits`` are seconds by step, instead of the step's own.

    ``costs`` gathers what the steps used that did run.
    """

    lakehouse: Lakehouse
    job: Job
    progress: Progress
    limits: Mapping[str, float] = field(default_factory=dict)
    costs: list[StepCost] = field(default_factory=list)

    def run(self, steps: Iterable[Step], first: int = 1) -> list[StepResult]:
        """Every step that is due; raises what a step raises, once that is recorded. ``first`` is the first's place."""
        return [self._run(step, position) for position, step in enumerate(steps, start=first)]

    @heeded()
    def _run(self, step: Step, position: int) -> StepResult:
        if not StepLedger(self.lakehouse.warehouse).why(step):
            return StepResult.skip(step.name)
        begun = _Begun.of(step, position, self.lakehouse.warehouse)
        with metered() as usage:
            try:
                with limited(step.name, self.limits.get(step.name, step.limit)):
                    rows = retried(lambda: step.run(self.lakehouse), self.progress)
            except BaseException as error:
                self._keep(begun.failed(error))
                raise
            finally:
                seconds = begun.seconds
        record = begun.done(rows, seconds)
        self._keep(record)
        self.costs.append(begun.cost(record, usage))
        return StepResult(step.name, rows, seconds, skipped=False)

    def _keep(self, record: Record) -> None:
        try:
            keep(self.lakehouse, self.job, record)
        except Exception as error:
            if record.state == DONE:
                raise
            self.progress(f"how {record.step} ended could not be recorded: {first_line(error)}")


@dataclass(frozen=True)
class _Begun:
    """A step under way: what it stands on, and when (monotonic seconds) it began."""

    step: Step
    position: int
    warehouse: Location
    inputs: str
    read: Mapping[str, int]
    before: Mapping[str, int]
    began: float

    @classmethod
    def of(cls, step: Step, position: int, warehouse: Location) -> "_Begun":
        read, before = versions_of(warehouse, step.reads), versions_of(warehouse, step.writes)
        return cls(step, position, warehouse, inputs_of(warehouse, step), read, before, time.monotonic())

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.began, 3)

    def failed(self, error: BaseException) -> Record:
        state = FAILED if isinstance(error, Exception) else STOPPED
        told = redacted(first_line(error)) if isinstance(error, Exception) else "stopped by a signal"
        return Record(self.step.name, self.position, state, 0, self.seconds, self.inputs, self.read, {}, told)

    def done(self, rows: int, seconds: float) -> Record:
        written = versions_of(self.warehouse, self.step.writes)
        return Record(self.step.name, self.position, DONE, rows, seconds, self.inputs, self.read, written)

    def cost(self, record: Record, usage: Usage) -> StepCost:
        read = traffic.read(self.warehouse, self.read) + self.step.landed()
        written = traffic.written(self.warehouse, self.before, record.written)
        return StepCost(record.step, record.position, record.seconds, usage, read, written)
