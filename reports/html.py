"""One HTML file: the page from its templates, with Plotly and all figures inside."""

import base64
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import jinja2
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from reports.data import ReportData
from reports.page import Page, page

_TEMPLATES = Path(__file__).parent / "templates"
_INSIDE_SCRIPT = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@dataclass(frozen=True)
class Script:
    """A script of the page, and the digest by which the page's policy allows it."""

    text: str

    @property
    def digest(self) -> str:
        """As Content-Security-Policy wants it."""
        digest = hashlib.sha256(self.text.encode()).digest()
        return f"sha256-{base64.b64encode(digest).decode()}"


def write(data: ReportData, out: Path) -> Path:
    """Write the report to ``out`` in one step: a reader finds the old file or the new one, never a part."""
    text = render(page(data))
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part")
    partial = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        partial.chmod(0o644)
        partial.replace(out)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return out


def render(content: Page) -> str:
    """The page as one HTML text; every name from data is escaped."""
    scripts = (Script(get_plotlyjs()), Script(_source("charts.js")))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure_json"] = figure_json
    style = _source("style.css")
    return environment.get_template("report.html.j2").render(page=content, scripts=scripts, style=style)


def figure_json(figure: go.Figure) -> str:
    """A figure as JSON that no name can break out of, wherever a script element holds it."""
    drawn = json.loads(figure.to_json())
    return json.dumps({"data": drawn["data"], "layout": drawn["layout"]}, separators=(",", ":")).translate(
        _INSIDE_SCRIPT
    )


def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")
