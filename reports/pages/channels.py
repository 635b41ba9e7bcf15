"""Revenue per customer by channel and month: who is ahead, and whether that can be told."""

import pandas as pd

from etl.periods import Period, month_of
from reports import numbers
from reports.customers import by_channel_and_month
from reports.data import ReportData
from reports.estimate_charts import estimate_lines
from reports.narrative.channels import ahead_sentence, channel_sentences
from reports.numbers import Unit
from reports.page import Page
from reports.question import LEGACY
from reports.reading import Reading
from reports.sections.places import dimension_table
from reports.sentences import say
from reports.summaries import months, tells_apart
from reports.views import Chart, Section, Table, table

TITLE = "Channels: what a customer brings"
MONTHS = 13


def page(reading: Reading) -> Page:
    """One line a channel, with intervals; beside it the figures as the pilot published them."""
    rows = channel_months(reading, "net_revenue")
    if rows.empty:
        unknown = say("No order names a known customer, so no revenue per customer can be told.")
        return Page("channels", TITLE, (unknown,))
    unit = reading.data.currency
    chart = Chart(
        name="chart-channels",
        title=ahead_sentence(rows, unit).text,
        description="Lines of net revenue per customer by month, one for each channel, with 95% intervals.",
        figure=estimate_lines(rows, unit),
        table=_table(rows, unit, "Net revenue per customer"),
        note="A customer counts once in each channel and month. Bars: 95% intervals.",
    )
    compared = Section("per-customer", "Revenue per customer", tuple(channel_sentences(rows, unit)), charts=(chart,))
    sections = (compared, *_published(reading), *_totals(reading.data))
    return Page("channels", TITLE, (ahead_sentence(rows, unit),), sections)


def channel_months(reading: Reading, measure: str) -> pd.DataFrame:
    """The last whole months of the data."""
    whole = [month.period for month in months(reading.data) if month.is_whole][-MONTHS:]
    if not whole:
        return pd.DataFrame()
    return by_channel_and_month(reading.snapshot, measure, Period(whole[0].first, whole[-1].last))


def _published(reading: Reading) -> tuple[Section, ...]:
    if not reading.data.source.has_legacy_measure:
        return ()
    unit = Unit("INR", reading.data.money.scales)
    rows = channel_months(reading, LEGACY)
    told = say(
        "The pilot published this with tax, at the fixed rates of one day, and every line rounded up; the order of the "
        "channels is judged above, on net revenue. {ahead}",
        ahead=ahead_sentence(rows, unit),
    )
    return (
        Section("as-published", "As the pilot published it", (told,), tables=(_table(rows, unit, "Legacy measure"),)),
    )


def _totals(data: ReportData) -> tuple[Section, ...]:
    if not tells_apart(data.orders, "channel"):
        return ()
    return (Section("by-channel", "Revenue by channel", (), tables=(dimension_table(data, "channel"),)),)


def _table(rows: pd.DataFrame, unit: Unit, caption: str) -> Table:
    names = list(dict.fromkeys(rows["name"]))
    cells = [
        (month_of(part["month"].iloc[0].date()).label, *(_cell(part, name, unit) for name in names))
        for _, part in rows.groupby("month")
    ]
    return table(f"{caption}, {unit.name}, with 95% intervals", ("Month", *names), cells)


def _cell(part: pd.DataFrame, name: str, unit: Unit) -> str:
    found = part[part["name"] == name]
    if found.empty:
        return ""
    mean, low, high = found[["mean", "low", "high"]].iloc[0]
    ends = "" if pd.isna(low) else f" ({numbers.short(low, unit, mean)} to {numbers.short(high, unit, mean)})"
    return f"{numbers.short(mean, unit)}{ends}"
