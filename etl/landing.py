"""The landing folder: which files are there, and each one's lines as Arrow text columns."""

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.errors import InputError, raise_problems
from etl.source import Source

UNFINISHED = (".tmp", ".part")
# a file changed this recently may change again within the same tick of a coarse clock, so its time proves nothing
SETTLED_NS = 2_000_000_000
UNTRUSTED = 0
SMALL = 1 << 16


@dataclass(frozen=True)
class LandedFile:
    """A file of a feed; ``name`` is its path below the landing folder, with forward slashes.

    ``modified_ns`` is when it last changed (ns since 1970), 0 where that is too recent to prove that it did not change.
    """

    feed: str
    name: str
    path: Path
    size_bytes: int
    content_hash: str
    arrival_date: date | None
    modified_ns: int = UNTRUSTED

    def holds_lines(self) -> bool:
        """Whether there is more than a header; a file that is not small text is taken to hold some."""
        if self.size_bytes > SMALL or not self.path.is_file():
            return True
        return sum(bool(line.strip()) for line in self.path.read_bytes().splitlines()) > 1

    def is_unchanged(self) -> bool:
        """Whether the file is still there as it was looked at."""
        try:
            stat = self.path.stat()
        except OSError:
            return False
        return stat.st_size == self.size_bytes and self.modified_ns in {UNTRUSTED, stat.st_mtime_ns}


@dataclass(frozen=True)
class Landing:
    """What lies in a landing folder: ``files`` by name, and the names of ``unfinished`` ones, still being written."""

    files: list[LandedFile]
    unfinished: list[str]


def look(
    source: Source, landing: Path, as_of: date | None = None, known: Mapping[str, LandedFile] | None = None
) -> Landing:
    """The files of the source's feeds that had arrived by the end of ``as_of``.

    Of ``known`` files, by name, those of the same size and time of change are taken to be unchanged; others are hashed.
    Raises ``InputError`` where there is no folder, or no file, here or known, of a feed that is not optional.
    """
    if not landing.is_dir():
        raise InputError(f"There is no landing folder {landing}: give its path with --landing, or run assay simulate.")
    known = known or {}
    found = [seen for feed in source.feeds for seen in _feed_files(source, landing, feed, as_of, known)]
    files = sorted((file for file in found if isinstance(file, LandedFile)), key=lambda file: file.name)
    raise_problems(_missing_feeds(source, landing, [*files, *known.values()]))
    return Landing(files, sorted(name for name in found if isinstance(name, str)))


def landed_files(source: Source, landing: Path, as_of: date | None = None) -> list[LandedFile]:
    """The files that are whole, by name."""
    return look(source, landing, as_of).files


def _feed_files(
    source: Source, landing: Path, feed: str, as_of: date | None, known: Mapping[str, LandedFile]
) -> Iterator[LandedFile | str]:
    """Whole files, and the names of those still being written."""
    for path in landing.glob(source.feeds[feed].path):
        name = path.relative_to(landing).as_posix()
        arrival = source.arrived_on(name)
        late = as_of is not None and arrival is not None and arrival > as_of
        if not path.is_file() or late:
            continue
        yield name if path.suffix in UNFINISHED else _described(feed, name, path, arrival, known.get(name)) or name


def _described(feed: str, name: str, path: Path, arrival: date | None, known: LandedFile | None) -> LandedFile | None:
    """The file, or None where it changed or went while it was looked at."""
    try:
        return _looked_at(feed, name, path, arrival, known)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from error


def _looked_at(feed: str, name: str, path: Path, arrival: date | None, known: LandedFile | None) -> LandedFile | None:
    before = path.stat()
    modified_ns = before.st_mtime_ns if time.time_ns() - before.st_mtime_ns > SETTLED_NS else UNTRUSTED
    if known is not None and (known.size_bytes, known.modified_ns) == (before.st_size, before.st_mtime_ns):
        return LandedFile(feed, name, path, before.st_size, known.content_hash, arrival, modified_ns)
    content_hash = _sha256(path)
    if _changed(before, path.stat()):
        return None
    return LandedFile(feed, name, path, before.st_size, content_hash, arrival, modified_ns)


def _changed(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)


def _missing_feeds(source: Source, landing: Path, present_files: list[LandedFile]) -> Iterator[str]:
    present = {file.feed for file in present_files}
    for name, feed in source.feeds.items():
        if not feed.optional and name not in present:
            yield f"No files of feed {name!r}: source {source.name} expects {feed.path} below {landing}."


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
