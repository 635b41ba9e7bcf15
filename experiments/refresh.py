"""The plan of a refresh: land and refine, features, forecast, explain, report; what did not change is skipped.

Quality is judged inside ``etl``, before its release: a batch that fails is never what the next run starts from.
``experiments.refresh_run`` runs the plan; most mornings' question, what is due, is answered without its libraries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

import pandas as pd

from etl.lakehouse import Lakehouse
from etl.periods import Period
from etl.schemas.daily import GLD_DAILY_ORDERS
from etl.schemas.ops import OPS_SOURCE
from etl.source import Source
from etl.storage import Location
from etl.stored import folder_of, newest_rows, newest_version, newest_versions
from etl.work import Work
from experiments import lineage
from experiments.asked import Asked
from experiments.costs.prices import Prices
from experiments.forecasting.settings import Settings
from experiments.lineage import Lineage
from experiments.refining import etl_step
from experiments.running.ledger import StepLedger
from experiments.running.plan import Choice, Planned, Step, nothing_due, planned
from experiments.running.runner import StepResult
from reports.gold import days_sold
from reports.kept import Kept
from reports.layout import FRONT
from reports.question import Question
from reports.snapshot import Snapshot

SITE = "site"
COMPARING = frozenset({"explain", "recommendations", "report"})
Progress = Callable[[str], None]


def unheard(_: str) -> None:
    """Nobody asks."""


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: where the report is, its MLflow run, the question, each step; ``to_dict`` is its JSON."""

    warehouse: Location
    report: Location
    run_id: str
    question: Question | None
    steps: list[StepResult]

    def to_dict(self) -> dict[str, object]:
        """The JSON document of ``assay refresh``."""
        return {
            "warehouse": str(self.warehouse),
            "report": str(self.report),
            "run_id": self.run_id,
            "steps": [vars(step) for step in self.steps],
        }


@dataclass(frozen=True)
class Refresh:
    """One refresh of a warehouse that does the ``work`` found in the landing folder of ``source``.

    Attributes:
        warehouse: Its folder.
        source: Where the data come from.
        work: What there is to refine.
        asked: What to explain.
        settings: How to forecast.
        started_at: When it began (UTC); stamps what is read.
        progress: Called with a sentence at every step.
        begun: Called with the run's id once it has one.
        choice: Which of the steps to run.
        limits: Seconds by step, instead of the step's own limit.
        refit_every: Business days after which a challenger is trained and judged; never where None.
        prices: Turn what is used into money, where they are given.
    """

    warehouse: Location
    source: Source
    work: Work
    asked: Asked
    settings: Settings
    started_at: datetime
    progress: Progress
    choice: Choice = field(default_factory=Choice)
    limits: Mapping[str, float] = field(default_factory=dict)
    refit_every: int | None = None
    prices: Prices | None = None
    begun: Callable[[str], None] = unheard

    @property
    def site(self) -> Location:
        """The folder of the report."""
        return self.warehouse / "reports" / SITE

    def plan(self) -> list[Planned]:
        """What ``run`` would do, found out without an engine; nothing is written."""
        return planned(self.chosen(), StepLedger(self.warehouse).why, newest_versions(self.warehouse))

    def done_before(self) -> Refreshed | None:
        """The refresh as it stands where no chosen step is due, None where one is."""
        steps, ledger = self.chosen(), StepLedger(self.warehouse)
        if self.work.unfinished_run or any(map(ledger.why, steps)):
            return None
        return self.done(ledger.newest_run, [StepResult.skip(step.name) for step in steps])

    def done(self, run_id: str, results: list[StepResult]) -> Refreshed:
        """The refresh as it stands after these results."""
        return Refreshed(self.warehouse, self.site / FRONT, run_id, self.question, results)

    def chosen(self) -> list[Step]:
        """The steps that were asked for, in order."""
        return self.choice.of([self.etl, *self.analysis()])

    @property
    def etl(self) -> Step:
        """Do the work found in the landing folder."""
        return etl_step(self.warehouse, self.source, self.work, self.started_at, self.progress)

    def analysis(self) -> list[Step]:
        """The steps on refined data; the tables they read are those that the steps before them write."""
        held, question = days_held(self.warehouse), self.question
        asked = question.asked if question is not None else {}
        forecast = {"horizon": str(self.settings.horizon), "seed": str(self.settings.seed)}
        steps = [
            self._step("features", lineage.FEATURES),
            self._step("watch", lineage.WATCH, forecast),
            *self._refit(held),
            self._step("forecast", lineage.FORECAST, forecast),
            self._step("explain", lineage.EXPLAIN, asked),
            self._step("dips", lineage.DIPS),
            self._step("claims", lineage.CLAIMS),
            self._step("recommendations", lineage.RECOMMENDATIONS, asked),
            self._step("report", lineage.REPORT, asked, self._report_due),
        ]
        return [step for step in steps if held is None or question is not None or step.name not in COMPARING]

    @property
    def question(self) -> Question | None:
        """What is explained; None before there are orders, and on the first day with some, which has none before it."""
        sold = self._sold(newest_version(folder_of(self.warehouse, GLD_DAILY_ORDERS.full_name)))
        if sold.empty or (len(sold) == 1 and self.asked.period is None):
            return None
        return self.asked.question(sold)

    @cached_property
    def _sold(self) -> Kept[int | None, pd.DatetimeIndex]:
        """Days with orders by the version of their table: each step asks, and the refinement alone changes it."""
        name = GLD_DAILY_ORDERS.full_name
        return Kept(lambda version: days_sold(Snapshot(self.warehouse, {} if version is None else {name: version})), 1)

    def _refit(self, held: Period | None) -> list[Step]:
        """Due once in every stretch of ``refit_every`` business days, counted from a fixed day."""
        if self.refit_every is None:
            return []
        stretch = held.last.toordinal() // self.refit_every if held else 0
        settings = {"every": str(self.refit_every), "stretch": str(stretch)}
        return [self._step("refit", lineage.REFIT, settings)]

    def _step(
        self,
        name: str,
        lines: Lineage,
        settings: Mapping[str, str] = MappingProxyType({}),
        due: Callable[[], str] = nothing_due,
    ) -> Step:
        def run(lakehouse: Lakehouse) -> int:
            from experiments.steps import WORK  # MLflow, SciPy and the models take seconds

            return WORK[name](lakehouse, self)

        return Step(name, run, lines.reads, lines.writes, settings, due)

    def _report_due(self) -> str:
        return "" if (self.site / FRONT).is_file() else "there is no report"


def days_held(warehouse: Location) -> Period | None:
    """From the first business day with an order line to the newest; None before the first refinement."""
    source = newest_rows(warehouse, OPS_SOURCE)
    return None if source.empty else Period(source["first_day"].iloc[0], source["last_day"].iloc[0])
