"""The refresh: land and refine, features, forecast, explain, report; what did not change is skipped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from etl.lakehouse import Lakehouse
from etl.medallion import Medallion
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS
from etl.schemas.ops import OPS_RUNS
from etl.source import Source
from etl.work import Work
from experiments import attribution
from experiments.asked import Asked
from experiments.attribution import days_held
from experiments.findings import claims, dips, recommendations
from experiments.forecasting import jobs as forecasting
from experiments.forecasting.data import READS as FORECAST_READS
from experiments.forecasting.settings import Settings
from experiments.steps import Step, StepLedger, StepResult
from experiments.tracking import active_run_id, connected, open_run
from features import daily as features
from reports.gold import READ
from reports.question import Question
from reports.reading import read
from reports.site import FRONT, write_site
from reports.snapshot import Snapshot

SITE = "site"
FEATURE_READS = (GLD_DAILY_ORDERS, GLD_DAILY_CELLS, GLD_CALENDAR)
# the ledger of runs grows with every run; it does not make a report out of date
REPORT_READS = tuple(table for table in READ if table is not OPS_RUNS)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: where the report is, its MLflow run, and each step; ``to_dict`` is its JSON."""

    warehouse: Path
    report: Path
    run_id: str
    question: Question
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

    ``started_at`` (UTC) stamps what is read; ``settings`` say how to forecast, ``asked`` what to explain.
    """

    lakehouse: Lakehouse
    source: Source
    work: Work
    asked: Asked
    settings: Settings
    started_at: datetime
    progress: Progress

    @property
    def site(self) -> Path:
        """The folder of the report."""
        return self.lakehouse.warehouse / "reports" / SITE

    def run(self) -> Refreshed:
        """Run every step whose inputs changed.

        Raises an ``AssayError`` where the source or the data cannot be used.
        """
        etl = etl_step(self.lakehouse, self.source, self.work, self.started_at, self.progress)
        ledger = StepLedger(self.lakehouse, self.source.name)
        if ledger.is_current(etl) and all(map(ledger.is_current, self._analysis())):
            return self._done(ledger.newest_run, [StepResult.skip(step.name) for step in (etl, *self._analysis())])
        warehouse = self.lakehouse.warehouse
        with connected(warehouse), open_run(warehouse, "refresh", self.settings.tags()) as run:
            results = [ledger.run(etl, run.info.run_id, self.started_at)]
            results += [ledger.run(step, run.info.run_id, self.started_at) for step in self._analysis()]
            return self._done(run.info.run_id, results)

    def _done(self, run_id: str, results: list[StepResult]) -> Refreshed:
        return Refreshed(
            self.lakehouse.warehouse, self.site / FRONT, run_id, self.asked.question(days_held(self.lakehouse)), results
        )

    def _analysis(self) -> list[Step]:
        """The steps on refined data; the tables they read are those that the steps before them write."""
        question = self.asked.question(days_held(self.lakehouse))
        asked = {"measure": question.measure, "baseline": str(question.baseline), "period": str(question.period)}
        forecast = {"horizon": str(self.settings.horizon), "seed": str(self.settings.seed)}
        return [
            Step("features", self._features, FEATURE_READS),
            Step("forecast", self._forecast, FORECAST_READS, forecast),
            Step("explain", lambda: self._explain(question), attribution.READS, asked),
            Step("dips", self._dips, dips.READS),
            Step("claims", self._claims, claims.READS),
            Step("recommendations", lambda: self._recommend(question), recommendations.READS, asked),
            Step("report", lambda: self._report(question), REPORT_READS, asked, (self.site / FRONT).is_file),
        ]

    def _features(self) -> int:
        self.progress("features: lags, prices, promotions, calendar")
        return features.publish(self.lakehouse)

    def _forecast(self) -> int:
        return len(forecasting.forecast(self.lakehouse, self.settings))

    def _explain(self, question: Question) -> int:
        self.progress(f"explain: {question.period} against {question.baseline}")
        measures = dict.fromkeys([question.measure, Asked.measure])
        asked = [Question(measure, question.baseline, question.period) for measure in measures]
        return sum(attribution.explain(self.lakehouse, each, tags=self.settings.tags()).rows for each in asked)

    def _dips(self) -> int:
        self.progress("dips: every month, week and day against what was expected")
        return dips.publish_dips(self.lakehouse, active_run_id())

    def _claims(self) -> int:
        self.progress("claims: what was published, put to the test")
        return claims.publish_claims(self.lakehouse, active_run_id())

    def _recommend(self, question: Question) -> int:
        self.progress("recommendations")
        return recommendations.publish_recommendations(self.lakehouse, question, active_run_id())

    def _report(self, question: Question) -> int:
        self.progress("report")
        written = Snapshot(self.lakehouse.warehouse, self.lakehouse.versions())
        write_site(read(written, question), self.site)
        return 1


def etl_step(
    lakehouse: Lakehouse,
    source: Source,
    work: Work,
    started_at: datetime,
    progress: Progress,
) -> Step:
    """Do the ``work`` found in the landing folder; current where there is none."""
    run = Medallion(lakehouse, source, work, started_at, progress).run
    return Step("etl", run, settings={"refined_from": work.digest}, present=lambda: work.is_nothing)
