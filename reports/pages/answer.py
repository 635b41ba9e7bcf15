"""The first page: what happened, why, how sure, and what next."""

from reports.narrative.answer import answer, warnings
from reports.narrative.calendar import what_followed
from reports.narrative.outlook import outlook_sentences
from reports.page import Page
from reports.pages.recommendations import recommended
from reports.reading import Reading
from reports.sections import bridge as bridge_section
from reports.sections import segments
from reports.sections.figures import headline_figures
from reports.sentences import say
from reports.views import Section

TOP = 3


def page(reading: Reading) -> Page:
    """The answer in two sentences and its figures, the bridge, and what comes next."""
    data, bridge = reading.data, reading.bridge
    return Page(
        name="index",
        title=f"{data.subject}: {data.period.label} against {data.baseline.label}",
        lead=answer(data, bridge),
        warnings=tuple(warnings(data, bridge)),
        figures=headline_figures(data, bridge),
        sections=(
            bridge_section.section(data, bridge),
            bridge_section.certainty_section(bridge),
            _next(reading),
        ),
    )


def _next(reading: Reading) -> Section:
    """The causes that were named, what followed, what is expected, and what to do."""
    causes = segments.leading(reading, TOP)
    followed = what_followed(reading.data, reading.bridge) if reading.bridge else None
    expected = outlook_sentences(reading.data)[:1]
    advice = [say("{text} {reason}", text=row.text, reason=row.reason) for row in recommended(reading)[:TOP]]
    return Section(
        "next",
        "What was behind it, and what next",
        tuple(found for found in (*causes, followed, *expected, *advice) if found),
        is_list=True,
    )
