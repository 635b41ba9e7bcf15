"""Where a warehouse or a landing folder lies: a folder of this machine, or one of an object store."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from etl.errors import InputError

if TYPE_CHECKING:
    from upath import UPath

# a path of this machine is pathlib's own; where it is no such thing, the object store is imported
Location: TypeAlias = "Path | UPath"


@dataclass(frozen=True)
class StoredFile:
    """A file and when it last changed (ns since 1970; of an object store in whole seconds)."""

    path: Location
    size_bytes: int
    modified_ns: int


def location(text: str) -> Location:
    """The folder or file that ``text`` names, a path or a URL; raises ``UsageError`` for a store that is not known."""
    if "://" not in text:
        return Path(text)
    from etl.object_store import store_path

    return store_path(text)


def find_files(folder: Location, pattern: str) -> Iterator[tuple[str, StoredFile]]:
    """The files below ``folder`` that match a glob ``pattern``, each with its path from there."""
    if isinstance(folder, Path):
        for path in folder.glob(pattern):
            if path.is_file():
                yield path.relative_to(folder).as_posix(), stored_file(path)
        return
    from etl.object_store import list_files

    for name, size, modified_ns in list_files(folder, pattern):
        yield name, StoredFile(folder / name, size, modified_ns)


def stored_file(path: Location) -> StoredFile:
    """The file as it is now; raises ``FileNotFoundError`` where it is gone."""
    stat = path.stat()
    return StoredFile(path, stat.st_size, stat.st_mtime_ns)


def read_stored(path: Location) -> tuple[StoredFile, bytes]:
    """The file as it was when it was read, and its content; raises ``FileNotFoundError`` where it is gone."""
    if isinstance(path, Path):
        content = path.read_bytes()
        return stored_file(path), content
    from etl.object_store import get

    content, modified_ns = get(path)
    return StoredFile(path, len(content), modified_ns), content


def create(path: Location, content: bytes) -> None:
    """Write a file that was not there, entirely or not at all; raises ``FileExistsError`` where there is another.

    Of two writers at once an object store lets one through; for a local folder the lock does.
    """
    if not isinstance(path, Path):
        from etl.object_store import put_new

        put_new(path, content)
    elif path.exists():
        raise FileExistsError(f"{path} is there already.")
    else:
        _write_local(path, content)


def _write_local(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    with unfinished.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)


def remove_tree(folder: Location) -> None:
    """Remove a folder with all that is in it; one that is not there is no fault."""
    if not folder.exists():
        return
    if isinstance(folder, Path):
        shutil.rmtree(folder)
    else:
        folder.rmdir(recursive=True)


def make_folder(folder: Location) -> None:
    """Make a folder; an object store has none to make. Raises ``InputError`` where it cannot be written."""
    if not isinstance(folder, Path):
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The warehouse {folder} cannot be written: {error.strerror}.") from error
