"""Why the forecast changed, whether reality drifted from it, and which champion makes it."""

# ruff: noqa: S608 - statements are made of the names of contracts

import pandas as pd

from etl.contracts import Table as Contract
from etl.periods import long_date
from etl.schemas.results import GLD_CHAMPION_DECISIONS, GLD_FORECAST_CHANGE, GLD_FORECAST_DRIFT
from reports import numbers
from reports.question import MEASURES
from reports.reading import Reading
from reports.sentences import Sentence, Value, count, money, say, signed
from reports.views import Section, table

EFFECTS = {
    "new_data": "the days since",
    "restated_history": "earlier days told otherwise now",
    "covariates": "what was announced since, such as promotions",
    "model": "another model or calibration",
}
KINDS = {"level": "the level", "season": "the weekly pattern", "variance": "the spread"}
DECISIONS_SHOWN = 10


def change_section(reading: Reading) -> Section:
    """The difference to the forecast before, for the same days, by cause; the causes add up."""
    rows = _newest(reading, GLD_FORECAST_CHANGE, "series = 'total' and measure = 'net_revenue'")
    title = "Why it changed"
    if rows.empty:
        return Section("change", title, (say("There is no earlier forecast of these days to compare with."),))
    unit = reading.data.currency
    sums = rows[["previous", *EFFECTS, "current"]].sum()
    told = say(
        "For the same {days}, the forecast of {before} expected {previous}; this one expects {current}: {change}.",
        days=count(len(rows), "day"),
        before=long_date(rows["previous_as_of"].iloc[0].date()),
        previous=money(float(sums["previous"]), unit),
        current=money(float(sums["current"]), unit),
        change=signed(float(sums["current"] - sums["previous"]), unit),
    )
    cells = [(text.capitalize(), numbers.signed_short(float(sums[name]), unit)) for name, text in EFFECTS.items()]
    shown = table(f"What changed it, net revenue in {unit.name}", ("Cause", "Amount"), cells)
    return Section("change", title, (told,), tables=(shown,))


def watch_section(reading: Reading) -> Section | None:
    """Drift of the days since from what was forecast for them, and the decisions on the champion."""
    drifts = _newest(reading, GLD_FORECAST_DRIFT, "drifted")
    decisions = reading.snapshot.rows(
        GLD_CHAMPION_DECISIONS, ["as_of", "measure", "decision", "challenger", "reason"]
    ).sort_values("as_of", ascending=False)
    if drifts.empty and decisions.empty:
        return None
    cells = [
        (long_date(as_of.date()), MEASURES[measure], str(decision), str(challenger), str(reason))
        for as_of, measure, decision, challenger, reason in decisions.head(DECISIONS_SHOWN).to_numpy()
    ]
    headers = ("As of", "Measure", "Decision", "Model", "Why")
    shown = (table("Decisions on the champion", headers, cells, text_columns=5),) if cells else ()
    return Section("watch", "Watched since", tuple(_drift(row) for _, row in drifts.iterrows()), tables=shown)


def _drift(row: pd.Series) -> Sentence:
    return say(
        "{kind} of {measure} ({series}) drifted {where} its forecast, by {size} of its standard deviations "
        "over {days}.",
        kind=KINDS[str(row["kind"])].capitalize(),
        measure=str(row["measure"]).replace("_", " "),
        series=str(row["series"]),
        where="below" if row["size"] < 0 else "above",
        size=Value(abs(float(row["size"])), f"{abs(row['size']):.1f}"),
        days=count(int(row["days"]), "day"),
    )


def _newest(reading: Reading, contract: Contract, where: str) -> pd.DataFrame:
    """The rows of the last as-of date among those of a condition."""
    newest = f"as_of = (select max(as_of) from {contract.name})"
    return reading.snapshot.rows(contract, list(contract.column_names), f"{where} and {newest}")
