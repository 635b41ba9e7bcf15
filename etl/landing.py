"""The landing folder: which files are there, and each one's lines as Arrow text columns."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.errors import InputError, raise_problems
from etl.source import Source

UNFINISHED = (".tmp", ".part")


@dataclass(frozen=True)
class LandedFile:
    """A file of a feed; ``name`` is its path below the landing folder, with forward slashes."""

    feed: str
    name: str
    path: Path
    size_bytes: int
    content_hash: str
    arrival_date: date | None


def landed_files(source: Source, landing: Path, as_of: date | None = None) -> list[LandedFile]:
    """Every file of the source's feeds, by name, that had arrived by the end of ``as_of``.

    Raises ``InputError`` where the folder or a feed that is not optional has no files.
    """
    if not landing.is_dir():
        raise InputError(f"There is no landing folder {landing}: give its path with --landing, or run assay simulate.")
    found = [file for feed in source.feeds for file in _feed_files(source, landing, feed, as_of)]
    raise_problems(_missing_feeds(source, landing, found))
    return sorted(found, key=lambda file: file.name)


def _feed_files(source: Source, landing: Path, feed: str, as_of: date | None) -> Iterator[LandedFile]:
    for path in landing.glob(source.feeds[feed].path):
        name = path.relative_to(landing).as_posix()
        arrival = source.arrived_on(name)
        late = as_of is not None and arrival is not None and arrival > as_of
        if path.is_file() and path.suffix not in UNFINISHED and not late:
            content_hash = _sha256(path)
            yield LandedFile(feed, name, path, path.stat().st_size, content_hash, arrival)


def _missing_feeds(source: Source, landing: Path, found: list[LandedFile]) -> Iterator[str]:
    present = {file.feed for file in found}
    for name, feed in source.feeds.items():
        if not feed.optional and name not in present:
            yield f"No files of feed {name!r}: source {source.name} expects {feed.path} below {landing}."


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
