"""The landing folder: which files are there, and each one's lines as Arrow text columns."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from etl.errors import InputError, raise_problems
from etl.source import Source
from etl.storage import Location, StoredFile, find_files, read_stored, stored_file

UNFINISHED = (".tmp", ".part")
# a file changed this recently may change again within the same tick of a coarse clock, so its time proves nothing
SETTLED_NS = 2_000_000_000
UNTRUSTED = 0
SMALL = 1 << 16
READERS = 16  # files looked into at a time: an object store answers many requests in the time of one


@dataclass(frozen=True)
class LandedFile:
    """A file of a feed; ``name`` is its path below the landing folder, with forward slashes.

    ``modified_ns`` is when it last changed (ns since 1970), 0 where that is too recent to prove that it did not change.
    """

    feed: str
    name: str
    path: Location
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
            now = stored_file(self.path)
        except OSError:
            return False
        return now.size_bytes == self.size_bytes and self.modified_ns in {UNTRUSTED, now.modified_ns}


@dataclass(frozen=True)
class Landing:
    """What lies in a landing folder: ``files`` by name, and the names of ``unfinished`` ones, still being written."""

    files: list[LandedFile]
    unfinished: list[str]


def look(
    source: Source, landing: Location, as_of: date | None = None, known: Mapping[str, LandedFile] | None = None
) -> Landing:
    """The files of the source's feeds that had arrived by the end of ``as_of``.

    Of ``known`` files, by name, those of the same size and time of change are taken to be unchanged; others are hashed.
    Raises ``InputError`` where there is no folder, or no file, here or known, of a feed that is not optional.
    """
    if not landing.is_dir():
        raise InputError(f"There is no landing folder {landing}: give its path with --landing, or run assay simulate.")
    known = known or {}
    arrived = [file for feed in source.feeds for file in _arrived(source, landing, feed, as_of)]
    with ThreadPoolExecutor(READERS) as pool:
        found = list(pool.map(lambda file: _look_at(file, known.get(file.name)), arrived))
    files = sorted((file for file in found if isinstance(file, LandedFile)), key=lambda file: file.name)
    raise_problems(_missing_feeds(source, landing, [*files, *known.values()]))
    return Landing(files, sorted(name for name in found if isinstance(name, str)))


def landed_files(source: Source, landing: Location, as_of: date | None = None) -> list[LandedFile]:
    """The files that are whole, by name."""
    return look(source, landing, as_of).files


@dataclass(frozen=True)
class _Arrived:
    """A file of a feed before it was looked into."""

    feed: str
    name: str
    stored: StoredFile
    arrival_date: date | None


def _arrived(source: Source, landing: Location, feed: str, as_of: date | None) -> Iterator[_Arrived]:
    """The feed's files that had arrived by the end of ``as_of``."""
    for name, stored in find_files(landing, source.feeds[feed].path):
        arrival = source.arrived_on(name)
        if as_of is None or arrival is None or arrival <= as_of:
            yield _Arrived(feed, name, stored, arrival)


def _look_at(file: _Arrived, known: LandedFile | None) -> LandedFile | str:
    """The file where it is whole, or the name of one that is still being written."""
    if PurePosixPath(file.name).suffix in UNFINISHED:
        return file.name
    stored = file.stored
    modified_ns = stored.modified_ns if time.time_ns() - stored.modified_ns > SETTLED_NS else UNTRUSTED
    if known is not None and (known.size_bytes, known.modified_ns) == (stored.size_bytes, stored.modified_ns):
        content_hash = known.content_hash
    else:
        try:
            now, content = read_stored(stored.path)
        except FileNotFoundError:
            return file.name
        except OSError as error:
            raise InputError(f"{file.name} cannot be read: {error.strerror}.") from error
        if now != stored:
            return file.name
        content_hash = hashlib.sha256(content).hexdigest()
    return LandedFile(
        file.feed, file.name, stored.path, stored.size_bytes, content_hash, file.arrival_date, modified_ns
    )


def _missing_feeds(source: Source, landing: Location, present_files: list[LandedFile]) -> Iterator[str]:
    present = {file.feed for file in present_files}
    for name, feed in source.feeds.items():
        if not feed.optional and name not in present:
            yield f"No files of feed {name!r}: source {source.name} expects {feed.path} below {landing}."
