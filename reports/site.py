"""The report as a folder of pages, or as one file; what is there before stays readable until the new one is whole."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from etl.errors import UsageError
from etl.periods import long_date
from etl.storage import Location, remove_tree
from reports.html import Frame, Link, assets, render_page, render_single
from reports.layout import ASSETS, FRONT
from reports.pages import MENU, pages
from reports.reading import Reading

if TYPE_CHECKING:
    from upath import UPath

FORWARD = '<!doctype html><meta charset="utf-8"><title>Report</title><meta http-equiv="refresh" content="0; url=../{}">'


def write_site(reading: Reading, out: Location) -> Location:
    """Write every page into the folder ``out``, and return its front page.

    ``out`` becomes a link to a folder beside it, which is swapped in one step; the folder before the last is removed.
    In an object store, which has no links, its front page leads there. Raises ``UsageError`` where something that is
    no report is in the way.
    """
    if not isinstance(out, Path):
        return _write_stored(reading, out)
    if out.exists() and not (out / ASSETS).is_dir():
        raise UsageError(f"{out} is there already and no report: name another folder, or remove it.")
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    folder.chmod(0o755)
    try:
        for name, text in files(reading):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder)
        raise
    _swap(out, folder)
    return out / FRONT


def _write_stored(reading: Reading, out: "UPath") -> "UPath":
    from etl.object_store import put

    front = out / FRONT
    before = front.read_text(encoding="utf-8") if front.is_file() else ""
    folder = out.parent / f".{out.name}.{secrets.token_hex(4)}"
    for name, text in files(reading):
        put(folder / name, text.encode())
    put(front, FORWARD.format(f"{folder.name}/{FRONT}").encode())
    for old in out.parent.glob(f".{out.name}.*"):
        if old.name != folder.name and old.name not in before:
            remove_tree(old)
    return front


def write_single(reading: Reading, out: Location) -> Location:
    """Write everything into the one file ``out``, in one step."""
    text = single(reading)
    with replacing(out) as partial:
        partial.write_text(text, encoding="utf-8")
    return out


def single(reading: Reading) -> str:
    """Every page in one text that needs nothing beside it."""
    menu = [Link(f"#{name}", entry.text) for name, entry in MENU.items()]
    return render_single(list(pages(reading)), frame_of(reading), menu)


def files(reading: Reading) -> Iterator[tuple[str, str]]:
    """Name and text of every file of the site, what pages share first."""
    for asset in assets():
        yield f"{ASSETS}/{asset.name}", asset.text
    frame = frame_of(reading)
    for page in pages(reading):
        yield f"{page.name}.html", render_page(page, frame, menu_of(page.name))


def menu_of(here: str, query: str = "") -> list[Link]:
    """The navigation as seen from the page ``here``; ``query`` goes with every link."""
    return [Link(f"{name}.html{query}", entry.text, name == here) for name, entry in MENU.items()]


def frame_of(reading: Reading) -> Frame:
    """What stands around every page of a reading."""
    newest = reading.data.newest_day
    return Frame(reading.data.source.name, reading.question, long_date(newest) if newest else "no orders yet")


@contextmanager
def replacing(out: Location) -> Iterator[Path]:
    """A file to write that takes the place of ``out`` at the end of the block; nothing is left where it fails."""
    if not isinstance(out, Path):
        with _uploading(out) as partial:
            yield partial
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=out.suffix)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o644)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _uploading(out: "UPath") -> Iterator[Path]:
    from etl.object_store import put

    with tempfile.TemporaryDirectory() as folder:
        partial = Path(folder, out.name)
        yield partial
        put(out, partial.read_bytes())


def _swap(out: Path, folder: Path) -> None:
    """Point ``out`` at ``folder``; the folder it pointed at stays for who is reading it, older ones go."""
    if not out.is_symlink() and out.exists():  # a copy of a report, made without its link
        out.rename(folder.with_suffix(".copy"))
    before = out.resolve()
    link = folder.with_suffix(".link")
    link.symlink_to(folder.name)
    link.replace(out)
    for old in out.parent.glob(f".{out.name}.*"):
        if old not in (folder, before):
            shutil.rmtree(old, ignore_errors=True)
