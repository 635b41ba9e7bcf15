"""What one driver did, in words that are as sure as its interval."""

from reports import numbers
from reports.bridge import Certainty, Driver
from reports.numbers import Unit
from reports.sentences import Sentence, Value, money, say, signed

UNCERTAIN = "cannot be told from normal variation"
UNKNOWN = "and how much it normally varies is not known"


def effect(driver: Driver, unit: Unit) -> Sentence:
    """Such as: volume took INR 50.2M (95% interval INR 44.1M to 56.0M)."""
    name = driver.label.lower()
    if driver.certainty is Certainty.NOTHING:
        return say("{name} changed nothing", name=name)
    if driver.certainty is Certainty.UNKNOWN:
        return say("{name} {moved}, {unknown}", name=name, moved=moved(driver, unit), unknown=UNKNOWN)
    if driver.certainty is Certainty.UNCERTAIN:
        return say("{name} {unsure}", name=name, unsure=unsure(driver, unit))
    return say("{name} {moved}", name=name, moved=moved(driver, unit))


def measured(driver: Driver, unit: Unit) -> Sentence:
    """The amount alone, where the sentence around it says that it is uncertain."""
    name, amount = driver.label.lower(), signed(driver.amount, unit)
    if driver.low is None or driver.high is None:
        return say("{name} {amount}", name=name, amount=amount)
    interval = _ends((driver.low, driver.high), unit)
    return say("{name} {amount} (95% interval {interval})", name=name, amount=amount, interval=interval)


def moved(driver: Driver, unit: Unit) -> Sentence:
    """Such as: took INR 19.6M; with the interval, in the direction of the verb, where there is one."""
    size = money(abs(driver.amount), unit)
    if driver.low is None or driver.high is None:
        return say("{verb} {size}", verb=verb(driver.amount), size=size)
    ends = (driver.low, driver.high) if driver.amount > 0 else (-driver.high, -driver.low)
    return say(
        "{verb} {size} (95% interval {interval})", verb=verb(driver.amount), size=size, interval=_ends(ends, unit)
    )


def unsure(driver: Driver, unit: Unit) -> Sentence:
    """Such as: cannot be told from normal variation (INR +0.4M, 95% interval INR -2.1M to +2.9M)."""
    ends = _ends((driver.low or 0.0, driver.high or 0.0), unit)
    amount = signed(driver.amount, unit)
    return say("{uncertain} ({amount}, 95% interval {interval})", uncertain=UNCERTAIN, amount=amount, interval=ends)


def verb(amount: float) -> str:
    """Took for a loss, added for a gain."""
    return "took" if amount < 0 else "added"


def _ends(ends: tuple[float, float], unit: Unit) -> Sentence:
    low, high = ends
    text = numbers.interval(low, high, unit)
    return Sentence(text, {"low": Value(low, text), "high": Value(high, text)})
