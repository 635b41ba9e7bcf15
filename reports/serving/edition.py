"""Everything that is served from one snapshot: whatever a reader sees comes from one version of every table."""

import hashlib
import json
from dataclasses import dataclass

from reports.gold import days_sold, read_source
from reports.html import Link, render_page
from reports.kept import Kept
from reports.pages import MENU, page
from reports.question import Question, newest_comparison
from reports.reading import Reading, part_of, read
from reports.serving import documents
from reports.serving.explore import render_explore
from reports.site import frame_of, menu_of
from reports.snapshot import Snapshot
from reports.sold import Sold

READINGS, ANSWERS = 4, 512
EXPLORE = "explore"


@dataclass(frozen=True)
class Request:
    """A page, or a document, on a question; ``driver`` is the one whose parts are looked at."""

    name: str
    question: Question
    driver: str = ""


class Edition:
    """The pages and documents of one snapshot, each made once, when it is first asked for.

    Attributes:
        source: The source of the warehouse.
        values: The values of every dimension by which a question can be narrowed.
        question: What the report is about where the reader does not say: the newest comparison, or as given.
        tag: A name of the versions that are served.
    """

    def __init__(self, snapshot: Snapshot, question: Question | None = None, style: str = "millions") -> None:
        self.snapshot = snapshot
        self.source = read_source(snapshot)
        self.values = Sold(snapshot).values
        self.question = question or Question("net_revenue", *newest_comparison(days_sold(snapshot)))
        self.tag = hashlib.sha256(json.dumps(sorted(snapshot.versions.items())).encode()).hexdigest()[:16]
        self._base: Kept[None, Reading] = Kept(lambda _: read(snapshot, self.question, style), 1)
        self._readings: Kept[Question, Reading] = Kept(self._read, READINGS)
        self._answers = Kept(self._made, ANSWERS)

    @property
    def base(self) -> Reading:
        """The report's own question, read: other questions share its frames."""
        return self._base(None)

    def answer(self, request: Request) -> bytes:
        """The page as HTML, or the document as JSON.

        Raises an ``AssayError`` where the question cannot be answered, ``KeyError`` where there is no such page.
        """
        return self._answers(request)

    def ready(self, request: Request) -> bytes | None:
        """The answer where it was made before, without waiting for anything."""
        return self._answers.ready(request)

    def warm(self, requests: list[Request]) -> None:
        """Make the pages of the menu, and what was asked of an edition before, ahead of its readers."""
        for name in MENU:
            self.answer(Request(name, self.question))
        self.base.sold.lines(self.question.baseline, self.question.period)
        for request in requests:
            self.answer(request)

    def requests(self) -> list[Request]:
        """What was asked for, the newest last."""
        return self._answers.keys()

    def _read(self, question: Question) -> Reading:
        return self.base if question == self.question else part_of(self.base, question)

    def _made(self, request: Request) -> bytes:
        reading = self._readings(request.question)
        if request.name in documents.BY_QUESTION:
            return json.dumps(documents.BY_QUESTION[request.name](reading)).encode()
        query = request.question.query()
        if request.name == EXPLORE:
            return render_explore(reading, self.values, request.driver, _menu(EXPLORE, query)).encode()
        shown = _menu(request.name, "" if request.question == self.question else query)
        return render_page(page(reading, request.name), frame_of(reading), shown).encode()


def _menu(here: str, query: str) -> list[Link]:
    """The navigation, whose links keep the question."""
    return [*menu_of(here, query), Link(f"{EXPLORE}{query}", "Explore", here == EXPLORE)]
