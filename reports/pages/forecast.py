"""What comes next, how good such forecasts were, and why this one differs from the last."""

from collections.abc import Iterator
from datetime import timedelta

from etl.periods import Period
from reports.daily_chart import fan_figure
from reports.data import ReportData
from reports.narrative.outlook import outlook_sentences
from reports.outlook import of_measure
from reports.page import Page
from reports.pages.scenarios import scenario_section
from reports.reading import Reading
from reports.sections import outlook
from reports.sections.daily import day_table
from reports.sections.forecast_watch import change_section, watch_section
from reports.sentences import say
from reports.summaries import daily, within
from reports.views import Chart, Section

DAYS_BEFORE = 56
LEAD = 2


def page(reading: Reading) -> Page:
    """The fan, the months, the backtest."""
    data = reading.data
    if data.forecast.empty:
        lead = (say("There is no forecast in Gold yet: `assay forecast` makes one."),)
        return Page("forecast", "What comes next", lead)
    return Page(
        name="forecast",
        title="What comes next",
        lead=tuple(outlook_sentences(data)[:LEAD]),
        sections=tuple(section for section in _sections(reading) if section),
    )


def _sections(reading: Reading) -> Iterator[Section | None]:
    yield Section("fan", "Day by day", (), charts=(fan(reading.data),))
    yield outlook.section(reading.data, told=LEAD)
    yield change_section(reading)
    yield scenario_section(reading)
    yield watch_section(reading)


def fan(data: ReportData) -> Chart:
    """The last eight weeks and the days ahead."""
    ahead = of_measure(data, "net_revenue")
    as_of = ahead["as_of"].iloc[0].date()
    seen = within(daily(data), Period(as_of - timedelta(days=DAYS_BEFORE), as_of))
    return Chart(
        name="chart-fan",
        title=f"The last {len(seen)} days, and the {len(ahead)} ahead",
        description="Line of daily net revenue, and the expected days after it with bands of 40% and 80%.",
        figure=fan_figure(seen, ahead, data.currency),
        table=day_table(seen, ahead, of_measure(data, "orders"), data.currency),
        note="Blue: what happened. Green: expected, with the middle 40% and 80% of what single days may bring.",
    )
