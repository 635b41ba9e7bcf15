"""Releases: manifests of table versions, each written last, when everything it names is whole.

Delta commits one table at a time. A reader that takes every table at the version of one release sees the state before
a run or the state after it, never a mixture; a run that was killed leaves no release, so the next one can tell what
to put back.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from etl.errors import InputError, LockedError
from etl.storage import Location, create
from etl.stored import newest_versions

FOLDER = "releases"
SCHEMA = 2  # of the tables that this version writes; etl.upgrade leads there from each earlier one
FIRST_SCHEMA = 1  # of releases that do not tell


@dataclass(frozen=True)
class Release:
    """Table versions by full name. ``whole`` where what follows from Gold (forecast, report) is up to date, too.

    A run of several jobs releases the refined tables before the rest, so that work done is not lost with a later job;
    readers take whole releases only. ``schema`` says what the tables look like.
    """

    number: int
    created_at: str
    batch: str
    whole: bool
    versions: dict[str, int]
    schema: int = FIRST_SCHEMA


def publish(warehouse: Location, versions: dict[str, int], batch: str, created_at: datetime, *, whole: bool) -> Release:
    """Write the next release; it is there entirely or not at all.

    Raises ``LockedError`` where another run published that one meanwhile.
    """
    newest = newest_release(warehouse)
    number = newest.number + 1 if newest else 1
    release = Release(number, created_at.isoformat(), batch, whole, dict(sorted(versions.items())), SCHEMA)
    content = json.dumps(asdict(release), indent=2).encode()
    try:
        create(_folder(warehouse) / _file_name(number), content)
    except FileExistsError as error:
        raise LockedError(f"Another run published release {number} of {warehouse} meanwhile: run again.") from error
    return release


def releases(warehouse: Location) -> list[Release]:
    """Every release, oldest first; raises ``InputError`` for a manifest that cannot be read."""
    return [_read(path) for path in _manifests(warehouse)]


def newest_release(warehouse: Location, *, whole: bool = False) -> Release | None:
    """The newest release, or the newest ``whole`` one; None before the first.

    Raises ``InputError`` for a manifest that cannot be read, or that a newer Assay wrote.
    """
    for path in reversed(_manifests(warehouse)):
        release = _read(path)
        if release.whole or not whole:
            return release
    return None


def readable_versions(warehouse: Location) -> dict[str, int]:
    """The version of every table that readers take: the newest whole release, or, without one, the newest of each.

    Raises ``InputError`` where the warehouse was never filled.
    """
    release = newest_release(warehouse, whole=True)
    if release is not None:
        return release.versions
    stored = newest_versions(warehouse)
    if not stored:
        raise InputError(
            f"There is no warehouse in {warehouse} yet: fill it with assay refresh (or see assay demo), "
            "or name another folder with --warehouse."
        )
    return stored


def release_whole(warehouse: Location, versions: dict[str, int], created_at: datetime) -> None:
    """Let readers have ``versions``, unless that is what they have."""
    newest = newest_release(warehouse)
    if newest is None or not newest.whole or newest.versions != versions:
        publish(warehouse, versions, newest.batch if newest else "", created_at, whole=True)


def withdraw(warehouse: Location, release: Release) -> None:
    """Forget a release: its versions need not be kept any longer."""
    (_folder(warehouse) / _file_name(release.number)).unlink()


def _file_name(number: int) -> str:
    return f"{number:08d}.json"


def _manifests(warehouse: Location) -> list[Location]:
    """Every manifest, oldest first."""
    found: list[Location] = [*_folder(warehouse).glob("*.json")]
    return sorted(found, key=str)


def _folder(warehouse: Location) -> Location:
    return warehouse / FOLDER


def _read(path: Location) -> Release:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        schema = int(document.get("schema", FIRST_SCHEMA))
        release = Release(**document) if schema <= SCHEMA else None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"The release {path} cannot be read: remove it to go back to the one before.") from error
    if release is None:
        raise InputError(
            f"A newer Assay wrote the warehouse {path.parents[1]}: its schema is {schema}, and this version knows none "
            f"beyond {SCHEMA}. Install that version, or name another folder with --warehouse."
        )
    return release
