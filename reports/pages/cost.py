"""What a refresh costs: time by step, and storage by table."""

import pandas as pd

from etl.schemas.ops import OPS_RUNS
from reports import numbers
from reports.page import Page
from reports.reading import Reading
from reports.sentences import Sentence, Value, count, say
from reports.views import Section, Table, table

RUNS_SHOWN = 30


def page(reading: Reading) -> Page:
    """Seconds of the newest runs, bytes of every table."""
    runs = _runs(reading)
    stored = reading.snapshot.stored()
    return Page(
        name="cost",
        title="What it costs to run",
        lead=(_last(runs), _size(stored), say("No price is declared, so time and storage are not turned into money.")),
        sections=(_run_section(runs), _storage_section(stored)),
    )


def _runs(reading: Reading) -> pd.DataFrame:
    """One row a run, the newest first: run_id, started_at, steps, seconds."""
    sql = f"""
        select run_id, min(started_at) as started_at, count(*) as steps, sum(seconds) as seconds
        from {OPS_RUNS.name} group by run_id order by started_at desc, run_id
    """  # noqa: S608 - the name of a contract
    return reading.snapshot.query(sql, [OPS_RUNS])


def _last(runs: pd.DataFrame) -> Sentence:
    if runs.empty:
        return say("The ledger of runs is empty.")
    last = runs.iloc[0]
    return say(
        "The last run took {seconds} for {steps}.",
        seconds=_seconds(float(last["seconds"])),
        steps=count(int(last["steps"]), "step"),
    )


def _size(stored: pd.DataFrame) -> Sentence:
    total = float(stored["bytes"].sum())
    return say("The tables hold {size} in {tables}.", size=_bytes(total), tables=count(len(stored), "table"))


def _run_section(runs: pd.DataFrame) -> Section:
    rows = [
        (f"{started:%Y-%m-%d %H:%M}", str(int(steps)), f"{seconds:,.1f}")
        for started, steps, seconds in runs.head(RUNS_SHOWN)[["started_at", "steps", "seconds"]].itertuples(index=False)
    ]
    shown = table("Runs, newest first", ("Begun, UTC", "Steps that worked", "Seconds"), rows)
    return Section("runs", "Time", (), tables=(shown,) if rows else ())


def _storage_section(stored: pd.DataFrame) -> Section:
    return Section("storage", "Storage", (), tables=(_storage(stored),))


def _storage(stored: pd.DataFrame) -> Table:
    total = float(stored["bytes"].sum())
    rows = [
        (str(name), f"{int(rows):,}", _bytes(float(size)).shown, numbers.percent(size / total))
        for name, rows, size in stored[["name", "rows", "bytes"]].itertuples(index=False)
    ]
    return table("Tables, at the versions this report reads", ("Table", "Rows", "Size", "Share"), rows)


def _seconds(value: float) -> Value:
    return Value(value, f"{value:,.1f} seconds")


def _bytes(value: float) -> Value:
    return Value(value / 1e6, f"{value / 1e6:,.1f} MB")
