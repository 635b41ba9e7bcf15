"""Prices or quantities in another unit or currency: all of a place's lines, by one factor, from one day to the next."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.attribution.faults.places import Place, PlaceDays, place_days
from models.attribution.lines import Lines, revenue
from models.attribution.named import Finding, around

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LEAST_FACTOR = 3.0
LEAST_ORDERS = 5  # of a day: fewer may be anything
ROUND_ERRORS = 3.0
FREEDOM = 30.0
CLEAR = 6.0  # standard errors of a day's mean logarithm
MIXED = 2.5  # times the usual variance: some of the lines only, not the place as a whole
ROUNDING = 1e-9  # of a variance: where all values are the same
ROUND = 0.05  # logarithm: a factor so near to a power of ten, or within its own error of it, is taken for one


@dataclass(frozen=True)
class Jump:
    """A place whose values are ``factor`` times the usual on ``days``, to a relative ``error``."""

    place: Place
    days: Codes
    factor: float
    error: float


@dataclass(frozen=True)
class DailyLogs:
    """The logarithms of the positive values of each place and day.

    Attributes:
        counts: How many there are, shape (places, days).
        mean: Their mean, same shape.
        variance: Their variance, same shape.
    """

    counts: Floats
    mean: Floats
    variance: Floats


def in_usual_units(lines: Lines) -> tuple[Lines, list[Finding]]:
    """The lines with prices and quantities as they were before, and what the change of unit had added."""
    found: list[Finding] = []
    for column in ("list_price", "quantity"):
        while jumps := list(_jumps(place_days(lines), column)):
            days = place_days(lines)
            lines, finding = _corrected(lines, days, jumps[0], column)
            found.extend(finding)
    return lines, found


def _jumps(days: PlaceDays, column: str) -> Iterator[Jump]:
    daily = _daily_logs(days, column)
    known = (days.orders >= LEAST_ORDERS) & (daily.counts > 0)
    before = np.arange(len(days.dates)) < np.argmax(days.compared[1])
    for number in range(len(days.places)):
        past = known[number] & before if (known[number] & before).any() else known[number]
        if past.any():
            yield from _jumps_of(days, daily, number, known[number], past)


def _daily_logs(days: PlaceDays, column: str) -> DailyLogs:
    table = days.lines.table
    values = table[column].to_numpy() * (table["fx_rate"].to_numpy() if column == "list_price" else 1.0)
    told = values > 0
    logs = np.log(np.where(told, values, 1.0))
    counts, sums, squares = (days.sums(told * logs**power) for power in (0, 1, 2))
    mean = sums / np.maximum(counts, 1)
    return DailyLogs(counts, mean, np.maximum(squares / np.maximum(counts, 1) - mean**2, 0.0))


def _jumps_of(days: PlaceDays, daily: DailyLogs, number: int, known: Flags, past: Flags) -> Iterator[Jump]:
    """The runs of known days of one place whose values are, all alike, far from those of its past."""
    mean, variance = daily.mean[number], daily.variance[number]
    usual, spread = float(np.median(mean[past])), float(np.median(variance[past]))
    jump = mean - usual
    error = np.sqrt(spread / np.maximum(days.orders[number], 1))
    flags = known & (np.abs(jump) > np.maximum(np.log(LEAST_FACTOR), CLEAR * error))
    for run in days.runs(flags & (variance <= MIXED * spread + ROUNDING)):
        weights = daily.counts[number][run]
        of_run = float(np.average(jump[run], weights=weights))
        yield Jump(days.places[number], run, *_factor(of_run, float(np.sqrt(spread / weights.sum()))))


def _factor(jump: float, error: float) -> tuple[float, float]:
    """The factor and its relative error, or the power of ten that it may be."""
    tens = round(jump / np.log(10))
    near = abs(jump - tens * np.log(10)) < max(ROUND, ROUND_ERRORS * error)
    return (float(10.0**tens), 0.0) if near and tens else (float(np.exp(jump)), error)


def _corrected(lines: Lines, days: PlaceDays, jump: Jump, column: str) -> tuple[Lines, list[Finding]]:
    changed = np.zeros(len(days.day), dtype=bool)
    changed[jump.place.holds()] = True
    changed &= (days.day >= jump.days[0]) & (days.day <= jump.days[-1])
    table = lines.table.assign(**{column: np.where(changed, lines.table[column] / jump.factor, lines.table[column])})
    usual = revenue(table)[changed].sum()
    added = days.sign(jump.days) * float(revenue(lines.table)[changed].sum() - usual)
    amount = around(added, float(abs(usual)) * jump.error, FREEDOM)
    evidence = f"{column} of {int(changed.sum())} lines is {jump.factor:.4g} times the usual"
    stretch = days.stretch(jump.days)
    finding = Finding("unit_change_suspected", jump.place.where, stretch, "data", amount, 0.0, evidence)
    return replace(lines, table=table), [finding] if days.sign(jump.days) else []
