"""Pages as HTML: every name from data escaped, every script named by the page's policy."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jinja2
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from reports.page import Page
from reports.question import Question

_TEMPLATES = Path(__file__).parent / "templates"
_INSIDE_SCRIPT = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@dataclass(frozen=True)
class Asset:
    """A file that pages share; its name changes with its content, so that it may be kept for ever."""

    stem: str
    kind: str
    text: str

    @cached_property
    def name(self) -> str:
        """Such as charts-1f3a9c0b.js."""
        return f"{self.stem}-{hashlib.sha256(self.text.encode()).hexdigest()[:8]}.{self.kind}"

    @cached_property
    def digest(self) -> str:
        """As Content-Security-Policy wants it of an inline script."""
        digest = hashlib.sha256(self.text.encode()).digest()
        return f"sha256-{base64.b64encode(digest).decode()}"


@dataclass(frozen=True)
class Link:
    """An entry of the navigation."""

    href: str
    text: str
    is_here: bool = False


@dataclass(frozen=True)
class Frame:
    """What stands around every page: whose data, the question, and as of when."""

    source: str
    question: Question
    newest: str


@cache
def assets() -> tuple[Asset, ...]:
    """Plotly, the charts' script, and the style sheet."""
    return (
        Asset("plotly", "js", get_plotlyjs()),
        Asset("charts", "js", _source("charts.js")),
        Asset("style", "css", _source("style.css")),
    )


def render_page(page: Page, frame: Frame, menu: Sequence[Link]) -> str:
    """One page of the site, which finds what it shares in the folder ``assets``."""
    return _template("page.html.j2").render(page=page, frame=frame, menu=menu, **_shared())


def render_single(pages: Sequence[Page], frame: Frame, menu: Sequence[Link]) -> str:
    """All pages in one text that needs nothing beside it."""
    return _template("single.html.j2").render(pages=pages, frame=frame, menu=menu, **_shared())


def render(template: str, **values: Any) -> str:  # noqa: ANN401 - whatever the template takes
    """A page of the workbench, with the shared assets at hand."""
    return _template(template).render(**values, **_shared())


def figure_json(figure: go.Figure) -> str:
    """A figure as JSON that no name can break out of, wherever a script element holds it."""
    drawn = json.loads(figure.to_json())
    return json.dumps({"data": drawn["data"], "layout": drawn["layout"]}, separators=(",", ":")).translate(
        _INSIDE_SCRIPT
    )


def _shared() -> dict[str, Asset]:
    return {asset.stem: asset for asset in assets()}


@cache
def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure_json"] = figure_json
    return environment


def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")
