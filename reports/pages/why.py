"""Why the measure moved: the bridge, the calendar, the places, the segments and the dips."""

from reports.narrative.answer import why
from reports.page import Page
from reports.pages.dips import dip_section
from reports.reading import Reading
from reports.sections import bridge, calendar, segments, where
from reports.sentences import say


def page(reading: Reading) -> Page:
    """Everything Gold knows about the movement."""
    data, found = reading.data, reading.bridge
    return Page(
        name="why",
        title=f"Why {data.subject.lower()} moved from {data.baseline.label} to {data.period.label}",
        lead=(why(data, found) if found else say("Gold cannot say why: it holds no bridge for these periods."),),
        sections=(
            bridge.section(data, found),
            bridge.certainty_section(found),
            segments.section(reading),
            calendar.section(data, found),
            where.section(data, found),
            dip_section(reading),
        ),
    )
