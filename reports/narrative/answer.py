"""The answer in two sentences, and what else a reader must know before the details."""

from etl.periods import Period, long_date
from reports.bridge import Bridge, Certainty, Driver
from reports.data import ReportData
from reports.narrative.effects import UNCERTAIN, effect, measured, moved
from reports.numbers import ratio
from reports.sentences import Sentence, listed, money, opened, percent, say
from reports.summaries import total

SECOND_CAUSE_FROM = 0.25
CANCELS_FROM = 0.5
HARDLY = 0.001
SMALL_SHARE = 0.01


def answer(data: ReportData, bridge: Bridge | None) -> tuple[Sentence, ...]:
    """What happened, and why, with how sure that is."""
    if bridge is None:
        return (totals_alone(data), no_reasons(data))
    return (what_happened(data, bridge), why(data, bridge))


def totals_alone(data: ReportData) -> Sentence:
    """Both totals from the daily table, where no bridge joins them."""
    if data.orders.empty:
        return say("Gold holds no orders.")
    return say(
        "{subject} came to {now} in {period}, and to {then} in {baseline}.",
        subject=data.subject,
        now=money(total(data, data.period, data.measure), data.unit),
        period=data.period.label,
        then=money(total(data, data.baseline, data.measure), data.unit),
        baseline=data.baseline.label,
    )


def no_reasons(data: ReportData) -> Sentence:
    """Why the report has no answer."""
    template = "Gold holds no bridge from {baseline} to {period}, so this report cannot say why {subject} moved."
    names = {"baseline": data.baseline.label, "period": data.period.label}
    return say(template, subject=data.subject.lower(), **names)


def what_happened(data: ReportData, bridge: Bridge) -> Sentence:
    """The size of the movement."""
    names = {"subject": data.subject, "baseline": data.baseline.label, "period": data.period.label}
    plural = data.measure in ("orders", "units")
    if not bridge.change:
        template = "{subject} did not change from {baseline} to {period}: {it} stayed at {total}."
        return say(template, **names, it="they" if plural else "it", total=money(bridge.period, bridge.unit))
    share = bridge.relative_change
    return say(
        "{subject} {verb} by {change}{share} from {baseline} to {period}, to {total}.",
        **names,
        verb=_verb(bridge.change, share),
        change=money(abs(bridge.change), bridge.unit),
        share="" if share is None else say(" ({percent})", percent=percent(abs(share))),
        total=money(bridge.period, bridge.unit),
    )


def _verb(change: float, share: float | None) -> str:
    if share is not None and abs(share) < HARDLY:
        return "hardly moved, down" if change < 0 else "hardly moved, up"
    return "fell" if change < 0 else "rose"


def why(data: ReportData, bridge: Bridge) -> Sentence:
    """Volume or order value, what the shorter month did, and how sure each amount is."""
    length = length_clause(data, bridge)
    if data.measure == "orders":
        return opened(say("{volume}{length}.", volume=effect(bridge.volume, bridge.unit), length=length))
    tell = effect if bridge.volume.stands or bridge.aov.stands else measured
    volume, value = tell(bridge.volume, bridge.unit), tell(bridge.aov, bridge.unit)
    if _volume_first(bridge):
        return say("{lead}: {first}{length}; {second}.", lead=_lead(bridge), first=volume, length=length, second=value)
    return say("{lead}: {first}; {second}{length}.", lead=_lead(bridge), first=value, second=volume, length=length)


def length_clause(data: ReportData, bridge: Bridge) -> Sentence:
    """How much of the volume is only the number of days."""
    days = bridge.driver("days")
    if days is None or not days.amount or data.period.days == data.baseline.days:
        return say("")
    name = length_name(data.baseline, data.period)
    joined = (
        ", of which the {name} alone {moved}"
        if days.amount * bridge.volume.amount > 0
        else ", although the {name} alone {moved}"
    )
    return say(joined, name=name, moved=moved(days, bridge.unit))


def length_name(baseline: Period, period: Period) -> str:
    """Such as: shorter month."""
    kind = period.kind if period.kind == baseline.kind else "period"
    return f"{'shorter' if period.days < baseline.days else 'longer'} {kind}"


