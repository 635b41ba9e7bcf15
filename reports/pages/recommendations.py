"""What to do, each from a finding that stands out of normal variation."""

from dataclasses import dataclass

from etl.schemas.results import GLD_RECOMMENDATIONS
from reports.page import Page
from reports.reading import Reading
from reports.sentences import say
from reports.views import Section


@dataclass(frozen=True)
class Recommendation:
    """One thing to do, why, what to check first, and who would act."""

    rank: int
    text: str
    reason: str
    check_next: str
    owner: str
    finding: str


def page(reading: Reading) -> Page:
    """The recommendations, the largest amount first."""
    found = recommended(reading)
    lead = say("Each rests on a finding that can be told from normal variation; check before you act.")
    if not found:
        lead = say(
            "Gold holds no recommendation: nothing was found that stands out of normal variation, or nothing was "
            "looked at yet."
        )
    return Page(
        name="recommendations",
        title="What to do",
        lead=(lead,),
        sections=tuple(_section(each) for each in found),
    )


def recommended(reading: Reading) -> list[Recommendation]:
    """Every recommendation in Gold, by rank."""
    columns = ["rank", "text", "reason", "check_next", "owner", "finding"]
    rows = reading.snapshot.rows(GLD_RECOMMENDATIONS, columns).sort_values("rank")
    return [Recommendation(*row) for row in rows[columns].to_numpy()]


def _section(each: Recommendation) -> Section:
    told = (
        say("{reason}", reason=each.reason),
        say("Check next: {check}", check=each.check_next),
        say("Who would act: {owner}.", owner=each.owner.rstrip(".")),
    )
    return Section(
        f"recommendation-{each.rank}",
        f"{each.rank}. {each.text}",
        told,
        caution=say("Rests on {finding}.", finding=each.finding),
    )
