"""A page of the report, as plain data."""

from dataclasses import dataclass

from reports.sentences import Sentence
from reports.views import Figure, Section


@dataclass(frozen=True)
class Page:
    """What the template renders: the finding first, then what supports it.

    ``name`` is the file's name without its ending.
    """

    name: str
    title: str
    lead: tuple[Sentence, ...]
    sections: tuple[Section, ...] = ()
    figures: tuple[Figure, ...] = ()
    warnings: tuple[Sentence, ...] = ()
