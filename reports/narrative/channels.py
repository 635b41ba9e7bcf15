"""Which channel's customers bring more, month by month, and whether the difference can be told from nothing."""

import numpy as np
import pandas as pd

from etl.periods import month_of
from reports.customers import Z95
from reports.numbers import Unit
from reports.sentences import Sentence, Value, count, listed, money, say
from reports.summaries import UNKNOWN


def ahead_sentence(rows: pd.DataFrame, unit: Unit) -> Sentence:
    """Which of the channels leads in how many months; of one channel, its newest month."""
    wide = rows.pivot_table(index="month", columns="name", values="mean")
    if wide.shape[1] < 2:
        last = rows.iloc[-1]
        return say(
            "{name} a customer brought {amount} in {month}.",
            name="The data tell no channels apart:"
            if last["name"] == UNKNOWN
            else f"In {last['name']}, the only channel,",
            amount=money(float(last["mean"]), unit),
            month=month_of(last["month"].date()).label,
        )
    leaders = wide.idxmax(axis=1)
    first = str(leaders.mode().iloc[0])
    others = leaders[leaders != first]
    if others.empty:
        return say("{name} led in every one of {months}.", name=first, months=count(len(leaders), "month"))
    return say(
        "{name} led in {led} of {months}, not in {exceptions}.",
        name=first,
        led=str(len(leaders) - len(others)),
        months=count(len(leaders), "month"),
        exceptions=listed([month_of(month.date()).label for month in others.index]),
    )


def channel_sentences(rows: pd.DataFrame, unit: Unit) -> list[Sentence]:
    """The newest month's two leading channels, with how sure their difference is; one sentence on earlier months."""
    pairs = differences(rows)
    if pairs.empty:
        return []
    return [_newest(pairs.iloc[-1], unit), _sure(pairs)]


def differences(rows: pd.DataFrame) -> pd.DataFrame:
    """By month, the two channels with the most customers: month, first, second, difference, low, high.

    The interval takes the two means as independent, which a customer of both channels makes slightly too wide.
    """
    largest = rows.groupby("name")["customers"].sum().nlargest(2).index.sort_values()
    if len(largest) < 2:
        return pd.DataFrame()
    one, other = (rows[rows["name"] == name].set_index("month") for name in largest)
    both = one.join(other, lsuffix="_1", rsuffix="_2", how="inner")
    half = Z95 * np.sqrt(sum(((both[f"high_{n}"] - both[f"low_{n}"]) / (2 * Z95)) ** 2 for n in (1, 2)))
    gap = both["mean_1"] - both["mean_2"]
    names = {"first": largest[0], "second": largest[1]}
    return pd.DataFrame({"difference": gap, "low": gap - half, "high": gap + half}).assign(**names).reset_index()


def _newest(pair: pd.Series, unit: Unit) -> Sentence:
    ahead, behind = ("first", "second") if pair["difference"] >= 0 else ("second", "first")
    sure = pair["low"] > 0 or pair["high"] < 0
    return say(
        "In {month} a customer of {ahead} brought {gap} more than one of {behind}, {meaning}.",
        month=month_of(pair["month"].date()).label,
        ahead=str(pair[ahead]),
        gap=money(abs(float(pair["difference"])), unit),
        behind=str(pair[behind]),
        meaning="more than chance" if sure else "which cannot be told from chance",
    )


def _sure(pairs: pd.DataFrame) -> Sentence:
    sure = (pairs["low"] > 0) | (pairs["high"] < 0)
    return say(
        "In {sure} of {months} the difference between the two is more than chance.",
        sure=Value(int(sure.sum()), str(int(sure.sum()))),
        months=count(len(pairs), "month"),
    )
