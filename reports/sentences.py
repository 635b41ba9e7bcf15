"""Sentences that carry the values they state, so that a test can hold them against the data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports import numbers
from reports.numbers import Unit


@dataclass(frozen=True)
class Value:
    """A number and the words it is stated in."""

    number: float
    shown: str


@dataclass(frozen=True)
class Sentence:
    """Plain text (never markup) and the values it states, by name."""

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)


Part = Value | Sentence | str


def say(template: str, **parts: Part) -> Sentence:
    """Fill the template; values of a part that is itself a sentence are named ``part.value``."""
    text = template.format(**{name: _words(part) for name, part in parts.items()})
    return Sentence(text, {key: value for name, part in parts.items() for key, value in _values(name, part)})


def money(value: float, unit: Unit) -> Value:
    """An amount with its unit."""
    return Value(value, numbers.amount(value, unit))


def signed(value: float, unit: Unit) -> Value:
    """An amount with sign and unit."""
    return Value(value, numbers.signed(value, unit))


def percent(share: float) -> Value:
    """A share as a percentage."""
    return Value(share, numbers.percent(share))


def signed_percent(share: float) -> Value:
    """A relative change as a percentage with its sign."""
    return Value(share, numbers.signed_percent(share))


def count(number: int, noun: str, plural: str | None = None) -> Value:
    """A number of things."""
    return Value(number, numbers.count(number, noun, plural))


def listed(words: list[str]) -> str:
    """Words as an English list: one, two and three."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def opened(sentence: Sentence) -> Sentence:
    """The same sentence with its first letter in upper case."""
    return Sentence(sentence.text[:1].upper() + sentence.text[1:], sentence.values)


def _words(part: Part) -> str:
    if isinstance(part, Value):
        return part.shown
    return part.text if isinstance(part, Sentence) else part


def _values(name: str, part: Part) -> list[tuple[str, Value]]:
    if isinstance(part, Value):
        return [(name, part)]
    return [(f"{name}.{key}", value) for key, value in part.values.items()] if isinstance(part, Sentence) else []
