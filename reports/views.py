"""What a page shows, as plain data: sections of sentences, charts and tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from reports.sentences import Sentence


@dataclass(frozen=True)
class Cell:
    """One cell of a table; ``bar`` between -1 and 1 draws a bar behind the number, ``link`` leads to another page."""

    text: str
    bar: float | None = None
    link: str | None = None


@dataclass(frozen=True)
class Table:
    """A table; the first ``text_columns`` hold words, the others numbers."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    text_columns: int = 1


@dataclass(frozen=True)
class Chart:
    """A figure under a title that says what it shows, with the numbers behind it."""

    name: str
    title: str
    description: str
    figure: go.Figure
    table: Table
    note: str = ""
    legend: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a page; blocks follow its sentences, ``verdict`` marks one that passes a judgement."""

    name: str
    title: str
    sentences: tuple[Sentence, ...]
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    caution: Sentence | None = None
    is_list: bool = False
    command: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class Figure:
    """One headline number with a line of context."""

    label: str
    number: str
    context: str
    pale: bool = False


def table(caption: str, headers: Sequence[str], rows: Sequence[Sequence[str | Cell]], text_columns: int = 1) -> Table:
    """A table from rows of text."""
    cells = tuple(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows)
    return Table(caption, tuple(headers), cells, text_columns)
