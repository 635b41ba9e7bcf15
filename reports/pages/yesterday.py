"""The prior day, as marketing needs it in the morning."""

from datetime import date

import pandas as pd

from etl.periods import long_date
from reports import numbers
from reports.charts import contributions
from reports.data import ReportData
from reports.marks import special_days
from reports.narrative.yesterday import day_sentences, largest_move, unusual_day
from reports.numbers import Unit
from reports.page import Page
from reports.reading import Reading
from reports.sentences import Sentence, count, say
from reports.summaries import daily, main_country, shortened
from reports.unusual import expectations, unusual_days
from reports.views import Chart, Figure, Section, Table, table
from reports.yesterday import HELD_BY, against_weekday, by_coupon, by_promotion, forecast_of, promotions

BARS = 8
ON_COLUMNS = ["country", "festival", "holiday", "promotions", "discount"]


def page(reading: Reading) -> Page:
    """The newest business day: in all, by channel, country, category and coupon, and what was on."""
    day, unit = reading.data.newest_day, reading.data.currency
    if day is None:
        return Page("yesterday", "Yesterday", (say("Gold holds no orders."),))
    parts = {dimension: against_weekday(reading.snapshot, dimension, day) for dimension in HELD_BY}
    total = parts["channel"][["day", "week_before", "usual"]].sum()
    sections = [_section(dimension, rows, unit) for dimension, rows in parts.items() if len(rows) > 1]
    coupons = by_coupon(reading.snapshot, day)
    if len(coupons) > 1:
        sections.append(_section("coupon", coupons, unit))
    return Page(
        name="yesterday",
        title=f"Yesterday: {long_date(day)}",
        lead=(*day_sentences(day, total, unit, forecast_of(reading.snapshot, day)), *_unusual(reading.data, day)),
        figures=_figures(day, total, unit),
        sections=(
            *sections,
            *_promotions(by_promotion(reading.snapshot, day), unit),
            _on(promotions(reading.snapshot, day)),
        ),
    )


def _figures(day: date, total: pd.Series, unit: Unit) -> tuple[Figure, ...]:
    usual = "" if pd.isna(total["usual"]) else numbers.amount(float(total["usual"]), unit)
    return (
        Figure(long_date(day), numbers.amount(float(total["day"]), unit), f"{day:%A}"),
        Figure("A week before", numbers.amount(float(total["week_before"]), unit), ""),
        Figure(f"Usual {day:%A}", usual, "mean of the four before"),
    )


def _unusual(data: ReportData, day: date) -> tuple[Sentence, ...]:
    """Whether the number of orders is out of the ordinary for such a day."""
    days, special = daily(data), special_days(data.calendar, main_country(data))
    if not (expectations(days, special)["date"] == pd.Timestamp(day)).any():
        return (say("It is a day of its own kind, or history is too short, so how usual it was is not judged."),)
    found = unusual_days(days, special)
    return (unusual_day(found[found["date"] == pd.Timestamp(day)]),)


def _section(dimension: str, rows: pd.DataFrame, unit: Unit) -> Section:
    """How far each value lies from its usual, or without a usual the table alone."""
    headers = (dimension.capitalize(), "Yesterday", "Week before", "Usual", "On usual")
    shown = table(f"Net revenue by {dimension}, {unit.name}", headers, [_row(row, unit) for _, row in rows.iterrows()])
    found, title = largest_move(rows, unit), f"By {dimension}"
    if found is None:
        return Section(dimension, title, (), tables=(shown,))
    moves = rows.assign(amount=rows["day"] - rows["usual"]).dropna(subset="amount")
    parts = moves.sort_values("amount", key=abs, ascending=False)[["name", "amount"]]
    chart = Chart(
        name=f"chart-{dimension}",
        title=found.text,
        description=f"Bars of how far each {dimension} lies from its usual such day.",
        figure=contributions(shortened(parts, BARS), unit),
        table=shown,
    )
    return Section(dimension, title, (), charts=(chart,))


def _row(row: pd.Series, unit: Unit) -> tuple[str, ...]:
    now, *against = _against(row["day"], row["usual"], unit)
    return str(row["name"]), now, numbers.short(row["week_before"], unit), *against


def _promotions(rows: pd.DataFrame, unit: Unit) -> tuple[Section, ...]:
    """What each running promotion covers, against the same without asking what ran before."""
    if rows.empty:
        return ()
    told = say(
        "{running} on that day. What a promotion covers sold as below; more than usual is not yet its effect, since "
        "other things move on the same day.",
        running=count(len(rows), "promotion ran", "promotions ran"),
    )
    cells = [
        (str(name), str(where), _off(discount), *_against(now, usual, unit))
        for name, where, discount, now, usual in rows[["name", "where", "discount", "day", "usual"]].to_numpy()
    ]
    headers = ("Promotion", "Covers", "Off", "Yesterday", "Usual", "On usual")
    shown = table(f"Net revenue of what promotions cover, {unit.name}", headers, cells, text_columns=2)
    return (Section("promotions", "By promotion", (told,), tables=(shown,)),)


def _off(discount: float) -> str:
    return "" if pd.isna(discount) else numbers.percent(discount / 100)


def _against(now: float, usual: float, unit: Unit) -> tuple[str, str, str]:
    change = None if pd.isna(usual) else numbers.ratio(now - usual, abs(usual))
    return (
        numbers.short(now, unit),
        "" if pd.isna(usual) else numbers.short(usual, unit),
        "" if change is None else numbers.signed_percent(change),
    )


def _on(rows: pd.DataFrame) -> Section:
    if rows.empty:
        return Section("on", "What was on", (say("No promotion, festival or public holiday is known for that day."),))
    return Section("on", "What was on", (), tables=(_on_table(rows),))


def _on_table(rows: pd.DataFrame) -> Table:
    told = [
        (str(country), " and ".join(name for name in (festival, holiday) if isinstance(name, str)), f"{running:.0f}",
         _off(discount))
        for country, festival, holiday, running, discount in rows[ON_COLUMNS].to_numpy()
    ]  # fmt: skip
    return table(
        "By country", ("Country", "Festival or holiday", "Promotions", "Deepest discount"), told, text_columns=2
    )
