"""The data behind the report."""

from etl.periods import Period
from reports import numbers
from reports.data import ReportData
from reports.narrative.inputs import inputs_sentences, measure_gap
from reports.summaries import months
from reports.views import Section, Table, table

TITLE = "What came in"
MONTHS_SHOWN = 13
COUNTS = ("landed", "kept", "quarantined", "superseded")


def section(data: ReportData) -> Section:
    """Files by feed, quarantine by rule, and the two measures side by side."""
    tables = [_feeds(data), _rules(data), _measures(data)]
    return Section(
        "data",
        TITLE,
        tuple(inputs_sentences(data)),
        tables=tuple(found for found in tables if found.rows),
        is_list=True,
    )


def _feeds(data: ReportData) -> Table:
    sums = data.files.groupby("feed").agg(
        files=("file_name", "size"), **{name: (f"rows_{name}", "sum") for name in COUNTS}
    )
    rows = [
        (str(feed), *(f"{int(value):,}" for value in row))
        for feed, row in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    return table("Rows by feed", ("Feed", "Files", "Landed", "Kept", "Quarantined", "Superseded"), rows)


def _rules(data: ReportData) -> Table:
    ordered = data.quarantine.sort_values(["rows", "feed", "rule"], ascending=[False, True, True])
    rows = [
        (str(row["feed"]), str(row["rule"]), str(row["reason"]), f"{int(row['rows']):,}")
        for row in ordered.to_dict("records")
    ]
    return table("Quarantine by rule", ("Feed", "Rule", "What it asks for", "Rows"), rows, text_columns=3)


def _measures(data: ReportData) -> Table:
    rows = [row for row in (_gap_row(data, month.period) for month in months(data)[-MONTHS_SHOWN:]) if row]
    headers = ("Month", "Net revenue", "Returns", "Tax and fixed rates", "Rounding", "Legacy measure")
    return table(f"From net revenue to the legacy measure, {data.money.name}", headers, rows)


def _gap_row(data: ReportData, period: Period) -> tuple[str, ...] | None:
    gap = measure_gap(data, period)
    if gap is None:
        return None
    steps = (numbers.signed_short(step, data.money) for step in (gap.returns, gap.tax_and_rates, gap.rounding))
    return (period.label, numbers.short(gap.net_revenue, data.money), *steps, numbers.short(gap.legacy, data.money))
