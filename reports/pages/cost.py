"""What a refresh costs: time, memory and money by step and run, storage by table, and what more data would cost."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reports import numbers
from reports.costs import FACTORS, Costs, read_costs
from reports.page import Page
from reports.reading import Reading
from reports.sentences import Sentence, Value, count, say
from reports.summaries import shortened
from reports.views import Cell, Section, Table, table

RUNS_SHOWN = 30
MB, GB = 1e6, 1e9
MONTH = 30
Row = tuple[str, ...]
TABLES_SHOWN = 10


def page(reading: Reading) -> Page:
    """What the newest runs used, what one of each costs, bytes of every table, and a projection."""
    costs, stored = read_costs(reading.snapshot), reading.snapshot.stored()
    storage = Section("storage", "Storage", _growth(costs), tables=(_storage(stored),))
    sections: tuple[Section, ...] = (storage,)
    if len(costs.by_run()):
        sections = (
            Section("steps", "By step, as each ran last", (), tables=(_steps(costs),)),
            Section("units", "What one of each costs", (), tables=(_units(costs),)),
            Section("runs", "Runs", (), tables=(_runs(costs),)),
            storage,
            Section("projection", "With more data", _basis(costs), tables=(_projection(costs, stored),)),
        )
    return Page(
        name="cost",
        title="What it costs to run",
        lead=(_last(costs), _size(stored), _money(costs)),
        sections=sections,
    )


def _last(costs: Costs) -> Sentence:
    runs = costs.by_run()
    if runs.empty:
        return say("No run's costs are recorded yet.")
    last = runs.iloc[-1]
    return say(
        "The last run took {seconds} for {steps}, {cpu} of CPU time, and {memory} of memory at most.",
        seconds=_seconds(float(last["seconds"])),
        steps=count(int(last["steps"]), "step"),
        cpu=_seconds(float(last["cpu_seconds"])),
        memory=Value(float(last["peak_memory_bytes"]) / GB, f"{last['peak_memory_bytes'] / GB:,.2f} GB"),
    )


def _size(stored: pd.DataFrame) -> Sentence:
    total = float(stored["bytes"].sum())
    return say("The tables hold {size} in {tables}.", size=_bytes(total), tables=count(len(stored), "table"))


def _money(costs: Costs) -> Sentence:
    units = costs.unit_costs().set_index("name")["money"].dropna()
    if "A day" not in units:
        return say("No prices were given, so time and storage are not turned into money: see assay refresh --prices.")
    return say("A day costs {money} of CPU time.", money=_price(float(units["A day"]), costs.currency))


def _steps(costs: Costs) -> Table:
    names = ("Step", "Seconds", "CPU seconds", "Memory, MB", "Rows read", "Read, MB", "Rows written", "Written, MB")
    rows = [_step(row) for row in costs.newest().to_dict("records")]
    return _table(costs, "Steps", names, ("Money",), rows)


def _step(row: Mapping[Any, Any]) -> Row:
    read, written = (f"{row['rows_read']:,}", _mb(row["bytes_read"])), (f"{row['rows_written']:,}",)
    return str(row["step"]), *_used(row), *read, *written, _mb(row["bytes_written"]), _amount(row["money"])


def _units(costs: Costs) -> Table:
    units = costs.unit_costs().to_dict("records")
    rows = [(str(unit["name"]), f"{unit['cpu_seconds']:,.3f}", _amount(unit["money"])) for unit in units]
    return _table(costs, "One of each", ("What", "CPU seconds"), ("Money",), rows)


def _runs(costs: Costs) -> Table:
    names = ("Begun, UTC", "Steps that worked", "Seconds", "CPU seconds", "Memory, MB", "Written, MB")
    newest = costs.by_run()[::-1].head(RUNS_SHOWN)
    return _table(costs, "Runs, newest first", names, ("Money",), [_run(row) for row in newest.to_dict("records")])


def _run(row: Mapping[Any, Any]) -> Row:
    begun = f"{row['started_at']:%Y-%m-%d %H:%M}"
    return begun, str(row["steps"]), *_used(row), _mb(row["bytes_written"]), _amount(row["money"])


def _used(row: Mapping[Any, Any]) -> Row:
    return f"{row['seconds']:,.1f}", f"{row['cpu_seconds']:,.1f}", _mb(row["peak_memory_bytes"])


def _table(costs: Costs, caption: str, names: Row, money: Row, rows: Sequence[Row]) -> Table:
    """A table whose last columns are ``money``: left out where no prices were given."""
    if not costs.currency:
        return table(caption, names, [row[: len(names)] for row in rows])
    return table(caption, (*names, *(f"{name}, {costs.currency}" for name in money)), rows)


def _growth(costs: Costs) -> tuple[Sentence, ...]:
    runs = costs.stored_by_run()
    if len(runs) < 2:
        return ()
    first, last = runs.iloc[0], runs.iloc[-1]
    days = (last["started_at"] - first["started_at"]) / pd.Timedelta(days=1)
    grown = Value(float(last["bytes"] - first["bytes"]) / MB, f"{(last['bytes'] - first['bytes']) / MB:+,.1f} MB")
    return (say("Between the first recorded run and the last, {days} later, they grew by {size}.",
                days=Value(float(days), f"{days:,.1f} days"), size=grown),)  # fmt: skip


def _storage(stored: pd.DataFrame) -> Table:
    total = float(stored["bytes"].sum())
    rows = [
        (str(name), f"{int(rows):,}", _bytes(float(size)).shown, Cell(numbers.percent(size / total), bar=size / total))
        for name, rows, size in shortened(stored, TABLES_SHOWN, "{count} smaller tables").itertuples(index=False)
    ]
    return table("Tables, at the versions this report reads", ("Table", "Rows", "Size", "Share"), rows)


def _basis(costs: Costs) -> tuple[Sentence, ...]:
    grown = costs.growth()
    measured = grown[grown["measured"]]
    if measured.empty:
        return (say("Every step is taken to grow in proportion to the data: too few runs of different sizes tell."),)
    named = ", ".join(f"{row['step']} by {row['exponent']:.2f}" for row in measured.to_dict("records"))
    told = "Measured powers of the data by which CPU time grows: {named}; the other steps in proportion."
    return (say(told, named=named),)


def _projection(costs: Costs, stored: pd.DataFrame) -> Table:
    rows: list[Row] = []
    for factor in (1, *FACTORS):
        grown = costs.projected(factor)
        money, cpu = grown["money"].sum(min_count=1), float(grown["cpu_seconds"].sum())
        size = float(stored["bytes"].sum()) * factor
        rows.append((f"{factor} times", f"{cpu:,.0f}", f"{size / GB:,.2f}", _amount(money), _amount(money * MONTH)))
    names = ("Data", "CPU seconds", "Storage, GB")
    return _table(costs, "A day's refresh", names, ("A day", f"{MONTH} days"), rows)


def _seconds(value: float) -> Value:
    return Value(value, f"{value:,.1f} seconds")


def _bytes(value: float) -> Value:
    return Value(value / MB, f"{_mb(value)} MB")


def _mb(value: float) -> str:
    return f"{value / MB:,.1f}"


def _price(money: float, currency: str) -> Value:
    return Value(money, f"{currency} {_amount(money)}")


def _amount(money: float) -> str:
    return "" if pd.isna(money) else f"{money:,.6f}" if money < 1 else f"{money:,.2f}"
