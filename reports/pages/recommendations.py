"""What to do, each from a finding that stands out of normal variation."""

import json
from dataclasses import dataclass
from datetime import date

import pandas as pd

from etl.periods import Period
from etl.schemas.results import GLD_RECOMMENDATIONS
from reports.bridge import LABELS, Certainty, Driver
from reports.narrative.effects import moved
from reports.numbers import STYLES, Unit
from reports.page import Page
from reports.reading import Reading
from reports.sections.segments import cause_sentence
from reports.segments import Segment
from reports.sentences import Sentence, count, opened, say
from reports.views import Section

COLUMNS = ["rank", "text", "reason", "check_next", "owner", "finding", "amount", "low", "high", "unit"]
BRIDGE, CAUSES = "gld_revenue_bridge", "gld_segments"
SOURCES = {
    BRIDGE: "a driver of the bridge (page Why)",
    CAUSES: "a cause by place and day (page Why)",
    "gld_dips": "a movement outside what was expected (page Why)",
    "gld_claims": "a claim that was tested (page Claims)",
}


@dataclass(frozen=True)
class Recommendation:
    """One thing to do, why, what to check first, and who would act; ``finding`` names the row of Gold behind it."""

    rank: int
    text: str
    reason: Sentence
    check_next: str
    owner: str
    finding: str

    @property
    def table(self) -> str:
        """The table of the finding."""
        return self.finding.partition(":")[0]


def page(reading: Reading) -> Page:
    """The recommendations, the largest amount first."""
    found = recommended(reading)
    lead = say(
        "{number} for somebody to act, the largest loss first. Each can be told from normal variation; check before "
        "you act.",
        number=count(len(found), "finding calls", "findings call"),
    )
    if not found:
        lead = say(
            "Gold holds no recommendation: nothing was found that stands out of normal variation, or nothing was "
            "looked at yet."
        )
    sections = tuple(_section(each) for each in found)
    return Page(name="recommendations", title="What to do", lead=(lead,), sections=sections)


def recommended(reading: Reading) -> list[Recommendation]:
    """Every recommendation in Gold, by rank."""
    rows = reading.snapshot.rows(GLD_RECOMMENDATIONS, COLUMNS).sort_values("rank")
    return [
        Recommendation(
            rank=int(row["rank"]),
            text=str(row["text"]),
            reason=_reason(row, reading.data.style),
            check_next=str(row["check_next"]),
            owner=str(row["owner"]),
            finding=str(row["finding"]),
        )
        for _, row in rows.iterrows()
    ]


def _reason(row: pd.Series, style: str) -> Sentence:
    """What a driver or a cause took, as the other pages write it; of other findings, what Gold says."""
    table, _, key = str(row["finding"]).partition(": ")
    parts, unit = key.split(":", 3), Unit(str(row["unit"]), STYLES[style])
    if table == BRIDGE and len(parts) == 4:
        return _of_driver(row, parts, unit)
    if table == CAUSES and len(parts) == 4:
        return cause_sentence(_cause(row, parts), unit)
    return opened(say("{reason}", reason=str(row["reason"])))


def _of_driver(row: pd.Series, parts: list[str], unit: Unit) -> Sentence:
    """From a key such as net_revenue:2025-09-01:2025-09-30:returns."""
    _, first, last, driver = parts
    label, ends = LABELS.get(driver, driver), (float(row["low"]), float(row["high"]))
    lost = Driver(driver, label, "", float(row["amount"]), *ends, Certainty.DISTINGUISHABLE, None)
    days = Period(date.fromisoformat(first), date.fromisoformat(last))
    return say("{driver} {moved} in {days}.", driver=label, moved=moved(lost, unit), days=days.label)


def _cause(row: pd.Series, parts: list[str]) -> Segment:
    """From a key such as net_revenue:2025-09-16to2025-09-19:outage:{"region": "South"}."""
    _, days, code, place = parts
    first, last = (date.fromisoformat(day) for day in days.split("to"))
    amount, low, high = (None if pd.isna(row[name]) else float(row[name]) for name in ("amount", "low", "high"))
    return Segment(code, json.loads(place), (first, last), None, amount, low, high, None, "")


def _section(each: Recommendation) -> Section:
    told = (
        each.reason,
        say("Check next: {check}", check=each.check_next),
        say("Who would act: {owner}.", owner=each.owner.rstrip(".")),
    )
    source = SOURCES.get(each.table, each.finding)
    return Section(
        f"recommendation-{each.rank}",
        f"{each.rank}. {each.text}",
        told,
        caution=say("Rests on {source}.", source=source),
    )
