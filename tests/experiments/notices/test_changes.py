"""What a later release says that the one before did not."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pandas as pd
from deltalake import write_deltalake

from etl.contracts import Table
from etl.frames import arrow_table
from etl.schemas.results import GLD_CHAMPION_DECISIONS, GLD_CLAIMS, GLD_DIPS
from experiments.notices.changes import changes, lateness
from reports.status.freshness import Due, Freshness

DAY = date(2025, 10, 31)


def write(warehouse, table: Table, *rows: dict[str, object]) -> None:
    write_deltalake(warehouse / table.layer / table.name, arrow_table(table, pd.DataFrame(rows)), mode="overwrite")


def told(warehouse, table: Table) -> list[tuple[str, str]]:
    found = changes(warehouse, {table.full_name: 0}, {table.full_name: 1})
    return [(event.kind, event.message) for event in found]


def test_a_dip_is_told_once_and_a_rise_never(tmp_path):
    known, new, rise = (
        {"dip_id": name, "measure": "orders", "series": "total", "first_day": DAY, "last_day": DAY, "amount": amount}
        for name, amount in (("a", -1.0), ("b", -1.0), ("c", 1.0))
    )
    write(tmp_path, GLD_DIPS, known)
    write(tmp_path, GLD_DIPS, known, new, rise)
    message = "orders of total from 2025-10-31 to 2025-10-31 fell below what was expected"
    assert told(tmp_path, GLD_DIPS) == [("dip", message)]


def test_a_claim_is_told_when_it_held_before(tmp_path):
    def claims(*results: str) -> list[dict[str, object]]:
        return [{"claim_id": f"{n}", "text": f"Claim {n}.", "result": result} for n, result in enumerate(results)]

    write(tmp_path, GLD_CLAIMS, *claims("holds", "broken", "unknown", "holds"))
    write(tmp_path, GLD_CLAIMS, *claims("broken", "broken", "broken", "holds"))
    assert told(tmp_path, GLD_CLAIMS) == [("broken-claim", "No longer true: Claim 0.")]


def test_a_champion_is_told_when_it_changes(tmp_path):
    def decision(name: str, version: str) -> dict[str, object]:
        shared = {"as_of": DAY, "measure": "orders", "reason": "it is better", "challenger": "Mix"}
        return {**shared, "decision": name, "challenger_version": version}

    write(tmp_path, GLD_CHAMPION_DECISIONS, decision("first", "1"))
    write(tmp_path, GLD_CHAMPION_DECISIONS, decision("first", "1"), decision("kept", "2"), decision("promoted", "3"))
    assert told(tmp_path, GLD_CHAMPION_DECISIONS) == [
        ("champion", "orders is forecast by Mix, version 3: it is better")
    ]


def test_a_table_of_the_same_version_tells_nothing(tmp_path):
    assert list(changes(tmp_path, {GLD_DIPS.full_name: 3}, {GLD_DIPS.full_name: 3})) == []


def test_days_that_are_late_are_told():
    due = Due(time(6), ZoneInfo("UTC"))
    assert list(lateness(Freshness(DAY, due, datetime(2025, 11, 2, 5, tzinfo=UTC)))) == []
    (event,) = lateness(Freshness(DAY, due, datetime(2025, 11, 2, 18, tzinfo=UTC)))
    assert (event.kind, event.details["hours_late"]) == ("late", 12.0)
