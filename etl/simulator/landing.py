"""Writing the landing zone: whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from etl.errors import raise_problems

LANDING = "raw"
TRUTH = "truth.json"
SUPERSEDED = "superseded"
ORDER_FOLDER = "order_items/landing"


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder inside ``out`` whose content takes its place in ``out`` once the block has ended well."""
    raise_problems(_obstacles(out))
    out.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".simulating-", dir=out))
    try:
        yield stage
        _publish(stage, out)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def write_table(table: pa.Table, folder: Path, name: str) -> None:
    """Write one CSV with a header; values are quoted only where some of them hold a comma."""
    folder.mkdir(parents=True, exist_ok=True)
    style = "needed" if _has_commas(table) else "none"  # to Arrow, every text needs quotes
    with (folder / f"{name}.csv").open("wb") as file:
        file.write((",".join(table.column_names) + "\n").encode())
        csv.write_csv(table, file, csv.WriteOptions(include_header=False, quoting_style=style))


def order_file(day: date) -> str:
    """Name of a day's order file, without its ending."""
    return f"order_items_{day.isoformat()}"


def _obstacles(out: Path) -> Iterator[str]:
    """Whatever stands where something is to be written."""
    if out.exists() and not out.is_dir():
        yield f"{out} is a file: simulate into a folder"
    for path in (out / LANDING, out / SUPERSEDED):
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            yield f"{path} already holds files: remove it, or simulate into another folder"


def _has_commas(table: pa.Table) -> bool:
    return any(pc.any(pc.match_substring(column, ",")).as_py() for column in table.columns)


def _publish(stage: Path, out: Path) -> None:
    """Move everything staged into its place; the landing folder comes last, so it is never seen without the rest."""
    for item in sorted(stage.iterdir(), key=lambda item: item.name == LANDING):
        if (out / item.name).is_dir():
            (out / item.name).rmdir()
        item.replace(out / item.name)
