"""The verdicts on a movement as Gold keeps them: causes with their place, days and amount, faults in the data first."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from etl.schemas.results import GLD_SEGMENTS
from reports.question import Question
from reports.snapshot import Snapshot

COLUMNS = "code, place, first_day, last_day, driver, amount, low, high, q_value, evidence"


@dataclass(frozen=True)
class Segment:
    """One verdict; ``amount`` and its interval are none where it names no cause."""

    code: str
    where: dict[str, str]
    dates: tuple[date, date] | None
    driver: str | None
    amount: float | None
    low: float | None
    high: float | None
    q_value: float | None
    evidence: str

    @property
    def place(self) -> str:
        """Such as: South, Mobile; everywhere where it is not one place."""
        return ", ".join(self.where.values()) or "everywhere"


def segments_of(snapshot: Snapshot, question: Question) -> list[Segment]:
    """The verdicts on a question about everything, in their order; none where it was not explained in Gold."""
    if question.where:
        return []
    sql = f"""
        select {COLUMNS} from {GLD_SEGMENTS.name}
        where measure = $1 and baseline_first = $2 and baseline_last = $3 and period_first = $4 and period_last = $5
        order by position
    """  # noqa: S608 - the name of a contract
    spans = [question.baseline.first, question.baseline.last, question.period.first, question.period.last]
    rows = snapshot.query(sql, [GLD_SEGMENTS], [question.measure, *spans])
    return [_segment(row) for row in rows.to_dict("records")]


def document(segment: Segment) -> dict[str, Any]:
    """A cause as ``assay explain`` tells it."""
    dates = None if segment.dates is None else [day.isoformat() for day in segment.dates]
    amounts = {"amount": segment.amount, "low": segment.low, "high": segment.high, "q_value": segment.q_value}
    return {"where": segment.where, "dates": dates, "driver": segment.driver, **amounts}


def verdict(segment: Segment) -> dict[str, Any]:
    """A verdict as ``assay explain`` tells it."""
    dates = None if segment.dates is None else [day.isoformat() for day in segment.dates]
    return {"code": segment.code, "where": segment.where, "dates": dates, "evidence": segment.evidence}


def _segment(row: dict[Any, Any]) -> Segment:
    days = None if pd.isna(row["first_day"]) else (row["first_day"].date(), row["last_day"].date())
    amounts = {name: None if pd.isna(row[name]) else float(row[name]) for name in ("amount", "low", "high", "q_value")}
    driver = row["driver"] if isinstance(row["driver"], str) else None
    where = {str(name): str(value) for name, value in json.loads(row["place"]).items()}
    return Segment(str(row["code"]), where, days, driver, evidence=str(row["evidence"]), **amounts)
