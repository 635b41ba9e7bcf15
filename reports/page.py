"""The whole report in order: the answer first, then what supports it."""

from dataclasses import dataclass

from reports.bridge import read_bridge
from reports.data import ReportData
from reports.narrative.answer import answer, warnings
from reports.sections import sections
from reports.sections.figures import headline_figures
from reports.sentences import Sentence
from reports.views import Figure, Section


@dataclass(frozen=True)
class Page:
    """What the template renders."""

    title: str
    subtitle: str
    answer: tuple[Sentence, ...]
    warnings: tuple[Sentence, ...]
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]


def page(data: ReportData) -> Page:
    """Everything the report says about ``data``."""
    bridge = read_bridge(data.bridge)
    newest = f"data to {data.newest_day:%-d %B %Y}" if data.newest_day else "no orders yet"
    return Page(
        title=f"{data.subject}: {data.period.label} against {data.baseline.label}",
        subtitle=f"{data.source.name}, amounts in {data.money.name}, {newest}",
        answer=answer(data, bridge),
        warnings=tuple(warnings(data, bridge)),
        figures=headline_figures(data, bridge),
        sections=sections(data, bridge),
    )
