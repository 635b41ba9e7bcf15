"""The page for exploring: choose measure, periods and a part of the business, and drill from a driver into places."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reports.bridge import LABELS, Bridge
from reports.data import ReportData
from reports.html import Link, render
from reports.narrative.answer import answer
from reports.narrative.where import CAUTION
from reports.page import Page
from reports.question import LEGACY, MEASURES, Question
from reports.reading import Reading
from reports.sections import bridge as bridge_section
from reports.sections import where
from reports.sections.figures import headline_figures
from reports.sentences import say
from reports.site import frame_of
from reports.summaries import divisions, months, named, tells_apart
from reports.views import Section


def render_explore(reading: Reading, values: Mapping[str, Sequence[str]], driver: str, menu: Sequence[Link]) -> str:
    """The page as HTML: the form as it stands, and its answer.

    ``values`` are what each dimension may be narrowed to; ``driver`` is the one whose parts are shown, or nothing for
    the whole change.
    """
    return render(
        "explore.html.j2",
        page=explore_page(reading, driver),
        frame=frame_of(reading),
        menu=menu,
        question=reading.question,
        chosen=dict(reading.question.where),
        measures={name: text for name, text in MEASURES.items() if _is_kept(name, reading)},
        values={name: found for name, found in values.items() if len(found) > 1},
        periods=[month.period.code for month in reversed(months(reading.data))],
    )


def explore_page(reading: Reading, driver: str) -> Page:
    """The answer to the reading's question, its bridge, and where the change, or one driver of it, lies."""
    data, bridge, question = reading.data, reading.bridge, reading.question
    title = f"{data.subject}: {data.period.label} against {data.baseline.label}"
    if bridge is None:
        return Page("explore", title, answer(data, bridge))
    links = {each.name: f"{question.query(driver=each.name)}#parts" for each in bridge.drivers}
    return Page(
        name="explore",
        title=title,
        lead=answer(data, bridge),
        figures=headline_figures(data, bridge),
        sections=(
            bridge_section.section(data, bridge, links),
            bridge_section.certainty_section(bridge),
            _parts(data, bridge, question, driver),
        ),
    )


def _parts(data: ReportData, bridge: Bridge, question: Question, driver: str) -> Section:
    """Where it lies, one dimension at a time; every value leads to the question about it alone."""
    cells = data.cells[data.cells["driver"] == driver] if driver else data.cells
    part = replace(data, cells=cells)
    prefix = f"{LABELS.get(driver, driver)} by" if driver else "By"
    charts = tuple(
        where.chart(part, dimension, bridge, _links(part, dimension, question, driver), prefix)
        for dimension in divisions(data)
        if len(cells) and tells_apart(cells, dimension)
    )
    title = f"Where {LABELS.get(driver, driver).lower()} changed it" if driver else "Where the change lies"
    told = say("Choose a name in a table, or its bar, to ask about it alone.")
    if not charts:
        told = say("The selection is a single cell: it cannot be divided further.")
    return Section("parts", title, (told,), charts=charts, caution=CAUTION if charts else None)


def _links(data: ReportData, dimension: str, question: Question, driver: str) -> dict[str, str]:
    """From a value's name, as the reader knows it, to the question narrowed to it."""
    keys = ["country", "region"] if dimension == "region" else [dimension]
    rows = data.cells[keys].assign(name=named(data.cells, dimension)).drop_duplicates("name")
    return {
        str(row["name"]): question.query(**{key: str(row[key]) for key in keys}, driver=driver)
        for _, row in rows.iterrows()
    }


def _is_kept(measure: str, reading: Reading) -> bool:
    return measure != LEGACY or reading.data.source.has_legacy_measure
