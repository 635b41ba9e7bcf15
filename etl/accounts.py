"""Account for every landed row: landed = kept + quarantined + superseded, by file."""

from collections.abc import Iterable
from datetime import datetime

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.bronze import feed_table
from etl.lakehouse import Lakehouse
from etl.ledger import Entry, Plan
from etl.schemas.ops import OPS_QUARANTINE
from etl.silver import silver_table
from etl.source import Source

COUNTS = ["rows_landed", "rows_kept", "rows_quarantined", "rows_superseded"]


def account(
    lakehouse: Lakehouse, source: Source, plan: Plan, ledger: pd.DataFrame, superseded: dict[str, pd.DataFrame],
    now: datetime,
) -> pd.DataFrame:  # fmt: skip
    """``ops_files``: every file with its counts and its fate; that they add up is that table's contract.

    Rows are counted in the tables as written, for the tables that were: those in ``superseded``, which has
    ``file_name, rows_superseded`` from the settling of repeated keys. The counts of other files are the ``ledger``'s.
    """
    accounts = _listed(plan, ledger, now)
    if superseded:
        counted = _counts(lakehouse, source, superseded)
        anew = accounts["feed"].isin(superseded)
        for name in COUNTS:
            accounts.loc[anew, name] = accounts.loc[anew, "file_name"].map(counted[name])
    accounts[COUNTS] = accounts[COUNTS].apply(pd.to_numeric).fillna(0).astype("int64")
    return accounts.assign(state=_states(accounts))


def _listed(plan: Plan, ledger: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """The files with what the ledger knows of them already."""
    listed = pd.DataFrame([_row(entry) for entry in plan.entries])
    known = ledger[["file_name", *COUNTS, "first_seen", "batch"]]
    listed = listed.merge(known, on="file_name", how="left")
    listed["first_seen"] = listed["first_seen"].mask(listed["first_seen"].isna(), pd.to_datetime(now, utc=True))
    taken = listed["file_name"].isin({file.name for file in plan.taken})
    listed["batch"] = listed["batch"].mask(taken | listed["batch"].isna(), plan.batch)
    return listed


def _row(entry: Entry) -> dict[str, object]:
    file = entry.file
    return {
        "file_name": file.name,
        "feed": file.feed,
        "size_bytes": file.size_bytes,
        "content_hash": file.content_hash,
        "arrival_date": file.arrival_date,
        "modified_ns": file.modified_ns,
        "same_as": entry.same_as,
    }


def _counts(lakehouse: Lakehouse, source: Source, superseded: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The four counts by file name, a missing one null."""
    quarantined = lakehouse.read(OPS_QUARANTINE).where(F.col("feed").isin(list(superseded)))
    counted = {
        "rows_landed": _by_file(lakehouse.read(feed_table(source, feed)) for feed in superseded),
        "rows_kept": _by_file(lakehouse.read(silver_table(name)) for name in superseded),
        "rows_quarantined": _by_file([quarantined]),
        "rows_superseded": pd.concat(superseded.values()).set_index("file_name")["rows_superseded"],
    }
    return pd.DataFrame(counted)


def _by_file(tables: Iterable[DataFrame]) -> pd.Series:
    counts = [rows.groupBy("file_name").agg(F.count(F.lit(1)).alias("rows")).toPandas() for rows in tables]
    return pd.concat(counts).set_index("file_name")["rows"]


def _states(files: pd.DataFrame) -> pd.Series:
    landed = files.set_index("file_name")["rows_landed"]
    # a file without rows is no duplicate of another one without rows
    with_rows = files["same_as"].map(landed).fillna(0) > 0
    state = pd.Series("quarantined", index=files.index, dtype=object)
    state = state.mask(files["rows_superseded"] > 0, "superseded").mask(files["rows_kept"] > 0, "loaded")
    return state.mask(files["rows_landed"] == 0, "empty").mask(with_rows, "duplicate")
