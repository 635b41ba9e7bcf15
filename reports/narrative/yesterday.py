"""The newest day in words."""

from datetime import date

import pandas as pd

from etl.periods import long_date
from reports import numbers
from reports.numbers import Unit, ratio
from reports.sentences import Sentence, Value, money, say, signed, signed_percent
from reports.yesterday import DayForecast


def day_sentences(day: date, total: pd.Series, unit: Unit, expected: DayForecast | None) -> list[Sentence]:
    """The day's revenue, against the same weekday, and against what was expected."""
    return [_size(day, total, unit), _expected(total, unit, expected)]


def largest_move(rows: pd.DataFrame, unit: Unit) -> Sentence | None:
    """The value that lies furthest from its usual."""
    moves = (rows["day"] - rows["usual"]).dropna()
    if len(rows) < 2 or moves.empty:
        return None
    place = moves.abs().idxmax()
    return say(
        "Furthest from its usual: {name}, {move}.",
        name=str(rows.loc[place, "name"]),
        move=signed(float(moves[place]), unit),
    )


def unusual_day(found: pd.DataFrame) -> Sentence:
    """Whether the day's number of orders is out of the ordinary: ``found`` holds it where it is."""
    if found.empty:
        return say("Its number of orders is within what such a day usually brings.")
    row = found.iloc[0]
    return say(
        "Its number of orders is unusual: {change} on what such a day brings{during}.",
        change=signed_percent(float(row["orders"]) / float(row["expected"]) - 1),
        during=f" during {row['festival']}" if isinstance(row["festival"], str) else "",
    )


def _size(day: date, total: pd.Series, unit: Unit) -> Sentence:
    against = [
        _change(float(total["day"]), float(total["week_before"]), f"the {day:%A} before"),
        _change(float(total["day"]), total["usual"], f"the usual {day:%A} of the four weeks before"),
    ]
    told = {f"part{n}": part for n, part in enumerate(found for found in against if found)}
    clauses = ", ".join(f"{{{name}}}" for name in told)
    return say(
        "{day} brought {amount}" + (": " + clauses if told else "") + ".",
        day=f"{day:%A}, {long_date(day)},",
        amount=money(float(total["day"]), unit),
        **told,
    )


def _change(now: float, before: float, name: str) -> Sentence | None:
    change = None if pd.isna(before) else ratio(now - before, before)
    return None if change is None else say("{change} on {name}", change=signed_percent(change), name=name)


def _expected(total: pd.Series, unit: Unit, expected: DayForecast | None) -> Sentence:
    if expected is None:
        return say("No forecast in Gold was made before that day, so what was expected of it is not known.")
    ends = numbers.interval(expected.low, expected.high, unit)
    inside = expected.low <= float(total["day"]) <= expected.high
    return say(
        "The forecast of {as_of} expected {mean} (80%: {ends}): the day lies {where} its band.",
        as_of=long_date(expected.as_of),
        mean=money(expected.mean, unit),
        ends=Sentence(ends, {"low": Value(expected.low, ends), "high": Value(expected.high, ends)}),
        where="inside" if inside else "outside",
    )
