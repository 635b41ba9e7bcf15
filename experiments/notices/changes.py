"""What happened in a refresh that others want to know, found by comparing two releases."""

from collections.abc import Iterator, Mapping

import pandas as pd

from etl.schemas.results import GLD_CHAMPION_DECISIONS, GLD_CLAIMS, GLD_DIPS
from etl.storage import Location
from etl.stored import stored_rows
from experiments.notices.event import BROKEN_CLAIM, CHAMPION, DIP, LATE, Event
from reports.status.freshness import Freshness

Versions = Mapping[str, int]


def changes(warehouse: Location, before: Versions, after: Versions) -> Iterator[Event]:
    """New dips, claims that broke and champions that changed from one release to a later one."""
    for table, found in ((GLD_DIPS, _dips), (GLD_CLAIMS, _claims), (GLD_CHAMPION_DECISIONS, _champions)):
        if before.get(table.full_name) != after.get(table.full_name):
            yield from found(*(stored_rows(warehouse, table, versions) for versions in (before, after)))


def lateness(freshness: Freshness) -> Iterator[Event]:
    """That days are due and not there."""
    if freshness.days_late:
        hours = freshness.late.total_seconds() / 3600
        message = f"The newest business day is {freshness.newest}: {freshness.days_late} due days are missing"
        yield Event(LATE, message, {"newest_business_day": str(freshness.newest), "hours_late": round(hours, 1)})


def _dips(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[Event]:
    new = after[~after["dip_id"].isin(before["dip_id"]) & (after["amount"] < 0)]
    for row in new.sort_values("dip_id").to_dict("records"):
        days = f"{row['first_day']} to {row['last_day']}"
        message = f"{row['measure']} of {row['series']} from {days} fell below what was expected"
        shown = {name: row[name] for name in ("dip_id", "measure", "series", "actual", "expected", "low", "high")}
        yield Event(DIP, message, {**shown, "first_day": str(row["first_day"]), "last_day": str(row["last_day"])})


def _claims(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[Event]:
    held = before.loc[before["result"] == "holds", "claim_id"]
    broke = after[(after["result"] == "broken") & after["claim_id"].isin(held)]
    for row in broke.sort_values("claim_id").to_dict("records"):
        told = {name: row[name] for name in ("claim_id", "text", "evidence")}
        yield Event(BROKEN_CLAIM, f"No longer true: {row['text']}", told)


def _champions(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[Event]:
    key = ["as_of", "measure", "challenger_version", "decision"]
    known = set(before[key].itertuples(index=False, name=None))
    for row in after[after["decision"] != "kept"].sort_values(key).to_dict("records"):
        if tuple(row[name] for name in key) not in known:
            now = f"{row['challenger']}, version {row['challenger_version']}"
            details = {name: str(row[name]) for name in (*key, "challenger", "reason")}
            yield Event(CHAMPION, f"{row['measure']} is forecast by {now}: {row['reason']}", details)
