"""Tables that a command is given as a file."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from etl.errors import InputError

PARQUET = (".parquet", ".pq")


def read_table(path: Path) -> pd.DataFrame:
    """A Parquet file by its ending, anything else as CSV with a header; raises ``InputError`` for neither."""
    if not path.is_file():
        raise InputError(f"There is no file {path}.")
    try:
        table = pyarrow.parquet.read_table(path) if path.suffix.lower() in PARQUET else pyarrow.csv.read_csv(path)
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as {_kind(path)}: {str(error).splitlines()[0]}") from error
    read: pd.DataFrame = table.to_pandas(date_as_object=False)
    return read


def _kind(path: Path) -> str:
    return "Parquet" if path.suffix.lower() in PARQUET else "CSV"


def write_table(rows: pd.DataFrame, path: Path) -> None:
    """A Parquet file by its ending, anything else as CSV with a header."""
    if path.suffix.lower() in PARQUET:
        rows.to_parquet(path, index=False)
    else:
        rows.to_csv(path, index=False)


def refuse_unwritable(path: Path) -> None:
    """Raise ``InputError`` where the folder of ``path`` is not there, before any work is done."""
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}: make it first.")
