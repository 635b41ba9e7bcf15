"""The work of the refresh's steps on refined data, by name; each returns the rows that it wrote.

Its libraries take longer to load than finding out that nothing is due, so it is loaded when the first step runs.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from etl.errors import InputError
from etl.lakehouse import Lakehouse
from etl.schemas.results import GLD_FORECAST
from etl.storage import Location
from experiments import attribution
from experiments.asked import Asked
from experiments.findings.claims import publish_claims
from experiments.findings.dips import publish_dips
from experiments.findings.recommendations import publish_recommendations
from experiments.forecasting import jobs
from experiments.forecasting.settings import Settings
from experiments.tracking import active_run_id
from features.daily import publish
from reports.question import Question
from reports.reading import read
from reports.site import write_site
from reports.snapshot import Snapshot


class Told(Protocol):
    """What a step is told by the refresh that it belongs to."""

    @property
    def warehouse(self) -> Location:
        """Its folder."""

    @property
    def site(self) -> Location:
        """The folder of the report."""

    @property
    def settings(self) -> Settings:
        """How to forecast."""

    @property
    def question(self) -> Question | None:
        """What is explained; None before there are days to compare."""

    @property
    def progress(self) -> Callable[[str], None]:
        """Takes a sentence."""


Work = Callable[[Lakehouse, Told], int]


def _features(lakehouse: Lakehouse, refresh: Told) -> int:
    refresh.progress("features: lags, prices, promotions, calendar")
    return publish(lakehouse)


def _watch(lakehouse: Lakehouse, refresh: Told) -> int:
    return jobs.watch(lakehouse, refresh.settings)


def _refit(lakehouse: Lakehouse, refresh: Told) -> int:
    """Before the first forecast there is nothing to compare with: that trains the first champions itself."""
    return jobs.refit(lakehouse, refresh.settings) if lakehouse.exists(GLD_FORECAST) else 0


def _forecast(lakehouse: Lakehouse, refresh: Told) -> int:
    return len(jobs.forecast(lakehouse, refresh.settings))


def _explain(lakehouse: Lakehouse, refresh: Told) -> int:
    question = _compared(refresh)
    refresh.progress(f"explain: {question.period} against {question.baseline}")
    measures = dict.fromkeys([question.measure, Asked.measure])
    asked = [replace(question, measure=measure) for measure in measures]
    return sum(attribution.explain(lakehouse, each, tags=refresh.settings.tags()).rows for each in asked)


def _dips(lakehouse: Lakehouse, refresh: Told) -> int:
    refresh.progress("dips: every month, week and day against what was expected")
    return publish_dips(lakehouse, active_run_id())


def _claims(lakehouse: Lakehouse, refresh: Told) -> int:
    refresh.progress("claims: what was published, put to the test")
    return publish_claims(lakehouse, active_run_id())


def _recommend(lakehouse: Lakehouse, refresh: Told) -> int:
    refresh.progress("recommendations")
    return publish_recommendations(lakehouse, _compared(refresh), active_run_id())


def _report(lakehouse: Lakehouse, refresh: Told) -> int:
    refresh.progress("report")
    written = Snapshot(refresh.warehouse, lakehouse.versions())
    write_site(read(written, _compared(refresh)), refresh.site)
    return 1


def _compared(refresh: Told) -> Question:
    question = refresh.question
    if question is None:
        raise InputError("There are no days to compare yet: refine some orders first, by assay refresh without --only.")
    return question


WORK: Mapping[str, Work] = {
    "features": _features,
    "watch": _watch,
    "refit": _refit,
    "forecast": _forecast,
    "explain": _explain,
    "dips": _dips,
    "claims": _claims,
    "recommendations": _recommend,
    "report": _report,
}
