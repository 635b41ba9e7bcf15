"""The summary as Markdown, for mail or chat."""

import re
from collections.abc import Iterator

from etl.storage import Location
from reports.narrative.answer import answer, findings, warnings
from reports.narrative.calendar import what_followed
from reports.narrative.outlook import outlook_sentences
from reports.pages.recommendations import recommended
from reports.reading import Reading
from reports.sections.figures import headline_figures
from reports.site import replacing

# what Markdown, or the HTML inside it, would take for markup
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def write_markdown(reading: Reading, out: Location) -> Location:
    """Write the summary to ``out`` in one step."""
    with replacing(out) as partial:
        partial.write_text(summary(reading), encoding="utf-8")
    return out


def summary(reading: Reading) -> str:
    """The answer, the figures, what is sure, and what comes next."""
    return "\n".join(_lines(reading)) + "\n"


def _lines(reading: Reading) -> Iterator[str]:
    data, bridge = reading.data, reading.bridge
    yield f"# {_plain(f'{data.subject}: {data.period.label} against {data.baseline.label}')}\n"
    yield from (f"{_plain(sentence.text)}\n" for sentence in answer(data, bridge))
    yield from (f"> {_plain(sentence.text)}\n" for sentence in warnings(data, bridge))
    yield from _figures(reading)
    followed = what_followed(data, bridge) if bridge else None
    told = [*(findings(bridge) if bridge else []), *([followed] if followed else []), *outlook_sentences(data)[:1]]
    yield from (f"- {_plain(sentence.text)}" for sentence in told)
    yield from (f"- {_plain(f'{each.text} {each.reason.text}')}" for each in recommended(reading)[:3])


def _figures(reading: Reading) -> Iterator[str]:
    figures = headline_figures(reading.data, reading.bridge)
    if figures:
        yield "| | | |\n|---|---:|---|"
        yield from (f"| {_plain(f.label)} | {_plain(f.number)} | {_plain(f.context)} |" for f in figures)
        yield ""


def _plain(text: str) -> str:
    return MARKUP.sub(r"\\\1", " ".join(text.split()))
