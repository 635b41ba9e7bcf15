"""The causes that can be told from noise: where, on which days, how much."""

from etl.periods import Period
from reports import numbers
from reports.bridge import LABELS
from reports.reading import Reading
from reports.segments import Segment, segments_of
from reports.sentences import Sentence, money, say
from reports.views import Section, table

TITLE = "Causes, by place and day"
NORMAL = "normal_variation"


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
    return Section("causes", TITLE, tuple(_told(each, reading) for each in found), tables=tables, is_list=True)


def leading(reading: Reading, most: int) -> list[Sentence]:
    """The first verdicts, but for the one that says there is none."""
    found = segments_of(reading.snapshot, reading.question)
    return [_told(each, reading) for each in found if each.code != NORMAL][:most]


def _told(each: Segment, reading: Reading) -> Sentence:
    name = each.code.replace("_", " ").capitalize()
    if each.amount is None:
        return say("{name}: {evidence}.", name=name, evidence=each.evidence.rstrip("."))
    unit = reading.data.unit
    return say(
        "{name}, {place}{days}: {verb} {amount} (95% interval {interval}).",
        name=name,
        place=each.place,
        days=f", {_days(each)}" if each.dates else "",
        verb="took" if each.amount < 0 else "added",
        amount=money(abs(each.amount), unit),
        interval=numbers.interval(each.low or 0.0, each.high or 0.0, unit),
    )


def _row(each: Segment, reading: Reading) -> tuple[str, ...]:
    unit = reading.data.unit
    driver = LABELS.get(each.driver or "", each.driver or "")
    interval = numbers.interval(each.low or 0.0, each.high or 0.0, unit)
    return each.place, _days(each), driver, numbers.signed(each.amount or 0.0, unit), interval


def _days(each: Segment) -> str:
    return Period(*each.dates).label if each.dates else "all"
