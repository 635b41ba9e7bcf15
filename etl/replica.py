"""A warehouse as it was: its tables at given versions, in a folder of their own that may be changed freely.

Files of a Delta table never change once written, so the replica's are hard links: it takes no time and no room.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from deltalake.exceptions import DeltaError

from etl.errors import raise_problems
from etl.stored import open_table, restore_table


@contextmanager
def replica(warehouse: Path, versions: Mapping[str, int]) -> Iterator[Path]:
    """A folder with the tables of ``warehouse`` at ``versions`` (by full name), for the length of the block.

    Raises ``InputError`` naming every table that cannot be read at its version any more.
    """
    with TemporaryDirectory(dir=warehouse.resolve(), prefix="replica-") as name:
        folder = Path(name)
        raise_problems(filter(None, (_linked(warehouse, folder, *each) for each in versions.items())))
        yield folder


def _linked(warehouse: Path, folder: Path, full_name: str, version: int) -> str | None:
    """Link one table; what stands against it, as a sentence."""
    source, target = (root.joinpath(*full_name.split(".")) for root in (warehouse, folder))
    gone = f"{full_name} cannot be read at version {version} any more: assay maintain removes old versions."
    if not source.is_dir():
        return gone
    shutil.copytree(source, target, copy_function=os.link)
    try:
        restore_table(target, version)
    except DeltaError:
        return gone
    return None if all((target / path).is_file() for path in _files(target)) else gone


def _files(folder: Path) -> list[str]:
    return list(open_table(folder).get_add_actions(flatten=True)["path"].to_pylist())
