"""What the calendar took: days, weekdays, festivals; and what followed."""

from etl.periods import Period
from reports.bridge import Bridge, Certainty, Driver
from reports.data import ReportData
from reports.marks import Mark
from reports.narrative.answer import length_name
from reports.narrative.effects import effect, moved
from reports.numbers import ratio
from reports.sentences import Sentence, count, listed, money, opened, percent, say, signed, signed_percent
from reports.summaries import total


def calendar_sentences(data: ReportData, bridge: Bridge) -> list[Sentence]:
    """The lines of the calendar, and their sum."""
    drivers = [bridge.driver(name) for name in ("weekday_mix", "events")]
    found = [length(data, bridge), *(opened(say("{e}.", e=effect(d, bridge.unit))) for d in drivers if d is not None)]
    return [*found, _sum(bridge)]


def length(data: ReportData, bridge: Bridge) -> Sentence:
    """The number of days and what it did."""
    days, names = bridge.driver("days"), {"period": data.period.label, "baseline": data.baseline.label}
    numbers = {"now": count(data.period.days, "day"), "then": count(data.baseline.days, "day")}
    if days is None or not days.amount or data.period.days == data.baseline.days:
        return say("{period} has {now} and {baseline} {then}: the length changed nothing.", **names, **numbers)
    return say(
        "{period} has {now} and {baseline} {then}: the {name} alone {moved}{share}.",
        **names,
        **numbers,
        name=length_name(data.baseline, data.period),
        moved=moved(days, bridge.unit),
        share=_share(days, bridge),
    )


def festivals_named(country: str | None, marks: dict[str, list[Mark]]) -> Sentence:
    """Which festivals each of the two periods held."""
    clauses = [
        f"{label}: {listed([f'{mark.name} ({mark.days})' for mark in found]) or 'none'}"
        for label, found in marks.items()
    ]
    return say(
        "Festivals and public holidays in {country}. {clauses}.",
        country=country or "the main market",
        clauses="; ".join(clauses),
    )


def daily_rates(data: ReportData, periods: list[Period]) -> Sentence:
    """The measure per day, which the length cannot move."""
    rates = [_rate(data, period) for period in periods]
    parts = {f"rate{number}": rate for number, rate in enumerate(rates)}
    places = ", ".join(f"{{rate{number}}}" for number in range(len(rates)))
    return say("Per day: " + places + ".", **parts)


def what_followed(data: ReportData, bridge: Bridge) -> Sentence | None:
    """The next period of the same kind, once it is whole; a later period is evidence, not proof."""
    later = data.period.following
    if data.newest_day is None or data.newest_day < later.last:
        return None
    amount = total(data, later, data.measure)
    changes = [ratio(amount - before, before) for before in (bridge.period, bridge.baseline)]
    if None in changes:
        return None
    return say(
        "{later} then came to {amount}: {on_period} on {period}, {on_baseline} on {baseline}.{verdict}",
        later=later.label,
        amount=money(amount, bridge.unit),
        on_period=signed_percent(changes[0] or 0.0),
        period=data.period.label,
        on_baseline=signed_percent(changes[1] or 0.0),
        baseline=data.baseline.label,
        verdict=_verdict(bridge, amount),
    )


def _verdict(bridge: Bridge, later: float) -> Sentence:
    """How much of the movement was undone; nothing where the movement itself cannot be told from normal variation."""
    if not bridge.change or not (bridge.volume.stands or bridge.aov.stands):
        return say("")
    back = (bridge.period - later) / bridge.change
    word = "fall" if bridge.change < 0 else "rise"
    if back <= 0:
        return say(" The {word} was not made good in it.", word=word) if bridge.change < 0 else say(" The rise held.")
    if back >= 1:
        return say(" It made good the whole {word}; one later period does not prove that it was temporary.", word=word)
    template = " It made good {back} of the {word}; one later period does not prove that it was temporary."
    return say(template, back=percent(back), word=word)


def _share(driver: Driver, bridge: Bridge) -> Sentence:
    share = ratio(driver.amount, bridge.change)
    if share is None or share <= 0:
        return say("")
    return say(", {share} of the {word}", share=percent(share), word="fall" if bridge.change < 0 else "rise")


def _sum(bridge: Bridge) -> Sentence:
    amount = bridge.amount_of("calendar")
    unsure = any(d.certainty is Certainty.UNCERTAIN for d in bridge.drivers if d.stage == "calendar")
    note = " (a sum of point estimates: intervals do not add up)" if unsure else ""
    template = "Together the calendar's lines come to {amount} of the change of {change}{note}."
    return say(template, amount=signed(amount, bridge.unit), change=signed(bridge.change, bridge.unit), note=note)


def _rate(data: ReportData, period: Period) -> Sentence:
    rate = money(total(data, period, data.measure) / period.days, data.unit)
    return say("{rate} in {label}", rate=rate, label=period.label)
