"""What the calendar took."""

from etl.periods import Period
from reports.bridge import Bridge
from reports.data import ReportData
from reports.marks import marks
from reports.narrative.calendar import calendar_sentences, daily_rates, festivals_named, what_followed
from reports.sentences import Sentence, say
from reports.summaries import main_country
from reports.views import Section

TITLE = "What the calendar took, and what followed"


def section(data: ReportData, bridge: Bridge | None) -> Section:
    """Length, weekdays and festivals; then the period after."""
    if bridge is None:
        return Section("calendar", TITLE, (say("Without a bridge the calendar's part is unknown."),))
    sentences = [*calendar_sentences(data, bridge), _festivals(data), daily_rates(data, _periods(data))]
    return Section(
        "calendar",
        TITLE,
        tuple(sentence for sentence in [*sentences, what_followed(data, bridge)] if sentence),
        is_list=True,
    )


def _festivals(data: ReportData) -> Sentence | None:
    if data.calendar.empty:
        return say("Gold has no calendar, so festivals are not named.")
    country = main_country(data)
    return festivals_named(country, {p.label: marks(data.calendar, country, p) for p in (data.baseline, data.period)})


def _periods(data: ReportData) -> list[Period]:
    """The two compared, and the next one where it is whole."""
    later = data.period.following
    whole = data.newest_day is not None and data.newest_day >= later.last
    return [data.baseline, data.period, later] if whole else [data.baseline, data.period]