def certain_drivers(bridge: Bridge) -> list[Driver]:
    """Drivers other than the length whose amount can be told from nothing, largest first."""
    found = [driver for driver in bridge.drivers if driver.stands and driver.name not in ("days", "data")]
    return sorted(found, key=lambda driver: -abs(driver.amount))


def findings(bridge: Bridge) -> list[Sentence]:
    """One sentence for each driver that stands out, one for those too small to matter, one for the uncertain ones."""
    certain = certain_drivers(bridge)
    small = [driver for driver in certain if abs(driver.amount) < SMALL_SHARE * abs(bridge.change)]
    large = [driver for driver in certain if driver not in small]
    found = [opened(say("{effect}.", effect=effect(driver, bridge.unit))) for driver in large]
    if small:
        names = listed([driver.label.lower() for driver in small])
        found.append(opened(say("{names} moved less than 1% of the change each.", names=names)))
    unsure, unknown = (
        [driver.label.lower() for driver in bridge.drivers if driver.certainty is certainty]
        for certainty in (Certainty.UNCERTAIN, Certainty.UNKNOWN)
    )
    if unsure:
        found.append(opened(say("{names} {uncertain}.", names=listed(unsure), uncertain=UNCERTAIN)))
    if unknown:
        found.append(say("Too little is known to say how much {names} normally vary.", names=listed(unknown)))
    return found


def warnings(data: ReportData, bridge: Bridge | None) -> list[Sentence]:
    """What could make the answer wrong: suspected faults, an unfinished period, totals that disagree."""
    found = [_faults(bridge), _unfinished(data), _stale(data, bridge)]
    return [sentence for sentence in found if sentence is not None]


def _faults(bridge: Bridge | None) -> Sentence | None:
    fault = bridge.driver("data") if bridge else None
    if bridge is None or fault is None or not fault.amount:
        return None
    return say(
        "{share} of the change, {size}, looks like a fault in the data, not like demand: check the files first.",
        share=opened(_share_of_change(fault, bridge)),
        size=money(abs(fault.amount), bridge.unit),
    )


def _share_of_change(driver: Driver, bridge: Bridge) -> Sentence:
    share = ratio(driver.amount, bridge.change)
    return say("part") if share is None or share < 0 else say("{percent}", percent=percent(share))


def _unfinished(data: ReportData) -> Sentence | None:
    newest = data.newest_day
    if newest is None or newest >= data.period.last:
        return None
    template = "{period} is not complete: the newest business day is {newest}."
    return say(template, period=data.period.label, newest=long_date(newest))


def _stale(data: ReportData, bridge: Bridge | None) -> Sentence | None:
    """The bridge was computed earlier than the daily table and no longer agrees with it."""
    if bridge is None or data.orders.empty:
        return None
    daily = total(data, data.period, data.measure)
    if abs(daily - bridge.period) <= 0.001 * abs(daily):
        return None
    return say(
        "The bridge says {bridge} for {period}, the daily table now says {daily}: run `assay explain` again.",
        bridge=money(bridge.period, bridge.unit),
        period=data.period.label,
        daily=money(daily, bridge.unit),
    )


def _volume_first(bridge: Bridge) -> bool:
    return abs(bridge.volume.amount) >= abs(bridge.aov.amount)


def _lead(bridge: Bridge) -> Sentence:
    volume, value = bridge.volume, bridge.aov
    if not (volume.stands or value.stands):
        return say("Neither volume nor {value} can be told from normal variation", value=value.label.lower())
    main, other = (volume, value) if _volume_first(bridge) else (value, volume)
    if not main.stands or main.amount * bridge.change <= 0:
        return say("The change has no single cause")
    return _lead_of_cause(main, other)


def _lead_of_cause(main: Driver, other: Driver) -> Sentence:
    names = (main.label.lower(), other.label.lower())
    relative = other.amount / main.amount
    if not other.stands:
        return say("It came from {main}", main=names[0])
    if relative >= SECOND_CAUSE_FROM:
        return say("It came from both {main} and {other}", main=names[0], other=names[1])
    if relative <= -CANCELS_FROM:
        return say("Two movements worked against each other")
    template = "It came from {main}, not from {other}" if relative <= 0 else "It came mainly from {main}"
    return say(template, main=names[0], other=names[1])
