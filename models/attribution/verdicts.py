"""What an analyst is told first: one word for each cause, in order of what must be checked before what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from models.attribution.named import Finding
from models.attribution.result import Bridge

CALENDAR_DRIVERS = ("days", "weekday_mix", "events")
CALENDAR_SHARE = 0.1  # of the change: what the calendar must have moved to be worth a verdict
NOTHING = "nothing moved beyond its normal variation"
NO_PART = "no part of the business moved beyond its normal variation by itself; all of it did: "


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
        named.append(Verdict("normal_variation", {}, None, reason or _of_the_whole(bridge)))
    return [*faults, *_calendar(bridge), *named]


def _calendar(bridge: Bridge) -> list[Verdict]:
    clear = _clear(bridge, calendar=True)
    amount = float(clear["amount"].astype(float).sum())
    if clear.empty or abs(amount) < CALENDAR_SHARE * abs(float(bridge.change)):
        return []
    return [Verdict("calendar", {}, None, _spoken(clear))]


def _of_the_whole(bridge: Bridge) -> str:
    """What the bridge alone can tell from nothing, where no part of the business can be told from the rest."""
    clear = _clear(bridge, calendar=False)
    return NOTHING if clear.empty else NO_PART + _spoken(clear)


def _clear(bridge: Bridge, *, calendar: bool) -> pd.DataFrame:
    """The drivers that are distinguishable: those of the calendar, or the others."""
    of_calendar = bridge.drivers["driver"].isin(CALENDAR_DRIVERS) == calendar
    return bridge.drivers[of_calendar & bridge.drivers["distinguishable"].astype(bool)]


def _spoken(drivers: pd.DataFrame) -> str:
    amounts = zip(drivers["driver"], drivers["amount"], strict=True)
    return ", ".join(f"{driver} {float(moved):+,.2f}" for driver, moved in amounts)
