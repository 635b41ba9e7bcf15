"""The causes that can be told from noise: where, on which days, how much."""

from collections.abc import Sequence

from etl.periods import Period
from reports import numbers
from reports.bridge import LABELS, Certainty, Driver
from reports.narrative.effects import moved
from reports.numbers import Unit
from reports.reading import Reading
from reports.segments import Segment, segments_of
from reports.sentences import Sentence, listed, say
from reports.views import Section, table

TITLE = "Causes, by place and day"
NAMES = {
    "aov_change": "Change in order value",
    "fx_change": "Change of exchange rates",
    "volume_change": "Change in orders",
}
NORMAL = "normal_variation"
TOLD = 8  # the table has them all
CALENDAR = "calendar"  # has a section of its own


def section(reading: Reading) -> Section:
    """Every verdict in a sentence, and the causes in a table."""
    found = segments_of(reading.snapshot, reading.question)
    if not found:
        none = say("Gold holds no search for causes by place and day for this question: `assay explain` makes one.")
        return Section("causes", TITLE, (none,))
    causes = [each for each in found if each.amount is not None]
    rows = [_row(each, reading) for each in causes]
    headers = ("Where", "Days", "Driver", "Amount", "95% interval")
    unit = reading.data.unit.name
    tables = (table(f"Causes, {unit}", headers, rows, text_columns=3),) if rows else ()
    told = _sentences([each for each in found if each.code != CALENDAR], reading.data.unit)[:TOLD]
    return Section("causes", TITLE, tuple(told), tables=tables, is_list=True)


def leading(reading: Reading, most: int) -> list[Sentence]:
    """The first verdicts, but for the one that says there is none."""
    found = segments_of(reading.snapshot, reading.question)
    return _sentences([each for each in found if each.code not in (NORMAL, CALENDAR)], reading.data.unit)[:most]


def _sentences(found: list[Segment], unit: Unit) -> list[Sentence]:
    """One for each verdict; those without an amount that say the same of other days share one."""
    alike: dict[tuple[str, str, object], list[Segment]] = {}
    for number, each in enumerate(found):
        alike.setdefault((each.code, each.evidence, None if each.amount is None else number), []).append(each)
    return [cause_sentence(first, unit, others) for first, *others in alike.values()]


def cause_sentence(each: Segment, unit: Unit, alike: Sequence[Segment] = ()) -> Sentence:
    """Such as: Outage, South, Mobile, 16 to 19 September 2025: took INR 2,100 (95% interval INR 1,200 to 3,000).

    ``alike`` say the same of other days.
    """
    name = NAMES.get(each.code) or each.code.replace("_", " ").capitalize()
    days = [_days(dated) for dated in (each, *alike) if dated.dates]
    if each.amount is None:
        when = f", {listed(days)}" if days else ""
        return say("{name}{when}: {evidence}.", name=name, when=when, evidence=each.evidence.rstrip("."))
    return say(
        "{name}, {place}{days}: {moved}.",
        name=name,
        place=each.place,
        days=f", {listed(days)}" if days else "",
        moved=_moved(each, each.amount, unit),
    )


def _moved(each: Segment, amount: float, unit: Unit) -> Sentence:
    """Such as: took INR 19.6M; with the interval where it is one and not a point."""
    low, high = (each.low, each.high) if _has_interval(each) else (None, None)
    driver = each.driver or ""
    return moved(Driver(driver, driver, "", amount, low, high, Certainty.DISTINGUISHABLE, None), unit)


def _has_interval(each: Segment) -> bool:
    """Whether the amount is uncertain: that of a fault in the data is a count of what stands there."""
    return each.low is not None and each.high is not None and each.low < each.high


def _row(each: Segment, reading: Reading) -> tuple[str, ...]:
    unit = reading.data.unit
    driver = LABELS.get(each.driver or "", each.driver or "")
    interval = numbers.interval(each.low or 0.0, each.high or 0.0, unit) if _has_interval(each) else ""
    return each.place, _days(each), driver, numbers.signed(each.amount or 0.0, unit), interval


def _days(each: Segment) -> str:
    return Period(*each.dates).label if each.dates else "all"
