"""What must hold of a warehouse, each with what was found."""

from dataclasses import dataclass

import pandas as pd

from etl.tables import TABLES


@dataclass(frozen=True)
class Check:
    """A check and whether it holds, with what was found."""

    name: str
    holds: bool
    found: str


def accounts(files: pd.DataFrame) -> Check:
    """Whether every landed row of ``ops_files`` was kept, quarantined or superseded."""
    accounted = files["rows_kept"] + files["rows_quarantined"] + files["rows_superseded"]
    quarantined = int(files["rows_quarantined"].sum())
    found = f"{int(files['rows_landed'].sum()):,} rows of {len(files):,} files, {quarantined:,} quarantined"
    return Check("Rows accounted for", bool((files["rows_landed"] == accounted).all()), found)


def quality(rows: pd.DataFrame) -> Check:
    """Whether nothing in ``ops_quality`` stopped the newest run; what warns is named, too."""
    beyond = rows[rows["outcome"].isin(["warns", "stops"])].sort_values(["outcome", "table_name", "name"])
    named = [
        f"{row.table_name}, {row.name} {row.outcome}: {row.meaning} is {row.value:.4g}" for row in beyond.itertuples()
    ]
    found = f"{int((rows['outcome'] == 'holds').sum())} of {len(rows)} thresholds and expectations hold"
    return Check("Quality", not (rows["outcome"] == "stops").any(), "; ".join([found, *named]))


def tables(versions: dict[str, int]) -> Check:
    """Whether there are tables."""
    written = [name for name, table in TABLES.items() if table.full_name in versions]
    return Check("Tables", bool(written), f"{len(written)} of {len(TABLES)} written")


def last_run(runs: pd.DataFrame) -> Check:
    """Whether the newest run of ``ops_runs`` ended well."""
    if runs.empty:
        return Check("Last run", True, "none yet")
    newest = runs[runs["run_id"] == runs.sort_values(["started_at", "position"])["run_id"].iloc[-1]]
    ended = newest[newest["state"].fillna("done") != "done"]
    if ended.empty:
        return Check("Last run", True, f"{len(newest)} steps done")
    failed = ended.iloc[-1]
    return Check("Last run", False, f"{failed['step']} {failed['state']}: {failed['error']}")
