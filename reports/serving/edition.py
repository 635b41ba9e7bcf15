"""Everything that is served from one snapshot: whatever a reader sees comes from one version of every table."""

import hashlib
import json
from dataclasses import dataclass

from reports.explanation import values_of
from reports.gold import read_source
from reports.html import Link, menu_of, render_page
from reports.page import Page
from reports.pages import pages
from reports.question import Question, check_question, newest_months
from reports.reading import Reading, part_of, read
from reports.serving import documents
from reports.serving.explore import render_explore
from reports.serving.kept import Kept
from reports.site import frame_of
from reports.snapshot import Snapshot

READINGS, ANSWERS = 4, 512
EXPLORE = "explore"


@dataclass(frozen=True)
class Request:
    """A page, or a document, on a question; ``driver`` is the one whose parts are looked at."""

    name: str
    question: Question
    driver: str = ""


class Edition:
    """The pages and documents of one snapshot, each made once.

    Attributes:
        source: The source of the warehouse.
        values: The values of every dimension by which a question can be narrowed.
        question: What the report is about where the reader does not say: the newest two whole months, or as given.
        tag: A name of the versions that are served.
    """

    def __init__(self, snapshot: Snapshot, question: Question | None = None, style: str = "millions") -> None:
        self.snapshot = snapshot
        self.source = read_source(snapshot)
        self.values = values_of(snapshot)
        self.question = question or Question("net_revenue", *newest_months(self.source.days))
        self.tag = hashlib.sha256(json.dumps(sorted(snapshot.versions.items())).encode()).hexdigest()[:16]
        self._readings: Kept[Question, Reading] = Kept(lambda asked: read(snapshot, asked, style), READINGS)
        self._pages: Kept[Question, dict[str, Page]] = Kept(self._made_pages, READINGS)
        self._answers = Kept(self._made, ANSWERS)

    def answer(self, request: Request) -> bytes:
        """The page as HTML, or the document as JSON.

        Raises an ``AssayError`` where the question cannot be answered, ``KeyError`` where there is no such page.
        """
        return self._answers(request)

    def warm(self, requests: list[Request]) -> None:
        """Make the report, and what was asked of an edition before, ahead of its readers."""
        for name in self._pages(self.question):
            self.answer(Request(name, self.question))
        for request in requests:
            self.answer(request)

    def requests(self) -> list[Request]:
        """What was asked for, the newest last."""
        return self._answers.keys()

    def explained(self, question: Question) -> Reading:
        """The report's frames around the bridge of any question, of any part of the business."""
        return part_of(self._readings(self.question), question)

    def menu(self, here: Page | None, query: str = "") -> list[Link]:
        """The navigation, whose links keep the question; ``here`` is none on the page for exploring."""
        links = menu_of(list(self._pages(self.question).values()), here, query)
        return [*links, Link(f"{EXPLORE}{query}", "Explore", here is None)]

    def _made_pages(self, question: Question) -> dict[str, Page]:
        return {page.name: page for page in pages(self._readings(question))}

    def _made(self, request: Request) -> bytes:
        check_question(request.question, legacy=self.source.has_legacy_measure, held=self.source.days)
        if request.name in documents.BY_QUESTION:
            return json.dumps(documents.BY_QUESTION[request.name](self.explained(request.question))).encode()
        if request.name == EXPLORE:
            reading = self.explained(request.question)
            query = reading.question.query()
            return render_explore(reading, self.values, request.driver, self.menu(None, query)).encode()
        page = self._pages(request.question)[request.name]
        query = "" if request.question == self.question else request.question.query()
        return render_page(page, frame_of(self._readings(request.question)), self.menu(page, query)).encode()
