"""How to make the same report again."""

import shlex
from typing import Any

import pandas as pd

from reports.data import ReportData
from reports.sentences import Sentence, say
from reports.views import Section, Table, table

TITLE = "How to reproduce it"
DEFINITIONS = {
    "net_revenue": "Net revenue is quantity times list price, less the exact discount and what came back, "
    "without tax, in {currency} at the exchange rate of the order's day.",
    "net_amount_inr": "The legacy measure is quantity times price, less the discount rounded up, plus tax, in INR "
    "at the fixed rates of 15 October 2025, rounded up on every line.",
    "orders": "An order counts once, on its day, when at least one of its lines was sold.",
    "units": "Units are the quantities of all lines sold.",
}


def section(data: ReportData) -> Section:
    """The measure's definition, the command, the runs and the table versions."""
    sentences = (say(DEFINITIONS[data.measure], currency=data.source.currency), *_runs(data), *_versions(data))
    tables = tuple(found for found in (_version_table(data), _step_table(data.runs)) if found.rows)
    return Section("reproduce", TITLE, sentences, tables=tables, command=command(data))


def command(data: ReportData) -> str:
    """What to type."""
    options = {
        "--source": data.source.name,
        "--period": data.period.code,
        "--baseline": data.baseline.code,
        "--measure": data.measure,
    }
    return shlex.join(["assay", "report", *(word for option in options.items() for word in option)])


def _runs(data: ReportData) -> list[Sentence]:
    bridge_runs = data.bridge["run_id"].dropna()
    found = []
    if len(bridge_runs):
        found.append(say("The bridge is from MLflow run {run}.", run=str(bridge_runs.iloc[0])))
    if len(data.runs):
        started = data.runs["started_at"].min()
        found.append(
            say(
                "The tables are from refresh {run}, begun {when} UTC.",
                run=str(data.runs["run_id"].iloc[0]),
                when=f"{started:%Y-%m-%d %H:%M}",
            )
        )
    return found


def _versions(data: ReportData) -> list[Sentence]:
    if not data.versions:
        return []
    return [
        say("Delta keeps every version: read the tables at the versions below, and the command gives the same figures.")
    ]


def _version_table(data: ReportData) -> Table:
    return table(
        "Table versions",
        ("Table", "Version"),
        [(name, str(version)) for name, version in sorted(data.versions.items())],
    )


def _step_table(runs: pd.DataFrame) -> Table:
    return table("Steps of the last run", ("Step", "Rows", "Seconds"), [_step(run) for run in runs.to_dict("records")])


def _step(run: dict[Any, Any]) -> tuple[str, str, str]:
    rows = "" if pd.isna(run["rows"]) else f"{int(run['rows']):,}"
    return str(run["step"]), rows, "" if pd.isna(run["seconds"]) else f"{run['seconds']:.1f}"
