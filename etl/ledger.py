"""The ledger of landed files and what a run has to do: the difference of what was taken and what should be.

Which files count is a function of the files alone, not of the order in which they came: of several files of a feed with
the same content, the first by arrival and name counts and the others are refused.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from etl.editions import file_name, is_later
from etl.landing import LandedFile
from etl.storage import Location


@dataclass(frozen=True)
class Entry:
    """A file as the ledger lists it; ``same_as`` names the file whose rows stand for those of a refused one."""

    file: LandedFile
    same_as: str | None = None


@dataclass(frozen=True)
class Plan:
    """What a run does: ``taken`` files are read, earlier rows of ``removed`` names go, ``entries`` will be listed.

    ``vanished`` files are in the ledger but no longer in the landing folder: their rows stay.
    """

    entries: tuple[Entry, ...]
    taken: tuple[LandedFile, ...]
    removed: tuple[tuple[str, str], ...]
    vanished: tuple[str, ...]

    @cached_property
    def batch(self) -> str:
        """A key of the batch's content: the same files give the same key whenever they are taken."""
        content = [sorted((file.name, file.content_hash) for file in self.taken), sorted(self.removed)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]

    def touches(self, feed: str) -> bool:
        """Whether lines of ``feed`` come or go."""
        return any(file.feed == feed for file in self.taken) or any(of == feed for of, _ in self.removed)

    def names(self, feed: str) -> list[str]:
        """The files of ``feed`` whose lines come or go."""
        return sorted({file.name for file in self.taken_of(feed)} | {name for of, name in self.removed if of == feed})

    def taken_of(self, feed: str) -> list[LandedFile]:
        """The files of ``feed`` to read."""
        return [file for file in self.taken if file.feed == feed]


def plan(found: Iterable[LandedFile], ledger: Iterable[Entry], as_of: date | None = None) -> Plan:
    """What to do so that the files ``found`` count, and those of ``ledger`` that are gone still do.

    What had not arrived by ``as_of`` does not count, whatever the ledger says.
    """
    listed = {entry.file.name: entry for entry in ledger}
    here = {file.name: file for file in found}
    counted = {name: entry.file for name, entry in listed.items() if entry.same_as is None}
    gone = {name: file for name, file in counted.items() if name not in here and had_arrived(file, as_of)}
    entries = _settled([*here.values(), *gone.values()])
    counting = {entry.file.name: entry.file for entry in entries if entry.same_as is None}
    taken = [file for name, file in counting.items() if not _same(file, counted.get(name))]
    removed = [(file.feed, name) for name, file in counted.items() if not _same(file, counting.get(name))]
    return Plan(entries, tuple(taken), tuple(sorted(removed)), tuple(sorted(gone)))


def had_arrived(file: LandedFile, as_of: date | None) -> bool:
    """Whether the file had arrived by the end of ``as_of``; one whose arrival is not known had."""
    return as_of is None or file.arrival_date is None or file.arrival_date <= as_of


def _settled(files: list[LandedFile]) -> tuple[Entry, ...]:
    first: dict[tuple[str, str, str], str] = {}
    entries = []
    for file in sorted(files, key=lambda file: (str(file.arrival_date or ""), file.name)):
        # what a file says once more, after it said something else, is no duplicate
        edition = file.name if is_later(file.name) else ""
        original = first.setdefault((file.feed, file.content_hash, edition), file.name)
        entries.append(Entry(file, None if original == file.name else original))
    return tuple(sorted(entries, key=lambda entry: entry.file.name))


def _same(file: LandedFile, other: LandedFile | None) -> bool:
    return other is not None and (file.feed, file.content_hash) == (other.feed, other.content_hash)


def entries_of(ledger: pd.DataFrame, landing: Location) -> list[Entry]:
    """The rows of ``ops_files`` as entries; a file is looked for in ``landing``."""
    return [_entry(row, landing) for row in ledger.to_dict("records")]


def _entry(row: Mapping[Any, Any], landing: Location) -> Entry:
    name = row["file_name"]
    known = [row[column] for column in ("size_bytes", "content_hash", "arrival_date", "modified_ns")]
    return Entry(LandedFile(row["feed"], name, landing / file_name(name), *known), row["same_as"])
