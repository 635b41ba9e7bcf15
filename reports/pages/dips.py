"""Movements that the dip scan keeps in Gold: the list, and a page for each."""

from datetime import timedelta

import pandas as pd

from etl.errors import AssayError
from etl.periods import Period, long_date, month_of
from etl.schemas.results import GLD_DIPS
from features.panel import where
from reports import numbers
from reports.numbers import STYLES, Unit
from reports.page import Page
from reports.question import Question
from reports.reading import Reading, part_of
from reports.sections import bridge
from reports.sections.daily import around
from reports.sentences import Sentence, count, money, opened, percent, say, signed
from reports.views import Cell, Section, table

COLUMNS = [
    "dip_id", "measure", "unit", "series", "kind", "first_day", "last_day", "rank", "actual", "expected", "amount",
    "low", "high", "probability", "q_value", "expected_by", "course", "recovered_on", "explanation",
]  # fmt: skip
COURSES = {
    "open": "It is not over yet",
    "temporary": "It was temporary",
    "level_shift": "The level has shifted",
}
SHOWN = 40


def dip_section(reading: Reading) -> Section:
    """The movements found, each with a link to its page."""
    rows = dips(reading)
    if rows.empty:
        return Section("dips", "Other movements", (say("Gold keeps no unusual movement of a month, week or day."),))
    told = say(
        "{movements} of a month, a week or a day lay outside what the days before them let expect.",
        movements=count(len(rows), "movement"),
    )
    cells = [_row(row, reading.data.style) for _, row in rows.iterrows()]
    headers = ("When", "What", "Amount", "95% interval", "Since then")
    return Section(
        "dips",
        "Other movements",
        (told,),
        tables=(table("Movements, most worth reading first", headers, cells, text_columns=2),),
    )


def dips(reading: Reading) -> pd.DataFrame:
    """The movements in Gold, by rank."""
    return reading.snapshot.rows(GLD_DIPS, COLUMNS).sort_values("rank").head(SHOWN).reset_index(drop=True)


def numbers_of(reading: Reading) -> list[int]:
    """The ranks of the movements that have a page."""
    return [int(rank) for rank in dips(reading)["rank"]]


def page(reading: Reading, number: int) -> Page:
    """The page of the movement of this rank."""
    rows = dips(reading)
    return _page(reading, rows[rows["rank"] == number].iloc[0])


def page_name(rank: int) -> str:
    """The file of the movement of this rank; never made of a name from data."""
    return f"dip-{rank}"


def _page(reading: Reading, row: pd.Series) -> Page:
    unit = Unit(str(row["unit"]), STYLES[reading.data.style])
    days = Period(row["first_day"].date(), row["last_day"].date())
    sections = [Section("judgement", "How unusual it was", tuple(_judged(row)), is_list=True)]
    if isinstance(row["explanation"], str):  # the movements most worth reading
        sections += _explained(reading, _question(row, days))
    if row["series"] == "total":
        sections.append(around(reading.data, days))
    return Page(
        name=page_name(int(row["rank"])),
        title=f"{_what(row)}: {days.label}",
        lead=tuple(_lead(row, days, unit)),
        sections=tuple(sections),
    )


def _explained(reading: Reading, question: Question) -> list[Section]:
    """The bridge to the movement from the days before it; why there is none, where they hold no orders."""
    try:
        part = part_of(reading, question)
    except AssayError as error:
        return [Section("bridge", bridge.TITLE, (say("{reason}", reason=str(error)),))]
    return [bridge.section(part.data, part.bridge), bridge.certainty_section(part.bridge)]


def _question(row: pd.Series, days: Period) -> Question:
    """The movement against the month before, or the same weekdays of the week before."""
    week = timedelta(days=7)
    before = Period(days.first - week, days.last - week)
    if row["kind"] == "month":
        before = month_of(days.first - timedelta(days=1))
    return Question(str(row["measure"]), before, days, tuple(sorted(where(str(row["series"])).items())))


def _lead(row: pd.Series, days: Period, unit: Unit) -> list[Sentence]:
    told = say(
        "{days} brought {actual} against {expected} expected: {amount} (95% interval {interval}).",
        days=days.label,
        actual=money(float(row["actual"]), unit),
        expected=money(float(row["expected"]), unit),
        amount=signed(float(row["amount"]), unit),
        interval=numbers.interval(float(row["low"]), float(row["high"]), unit),
    )
    explained = (
        [opened(say("{text}.", text=str(row["explanation"]).rstrip(".")))]
        if isinstance(row["explanation"], str)
        else []
    )
    return [told, *explained, _course(row)]


def _course(row: pd.Series) -> Sentence:
    recovered = ""
    if pd.notna(row["recovered_on"]):
        recovered = f": back inside its interval on {long_date(row['recovered_on'].date())}"
    return say("{course}{recovered}.", course=COURSES[row["course"]], recovered=recovered)


def _judged(row: pd.Series) -> list[Sentence]:
    return [
        say("Expected by {method}.", method=str(row["expected_by"]).rstrip(".")),
        say(
            "Normal variation brings a movement as large in {share} of cases; among all that were looked at, the false "
            "discovery rate is {q}.",
            share=percent(float(row["probability"])),
            q=percent(float(row["q_value"])),
        ),
    ]


def _row(row: pd.Series, style: str) -> tuple[str | Cell, ...]:
    unit = Unit(str(row["unit"]), STYLES[style])
    days = Period(row["first_day"].date(), row["last_day"].date())
    return (
        Cell(days.label, link=f"{page_name(int(row['rank']))}.html"),
        _what(row),
        numbers.signed(float(row["amount"]), unit),
        numbers.interval(float(row["low"]), float(row["high"]), unit),
        COURSES[row["course"]].lower(),
    )


def _what(row: pd.Series) -> str:
    return ", ".join([str(row["measure"]).replace("_", " ").capitalize(), *where(str(row["series"])).values()])
