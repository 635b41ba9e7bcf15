"""What if: the scenarios that were forecast, each beside the baseline."""

import pandas as pd

from etl.periods import Period
from etl.schemas.results import GLD_FORECAST_SCENARIOS, QUANTILES
from reports import numbers
from reports.daily_chart import scenario_figure
from reports.page import Page
from reports.reading import Reading
from reports.sentences import Sentence, listed, money, say, signed
from reports.views import Cell, Chart, Section, Table, table

COLUMNS = ["scenario", "settings", "as_of", "date", "baseline", "mean", *(column.name for column in QUANTILES)]


def scenario_section(reading: Reading) -> Section:
    """Every scenario with its sum, the baseline's and the difference."""
    found = scenarios(reading)
    if not found:
        none = say('No scenario was forecast: try `assay forecast --set "promotion:FIRST..LAST=1"`.')
        return Section("scenarios", "What if", (none,))
    return Section("scenarios", "What if", (), tables=(_table(reading, found),))


def scenarios(reading: Reading) -> list[pd.DataFrame]:
    """The newest days of each scenario of the total's net revenue, by name."""
    rows = reading.snapshot.rows(GLD_FORECAST_SCENARIOS, COLUMNS, "series = 'total' and measure = 'net_revenue'")
    parts = [part for _, part in rows.groupby("scenario")]
    return [part[part["as_of"] == part["as_of"].max()].reset_index(drop=True) for part in parts]


def numbers_of(reading: Reading) -> list[int]:
    """The numbers of the scenarios, in the order of their names."""
    return list(range(1, len(scenarios(reading)) + 1))


def page(reading: Reading, number: int) -> Page:
    """The page of one scenario, with switches to the others."""
    found = scenarios(reading)
    days, unit = found[number - 1], reading.data.currency
    chart = Chart(
        name="chart-scenario",
        title=_difference(days, reading).text,
        description="Line of the expected days under the scenario with its bands, the baseline dotted beside it.",
        figure=scenario_figure(days, unit),
        table=_days(days, reading),
        note="Green: the scenario, with the middle 40% and 80%. Dotted: the baseline.",
    )
    return Page(
        name=page_name(number),
        title=f"What if: {days['scenario'].iloc[0]}",
        lead=(_assumed(str(days["settings"].iloc[0])), _difference(days, reading)),
        sections=(Section("days", "Day by day", (), charts=(chart,), tables=(_table(reading, found),)),),
    )


def page_name(number: int) -> str:
    """The file of a scenario; never made of a name from data."""
    return f"scenario-{number}"


def _assumed(settings: str) -> Sentence:
    """Such as: It sets promotion to 1 on 20 to 30 November 2025."""
    from models.forecasting.scenario import parse_setting  # seconds of imports, which few pages need

    told = [
        f"{each.name} to {each.value:g} on {Period(each.first, each.last).label}"
        for each in map(parse_setting, settings.split(", "))
    ]
    return say("It sets {settings}.", settings=listed(told))


def _difference(days: pd.DataFrame, reading: Reading) -> Sentence:
    unit = reading.data.currency
    mean, baseline = float(days["mean"].sum()), float(days["baseline"].sum())
    return say(
        "Over these days it expects {mean}, the baseline {baseline}: {difference}.",
        mean=money(mean, unit),
        baseline=money(baseline, unit),
        difference=signed(mean - baseline, unit),
    )


def _table(reading: Reading, found: list[pd.DataFrame]) -> Table:
    unit = reading.data.currency
    rows: list[tuple[str | Cell, ...]] = [
        (
            Cell(str(days["scenario"].iloc[0]), link=f"{page_name(number)}.html"),
            str(days["settings"].iloc[0]),
            *(numbers.short(float(days[name].sum()), unit) for name in ("mean", "baseline")),
            numbers.signed_short(float((days["mean"] - days["baseline"]).sum()), unit),
        )
        for number, days in enumerate(found, 1)
    ]
    headers = ("Scenario", "What it sets", "Expected", "Baseline", "Difference")
    return table(f"Scenarios, net revenue in {unit.name}", headers, rows, text_columns=2)


def _days(days: pd.DataFrame, reading: Reading) -> Table:
    unit = reading.data.currency
    rows = [
        (f"{day:%-d %B %Y}", numbers.short(mean, unit), numbers.interval(low, high, unit), numbers.short(base, unit))
        for day, mean, low, high, base in days[["date", "mean", "q10", "q90", "baseline"]].to_numpy()
    ]
    return table(f"By day, {unit.name}", ("Day", "Scenario", "80% interval", "Baseline"), rows)
