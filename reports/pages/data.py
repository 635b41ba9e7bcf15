"""What came in, and what it is worth."""

from reports.narrative.inputs import newest_sentence
from reports.page import Page
from reports.reading import Reading
from reports.sections import inputs, quality
from reports.sentences import say


def page(reading: Reading) -> Page:
    """Files, rows, quarantine, restatements, quality."""
    newest = newest_sentence(reading.data)
    return Page(
        name="data",
        title="The data behind it",
        lead=(newest or say("Gold holds no orders."), quality.quality_sentence(reading)),
        sections=(
            inputs.section(reading.data),
            quality.quality_section(reading),
            quality.restatements_section(reading),
        ),
    )
