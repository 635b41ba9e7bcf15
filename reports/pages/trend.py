"""How revenue and orders went over time."""

from reports.narrative.trend import trend_sentences
from reports.page import Page
from reports.reading import Reading
from reports.sections import daily, places


def page(reading: Reading) -> Page:
    """Months, then days with festivals and unusual days marked."""
    return Page(
        name="trend",
        title="How it went over time",
        lead=tuple(trend_sentences(reading.data)),
        sections=(places.months_section(reading.data), daily.section(reading.data)),
    )
