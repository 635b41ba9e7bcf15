"""Loads that came twice: lines repeated in every field, on days that usually repeat few."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.faults.places import Place, PlaceDays, place_days
from models.attribution.lines import Lines, revenue
from models.attribution.named import Amount, Finding

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

DOUBLED = 0.7  # share of what a second copy of every line would add to the repeats
PARTLY_DOUBLED = 0.15  # the same of a day as a whole, where no value of a dimension tells the copies apart
CLEARLY_MORE = 6  # robust standard deviations of the days, where lines that do not say what was bought often repeat
LEAST_REPEATS = 15
USUALLY_AT_MOST = 0.6  # repeats among a place's lines; where more repeat, nothing can be told


def without_doubles(lines: Lines) -> tuple[Lines, list[Finding]]:
    """The lines without second copies, and what those had added."""
    days = place_days(lines)
    copy = _copies(lines.table)
    found: list[Finding] = []
    gone = np.zeros(len(copy), dtype=bool)
    value = revenue(lines.table)
    for place, run in _doubled(days, copy, gone):
        extra = copy & ~gone & (days.day >= run[0]) & (days.day <= run[-1])
        extra &= _flags(place, len(copy))
        gone |= extra
        if days.sign(run):
            found.append(_finding(place, days, run, extra, value))
    return replace(lines, table=lines.table[~gone].reset_index(drop=True)) if gone.any() else lines, found


def _copies(table: pd.DataFrame) -> Flags:
    """The second half of lines that are the same but for the number of their order.

    Where nobody knows who bought, orders of the same things are nothing unusual: their number counts, too.
    """
    told = table["order"].where(table["customer"] < 0, -1)
    content = pd.util.hash_pandas_object(table.assign(order=told), index=False).to_numpy()
    alike = pd.Series(content).groupby(content)
    rank, size = alike.cumcount().to_numpy(), alike.transform("size").to_numpy()
    second: Flags = rank >= (size + 1) // 2
    return second


def _doubled(days: PlaceDays, copy: Flags, gone: Flags) -> Iterator[tuple[Place, Codes]]:
    """Places and days whose lines repeat as a second load would make them; the whole business first."""
    counts, repeats = days.sums(), days.sums(copy.astype(float))
    taken = np.zeros(len(days.dates), dtype=bool)  # days of the whole business, so that no value is named for them
    for number, place in enumerate(days.places):
        flags = (_share_of_second_load(repeats[number], counts[number]) >= DOUBLED) & ~taken
        flags &= repeats[number] >= LEAST_REPEATS
        taken |= flags & (number == 0)
        yield from ((place, run) for run in days.runs(flags))
    repeats = days.sums((copy & ~gone).astype(float))[0]
    share = _share_of_second_load(repeats, counts[0])
    flags = (share >= PARTLY_DOUBLED) & (share > CLEARLY_MORE * _spread(share[counts[0] > 0]))
    yield from ((days.places[0], run) for run in days.runs(flags & (repeats >= LEAST_REPEATS)))


def _share_of_second_load(repeats: Floats, counts: Floats) -> Floats:
    """How much of a second copy of every line the repeats beyond the usual are, by day."""
    share = repeats / np.maximum(counts, 1)
    usual = float(np.median(share[counts > 0])) if (counts > 0).any() else 0.0
    if usual > USUALLY_AT_MOST / 2:
        return np.zeros_like(share)
    extra: Floats = (share - usual) / (0.5 - usual / 2)
    return extra


def _spread(shares: Floats) -> float:
    """The median deviation of days from their usual of zero, in standard deviations of a normal distribution."""
    return float(1.4826 * np.median(np.abs(shares))) if len(shares) else 0.0


def _flags(place: Place, size: int) -> Flags:
    flags = np.zeros(size, dtype=bool)
    flags[place.holds()] = True
    return flags


def _finding(place: Place, days: PlaceDays, run: Codes, extra: Flags, value: Floats) -> Finding:
    amount = days.sign(run) * float(value[extra].sum())
    evidence = f"{int(extra.sum())} lines repeat another one in every field but the order"
    return Finding(
        "double_load_suspected", place.where, days.stretch(run), "data", Amount(amount, amount, amount), 0.0, evidence
    )
