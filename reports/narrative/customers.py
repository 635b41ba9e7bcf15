"""Where customers are, what each brings, and how concentrated revenue is."""

import pandas as pd

from reports.customers import Concentration, herfindahl
from reports.data import ReportData
from reports.numbers import ratio
from reports.sentences import Sentence, Value, count, listed, money, percent, say


def country_sentences(data: ReportData, countries: pd.DataFrame) -> list[Sentence]:
    """The largest country by registered customers, and how many ordered in the period."""
    if countries.empty:
        return []
    registered, active = int(countries["registered"].sum()), int(countries["customers"].sum())
    first = countries.iloc[0]
    share = ratio(float(first["registered"]), registered) if registered else None
    found = [
        say(
            "{customers} ordered in {period}.",
            customers=count(active, "known customer"),
            period=data.period.label,
        )
    ]
    if share is not None:
        told = "{share} of {customers} are registered in {name}."
        found.insert(
            0, say(told, share=percent(share), customers=count(registered, "customer"), name=str(first["name"]))
        )
    return found


def region_sentences(data: ReportData, rows: pd.DataFrame) -> list[Sentence]:
    """The regions at both ends, and whether their intervals keep them apart."""
    known = rows.dropna(subset=["low"])
    if len(known) < 2:
        return [say("Too few customers are known to compare regions.")]
    best, worst = known.iloc[0], known.iloc[-1]
    return [
        say(
            "A customer brings most in {best} ({most}) and least in {worst} ({least}).",
            best=_place(best),
            most=money(float(best["mean"]), data.currency),
            worst=_place(worst),
            least=money(float(worst["mean"]), data.currency),
        ),
        _apart(best, worst),
        say(
            "All amounts are net revenue in {currency} at the exchange rate of each day, for {period}.",
            currency=data.currency.name,
            period=data.period.label,
        ),
    ]


def published_sentences(rows: pd.DataFrame) -> list[Sentence]:
    """What is wrong with regions by name alone and amounts of many currencies."""
    shared = rows[rows["countries"] > 1]
    currencies = int(rows["currencies"].max()) if len(rows) else 0
    found = [
        say(
            "These are sums of amounts in the orders' own currencies, never converted: a rupee, a dirham and a pound "
            "count the same, so the ranking shows the currency, not the region."
        )
    ]
    if len(shared):
        found.append(
            say(
                "{names} of several countries are added up under one name, with up to {currencies} in one figure.",
                names=listed([str(name) for name in shared["name"]]),
                currencies=count(currencies, "currency", "currencies"),
            )
        )
    return found


def concentration_sentences(data: ReportData, countries: pd.DataFrame, shared: Concentration) -> list[Sentence]:
    """Top shares, the Gini coefficient, and the Herfindahl index over countries."""
    found = [
        say(
            "The best 10% of customers brought {share} of {period}'s net revenue, the best 1% {top}.",
            share=percent(shared.top(10)),
            period=data.period.label,
            top=percent(shared.top(1)),
        ),
        say(
            "The Gini coefficient over {customers} is {gini}: 0 where all bring the same, 1 where one brings all.",
            customers=count(shared.customers, "customer"),
            gini=_plain(shared.gini),
        ),
    ]
    index = herfindahl(countries["revenue"].clip(lower=0).dropna())
    if index is not None and len(countries) > 1:
        told = "The Herfindahl index over countries is {index}, as if {equal} of equal size shared the revenue."
        found.append(say(told, index=_plain(index), equal=Value(1 / index, f"{1 / index:.1f} countries")))
    return found


def _place(row: pd.Series) -> str:
    return f"{row['region']}, {row['country']}"


def _apart(best: pd.Series, worst: pd.Series) -> Sentence:
    ends = {"best": _place(best), "worst": _place(worst)}
    if best["low"] > worst["high"]:
        return say("The intervals of {best} and {worst} do not touch: the difference is more than chance.", **ends)
    return say("The intervals of {best} and {worst} overlap: the difference cannot be told from chance.", **ends)


def _plain(number: float) -> Value:
    return Value(number, f"{number:.2f}")
