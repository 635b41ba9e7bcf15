"""Columns of numbers as columns of text, and text spoiled here and there."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.simulator.arrays import Flags, Ints

_TWO_DIGITS = tuple(f"{number:02d}" for number in range(100))

Spoiler = Callable[[pa.Array], pa.Array]


def whole(values: Ints) -> pa.Array:
    """Whole numbers: ``7``."""
    return pc.cast(pa.array(values), pa.string())


def hundredths(values: Ints) -> pa.Array:
    """Hundredths as decimals with a dot: ``12.50``; the values are not negative."""
    return join([whole(values // 100), ".", two_digits(values % 100)])


def two_digits(values: Ints) -> pa.Array:
    """Numbers below a hundred, with a leading zero below ten."""
    return choose(_TWO_DIGITS, values)


def clock_minutes(seconds: Ints) -> pa.Array:
    """Seconds of the day as hours and minutes: ``17:05``."""
    return join([two_digits(seconds // 3600), ":", two_digits(seconds // 60 % 60)])


def clock_times(seconds: Ints) -> pa.Array:
    """Seconds of the day as hours, minutes and seconds: ``17:05:09``."""
    return join([clock_minutes(seconds), ":", two_digits(seconds % 60)])


def numbered(prefix: str, values: Ints, width: int) -> pa.Array:
    """Identifiers: a prefix and a number padded with zeros."""
    return join([prefix, pc.utf8_lpad(whole(values), width, "0")])


def choose(labels: Sequence[str], positions: Ints | Flags) -> pa.Array:
    """The label at each position."""
    return pa.array(list(labels), pa.string()).take(pa.array(positions.astype(np.int64)))


def join(parts: Sequence[pa.Array | str]) -> pa.Array:
    """Texts put together element by element."""
    return pc.binary_join_element_wise(*parts, "")


def affix(before: str, after: str = "") -> Spoiler:
    """A spoiler that puts text around a value."""
    return lambda values: join([before, values, after])


def replaced(value: str) -> Spoiler:
    """A spoiler that puts another text in the value's place."""
    return lambda values: pa.array([value] * len(values), pa.string())


def spoil(generator: np.random.Generator, column: pa.Array, rate: float, spoilers: Sequence[Spoiler]) -> pa.Array:
    """Spoil a share of the values, each in one of the ways at random."""
    return spoil_where(generator, column, chosen(generator, len(column), rate), spoilers)


def spoil_where(
    generator: np.random.Generator, column: pa.Array, where: Flags, spoilers: Sequence[Spoiler]
) -> pa.Array:
    """Spoil the values at the given places, each in one of the ways at random."""
    way = generator.integers(0, len(spoilers), len(column))
    for number, spoiler in enumerate(spoilers):
        mask = pa.array(where & (way == number))
        column = pc.replace_with_mask(column, mask, spoiler(column.filter(mask)))
    return column


def chosen(generator: np.random.Generator, size: int, rate: float) -> Flags:
    """A random share of ``size`` places."""
    return generator.random(size) < rate


def day_texts(days: Sequence[date], pattern: str) -> list[str]:
    """Days as text, by a ``strftime`` pattern."""
    return [day.strftime(pattern) for day in days]
