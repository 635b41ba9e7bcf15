"""What the expectations on the tables found, and which published days were told otherwise later."""

import pandas as pd

from etl.periods import long_date
from etl.schemas.ops import OPS_QUALITY, OPS_RESTATEMENTS
from reports import numbers
from reports.numbers import Unit
from reports.reading import Reading
from reports.sentences import Sentence, count, say
from reports.views import Section, table

DAYS_SHOWN = 60


def quality_section(reading: Reading) -> Section:
    """Expectations and thresholds of rules, what does not hold first."""
    title, rows = "Quality", _expectations(reading)
    if rows.empty:
        return Section("quality", title, (quality_sentence(reading),))
    order = rows["outcome"].map({"stops": 0, "warns": 1, "unknown": 2, "holds": 3})
    ordered = rows.iloc[order.argsort(kind="stable")]
    cells = [
        (str(meaning), str(table_name), "" if pd.isna(value) else f"{value:,.4g}", str(outcome))
        for meaning, table_name, value, outcome in ordered[["meaning", "table_name", "value", "outcome"]].to_numpy()
    ]
    shown = table("Expectations", ("What is measured", "Table", "Value", "Outcome"), cells, text_columns=2)
    return Section("quality", title, (), tables=(shown,))


def quality_sentence(reading: Reading) -> Sentence:
    """How many expectations on the tables hold."""
    rows = _expectations(reading)
    if rows.empty:
        return say("No expectation on the tables has been judged yet.")
    broken = int(rows["outcome"].isin(["stops", "warns"]).sum())
    return say(
        "Of {rules} on the tables, {broken} not hold.",
        rules=count(len(rows), "expectation"),
        broken=count(broken, "does", "do"),
    )


def _expectations(reading: Reading) -> pd.DataFrame:
    return reading.snapshot.rows(OPS_QUALITY, list(OPS_QUALITY.column_names))


def restatements_section(reading: Reading) -> Section:
    """Days whose figures changed after they were published, the newest first."""
    title, rows = "Restated days", reading.snapshot.rows(OPS_RESTATEMENTS, list(OPS_RESTATEMENTS.column_names))
    if rows.empty:
        return Section("restatements", title, (say("No published day was told otherwise later."),))
    unit: Unit = reading.data.currency
    told = say(
        "{days} told otherwise after being published.", days=count(rows["date"].nunique(), "day was", "days were")
    )
    newest = rows.sort_values("date", ascending=False).head(DAYS_SHOWN)
    cells = [
        (
            long_date(day.date()),
            numbers.short(before, unit),
            numbers.short(after, unit),
            "" if pd.isna(cells) else f"{cells:,.0f}",
            str(causes),
        )
        for day, before, after, cells, causes in newest[
            ["date", "net_revenue_before", "net_revenue_after", "cells_changed", "causes"]
        ].to_numpy()
    ]
    headers = ("Day", "Before", "After", "Places and categories that changed", "Files")
    return Section("restatements", title, (told,), tables=(table(f"Net revenue, {unit.name}", headers, cells),))
