"""Account for every landed row: landed = kept + quarantined + superseded, by file."""

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.bronze import feed_table
from etl.lakehouse import Lakehouse
from etl.landing import LandedFile
from etl.schemas.ops import OPS_QUARANTINE
from etl.silver import silver_table
from etl.source import Source

COUNTS = ["rows_landed", "rows_kept", "rows_quarantined", "rows_superseded"]


def account(lakehouse: Lakehouse, source: Source, files: list[LandedFile], superseded: pd.DataFrame) -> pd.DataFrame:
    """``ops_files``: every file with its counts and its fate; that they add up is that table's contract.

    Landed, kept and quarantined rows are counted in the tables as written; ``superseded`` has
    ``file_name, rows_superseded`` from the settling of repeated keys.
    """
    counted = [
        _counted([lakehouse.read(feed_table(source, feed)) for feed in source.feeds], "rows_landed"),
        _counted([lakehouse.read(silver_table(name)) for name in source.accounted_tables], "rows_kept"),
        _counted([lakehouse.read(OPS_QUARANTINE)], "rows_quarantined"),
        superseded,
    ]
    accounts = _listed(files)
    for counts in counted:
        accounts = accounts.merge(counts, on="file_name", how="left")
    accounts[COUNTS] = accounts[COUNTS].fillna(0).astype("int64")
    return accounts.assign(state=accounts.apply(_state, axis=1).astype(object))


def _listed(files: list[LandedFile]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "file_name": [file.name for file in files],
            "feed": [file.feed for file in files],
            "size_bytes": [file.size_bytes for file in files],
            "content_hash": [file.content_hash for file in files],
            "arrival_date": [file.arrival_date for file in files],
        }
    )


def _counted(tables: list[DataFrame], name: str) -> pd.DataFrame:
    by_file = [rows.groupBy("file_name").agg(F.count(F.lit(1)).alias(name)).toPandas() for rows in tables]
    return pd.concat(by_file, ignore_index=True)


def _state(file: pd.Series) -> str:
    if file["rows_landed"] == 0:
        return "empty"
    if file["rows_kept"]:
        return "loaded"
    return "superseded" if file["rows_superseded"] else "quarantined"
