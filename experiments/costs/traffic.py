"""Rows and bytes of tables, from their logs alone."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from etl.storage import Location
from etl.stored import DELTA_LOG, folder_of, open_table


@dataclass(frozen=True)
class Volume:
    """Rows, bytes and files."""

    rows: int = 0
    bytes: int = 0
    files: int = 0

    def __add__(self, other: "Volume") -> "Volume":
        return Volume(self.rows + other.rows, self.bytes + other.bytes, self.files + other.files)


def held(warehouse: Location, name: str, version: int) -> Volume:
    """What the table (by full name) holds at a version."""
    files = pa.table(open_table(folder_of(warehouse, name), version).get_add_actions(flatten=True))
    rows, size = (pc.sum(files[column]).as_py() or 0 for column in ("num_records", "size_bytes"))
    return Volume(int(rows), int(size), files.num_rows)


def read(warehouse: Location, versions: Mapping[str, int]) -> Volume:
    """What all tables of ``versions`` hold."""
    return sum((held(warehouse, name, version) for name, version in versions.items()), Volume())


def written(warehouse: Location, before: Mapping[str, int], after: Mapping[str, int]) -> Volume:
    """What was added by the commits that lie between two versions of each table, whether or not it is there still."""
    commits = (commit for name, to in after.items() for commit in _commits(warehouse, name, before.get(name, -1), to))
    return sum((_added(commit) for commit in commits), Volume())


def _commits(warehouse: Location, name: str, before: int, after: int) -> Iterator[Location]:
    log = folder_of(warehouse, name) / DELTA_LOG
    paths = (log / f"{version:020d}.json" for version in range(before + 1, after + 1))
    return (path for path in paths if path.is_file())


def _added(commit: Location) -> Volume:
    actions = (json.loads(line) for line in commit.read_text(encoding="utf-8").splitlines())
    adds = [action["add"] for action in actions if "add" in action]
    rows = sum(int(json.loads(add.get("stats") or "{}").get("numRecords", 0)) for add in adds)
    return Volume(rows, sum(int(add["size"]) for add in adds), len(adds))
