"""The refresh: land and refine, features, forecast, explain, report; what did not change is skipped.

Quality is judged inside ``etl``, before its release: a batch that fails is never what the next run starts from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from etl.errors import first_line
from etl.lakehouse import Lakehouse
from etl.periods import Period
from etl.release import release_whole
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS, GLD_FEATURES_DAILY
from etl.schemas.ops import OPS_COSTS, OPS_RUNS, OPS_SOURCE, OPS_STORAGE
from etl.schemas.results import (
    GLD_CLAIMS,
    GLD_DIPS,
    GLD_FORECAST,
    GLD_RECOMMENDATIONS,
    GLD_REVENUE_BRIDGE,
    GLD_SEGMENTS,
)
from etl.source import Source
from etl.storage import Location
from etl.stored import newest_rows, newest_versions, versions_of
from etl.work import Work, refined_tables
from experiments import attribution
from experiments.asked import Asked
from experiments.costs.accounts import account
from experiments.costs.prices import Prices
from experiments.findings import claims, dips, recommendations
from experiments.forecasting import jobs as forecasting
from experiments.forecasting.data import READS as FORECAST_READS
from experiments.forecasting.settings import Settings
from experiments.forecasting.watch import WRITES as WATCH_WRITES
from experiments.refining import etl_step
from experiments.running.ledger import Job, StepLedger
from experiments.running.plan import Choice, Planned, Step, planned
from experiments.running.recovery import recover
from experiments.running.retries import is_transient
from experiments.running.runner import Runner, StepResult
from experiments.tracking import active_run_id, connected, on_own_store, open_run, tracks_elsewhere
from features import daily as features
from reports.gold import READ, days_sold
from reports.question import Question
from reports.reading import read
from reports.site import FRONT, write_site
from reports.snapshot import Snapshot

SITE = "site"
FEATURE_READS = (GLD_DAILY_ORDERS, GLD_DAILY_CELLS, GLD_CALENDAR)
# the ledgers of runs grow with every run; they do not make a report out of date
REPORT_READS = tuple(table for table in READ if table not in (OPS_RUNS, OPS_COSTS, OPS_STORAGE))
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
        return planned(self._chosen(), StepLedger(self.warehouse).why, newest_versions(self.warehouse))

    def done_before(self) -> Refreshed | None:
        """The refresh as it stands where no chosen step is due, None where one is."""
        steps, ledger = self._chosen(), StepLedger(self.warehouse)
        if self.work.unfinished_run or any(map(ledger.why, steps)):
            return None
        return self._done(ledger.newest_run, [StepResult.skip(step.name) for step in steps])

    def run(self, lakehouse: Lakehouse) -> Refreshed:
        """Run every chosen step that is due, and let readers have the result where the whole plan is current then.

        Raises an ``AssayError`` where the source or the data cannot be used. Where an MLflow server goes away, the rest
        is run with the warehouse's own store and its champions.
        """
        refined = [table.full_name for table in refined_tables(self.source)]
        recover(lakehouse, refined, self.source.name, self.started_at, self.progress)
        try:
            done = self._tracked(lakehouse)
        except Exception as error:
            if not (is_transient(error) and tracks_elsewhere()):
                raise
            self.progress(
                f"{first_line(error)}: MLflow is away, so what is left is tracked in the warehouse's own store"
            )
            with on_own_store():
                done = self._tracked(lakehouse)
        self._release(lakehouse)
        return done

    def _tracked(self, lakehouse: Lakehouse) -> Refreshed:
        """The chosen steps that are due, inside an MLflow run."""
        with connected(self.warehouse), open_run(self.warehouse, "refresh", self.settings.tags()) as run:
            self.begun(run.info.run_id)
            job = Job(run.info.run_id, self.source.name, self.started_at, run.info.run_id)
            return self._done(run.info.run_id, self._run(lakehouse, job))

    def _run(self, lakehouse: Lakehouse, job: Job) -> list[StepResult]:
        """The refinement first: which question the other steps answer depends on the days that it brings."""
        runner = Runner(lakehouse, job, self.progress, self.limits)
        names = [step.name for step in self._chosen()]
        results = runner.run([self.etl]) if self.etl.name in names else []
        analysis = [step for step in self.analysis() if step.name in names]
        first = next((place for place, step in enumerate(self.analysis(), 2) if step.name in names), 2)
        results += runner.run(analysis, first)
        account(lakehouse, job, runner.costs, self.prices)
        return results

    def _release(self, lakehouse: Lakehouse) -> None:
        """Let readers have what there is, unless a step that was left out is still due."""
        ledger = StepLedger(self.warehouse)
        left = [step.name for step in self.analysis() if ledger.why(step)]
        if left:
            self.progress(f"readers keep the release before: {', '.join(left)} still due")
        else:
            release_whole(self.warehouse, lakehouse.versions(), datetime.now(UTC))

    def _done(self, run_id: str, results: list[StepResult]) -> Refreshed:
        return Refreshed(self.warehouse, self.site / FRONT, run_id, self.question, results)

    def _chosen(self) -> list[Step]:
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
            Step("features", self._features, FEATURE_READS, (GLD_FEATURES_DAILY,)),
            # it looks back on forecasts: the one that follows it is no reason to run it again
            Step("watch", self._watch, FORECAST_READS, WATCH_WRITES, forecast),
            *self._refit(held),
            Step("forecast", self._forecast, FORECAST_READS, forecasting.WRITES, forecast),
            Step("explain", self._explain, attribution.READS, (GLD_REVENUE_BRIDGE, GLD_SEGMENTS), asked),
            Step("dips", self._dips, dips.READS, (GLD_DIPS,)),
            Step("claims", self._claims, claims.READS, (GLD_CLAIMS,)),
            Step("recommendations", self._recommend, recommendations.READS, (GLD_RECOMMENDATIONS,), asked),
            Step("report", self._report, REPORT_READS, settings=asked, due=self._report_due),
        ]
        return [step for step in steps if held is None or question is not None or step.name not in COMPARING]

    @property
    def question(self) -> Question | None:
        """What is explained; None before there are orders, and on the first day with some, which has none before it."""
        sold = days_sold(Snapshot(self.warehouse, versions_of(self.warehouse, [GLD_DAILY_ORDERS])))
        if sold.empty or (len(sold) == 1 and self.asked.period is None):
            return None
        return self.asked.question(sold)

    def _refit(self, held: Period | None) -> list[Step]:
        """Due once in every stretch of ``refit_every`` business days, counted from a fixed day."""
        if self.refit_every is None:
            return []
        stretch = held.last.toordinal() // self.refit_every if held else 0
        settings = {"every": str(self.refit_every), "stretch": str(stretch)}
        return [Step("refit", self._train, (), forecasting.REFIT_WRITES, settings)]

    @property
    def _compared(self) -> Question:
        question = self.question
        assert question is not None  # the steps that compare are in the plan only where there is one
        return question

    def _features(self, lakehouse: Lakehouse) -> int:
        self.progress("features: lags, prices, promotions, calendar")
        return features.publish(lakehouse)

    def _watch(self, lakehouse: Lakehouse) -> int:
        return forecasting.watch(lakehouse, self.settings)

    def _train(self, lakehouse: Lakehouse) -> int:
        """Before the first forecast there is nothing to compare with: that trains the first champions itself."""
        return forecasting.refit(lakehouse, self.settings) if lakehouse.exists(GLD_FORECAST) else 0

    def _forecast(self, lakehouse: Lakehouse) -> int:
        return len(forecasting.forecast(lakehouse, self.settings))

    def _explain(self, lakehouse: Lakehouse) -> int:
        question = self._compared
        self.progress(f"explain: {question.period} against {question.baseline}")
        measures = dict.fromkeys([question.measure, Asked.measure])
        asked = [replace(question, measure=measure) for measure in measures]
        return sum(attribution.explain(lakehouse, each, tags=self.settings.tags()).rows for each in asked)

    def _dips(self, lakehouse: Lakehouse) -> int:
        self.progress("dips: every month, week and day against what was expected")
        return dips.publish_dips(lakehouse, active_run_id())

    def _claims(self, lakehouse: Lakehouse) -> int:
        self.progress("claims: what was published, put to the test")
        return claims.publish_claims(lakehouse, active_run_id())

    def _recommend(self, lakehouse: Lakehouse) -> int:
        self.progress("recommendations")
        return recommendations.publish_recommendations(lakehouse, self._compared, active_run_id())

    def _report(self, lakehouse: Lakehouse) -> int:
        self.progress("report")
        written = Snapshot(self.warehouse, lakehouse.versions())
        write_site(read(written, self._compared), self.site)
        return 1

    def _report_due(self) -> str:
        return "" if (self.site / FRONT).is_file() else "there is no report"


def days_held(warehouse: Location) -> Period | None:
    """From the first business day with an order line to the newest; None before the first refinement."""
    source = newest_rows(warehouse, OPS_SOURCE)
    return None if source.empty else Period(source["first_day"].iloc[0], source["last_day"].iloc[0])
