"""What an analyst is told first: one word for each cause, in order of what must be checked before what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.attribution.named import Finding
from models.attribution.result import Bridge

CALENDAR_DRIVERS = ("days", "weekday_mix", "events")
CALENDAR_SHARE = 0.1  # of the change: what the calendar must have moved to be worth a verdict
NOTHING = "nothing moved beyond its normal variation"


@dataclass(frozen=True)
class Verdict:
    """A cause in a word.

    Attributes:
        code: One of the codes of the explanation's JSON.
        where: The part of the business, empty for all of it.
        dates: First and last day, None for all of the period.
        evidence: What it rests on.
        cause: The finding behind it, with its amount; None where no amount belongs to it.
    """

    code: str
    where: dict[str, object]
    dates: tuple[date, date] | None
    evidence: str
    cause: Finding | None = None


def verdict_on(finding: Finding) -> Verdict:
    """A finding in a word."""
    return Verdict(finding.code, finding.where, finding.dates, finding.evidence, finding)


def judge(faults: Sequence[Verdict], causes: Sequence[Finding], bridge: Bridge, reason: str | None) -> list[Verdict]:
    """Faults in the data, the calendar, then causes; normal variation where there is none.

    Args:
        faults: On the data.
        causes: Everything else that was found.
        bridge: Of the data without the faults.
        reason: Why causes were not looked for, None where they were.
    """
    named = [verdict_on(cause) for cause in causes]
    if not faults and not causes:
        named.append(Verdict("normal_variation", {}, None, reason or NOTHING))
    return [*faults, *_calendar(bridge), *named]


def _calendar(bridge: Bridge) -> list[Verdict]:
    lines = bridge.drivers[bridge.drivers["driver"].isin(CALENDAR_DRIVERS)]
    clear = lines[lines["distinguishable"].astype(bool)]
    amount = float(clear["amount"].astype(float).sum())
    if clear.empty or abs(amount) < CALENDAR_SHARE * abs(float(bridge.change)):
        return []
    parts = [f"{driver} {float(moved):+,.2f}" for driver, moved in zip(clear["driver"], clear["amount"], strict=True)]
    return [Verdict("calendar", {}, None, ", ".join(parts))]
