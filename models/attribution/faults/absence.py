"""Days that are missing: no order or hardly any where the place's own past and the other places let expect many."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.faults.places import Place, PlaceDays, place_days
from models.attribution.lines import Lines, revenue
from models.attribution.named import Finding, around

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LEFT_AT_MOST = 0.02  # of what was expected
WHOLE = 0.4  # of what was expected: what a day beside a missing one still has
LEAST_EXPECTED = 20.0  # orders
LONGEST = 20  # days; what stays away longer was given up
WEEK = 7
USUALLY_CLOSED = 0.5  # share of a weekday's days without a line
CORRELATED = 1.2  # standard error of a sum of days over that of independent ones
FREEDOM = 20.0


@dataclass(frozen=True)
class Hole:
    """Days of a place that are missing.

    Attributes:
        where: The place.
        dates: The days.
        others: The days of the same period that are there.
        profile: What each missing day is worth, as a share of the other days together; shape (dates,).
    """

    where: dict[str, object]
    dates: pd.DatetimeIndex
    others: pd.DatetimeIndex
    profile: Floats


def without_holes(lines: Lines) -> tuple[Lines, list[Finding], list[Hole]]:
    """The lines with those beside missing ones standing for them too, what was missing, and where."""
    days = place_days(lines)
    table, findings, holes = lines.table, [], []
    covered = np.zeros(len(days.dates), dtype=bool)
    counts = days.orders
    for number, place in enumerate(days.places):
        for run in _missing(days, counts, number, covered):
            hole, finding, stands_for = _filled(days, counts, number, run)
            table = table.assign(
                weight=np.where(stands_for, table["weight"] * (1 + hole.profile.sum()), table["weight"])
            )
            findings.append(finding)
            holes.append(hole)
            covered[run] |= place.dimension is None
    return replace(lines, table=table), findings, holes


def _missing(days: PlaceDays, counts: Floats, number: int, covered: Flags) -> Iterator[Codes]:
    """Runs of missing days in the two periods."""
    expected = _expected(days, counts, number)
    empty = (counts[number] <= LEFT_AT_MOST * expected) & (expected > 0) & ~covered
    usual = _usual_gap(days, empty)
    for run in days.runs(empty & ~_closed(days, counts[number])):
        whole = _whole_run(empty, run)
        enough = expected[run].sum() >= LEAST_EXPECTED and _sharp(counts[number], expected, whole)
        if days.sign(run) and usual < len(whole) <= LONGEST and enough:
            yield run


def _expected(days: PlaceDays, counts: Floats, number: int) -> Floats:
    """The orders that a place's share of everything would be, by day; of everything, a usual day."""
    compared = np.logical_or(*days.compared) & (counts[0] > 0)
    if number == 0:
        return np.full(len(days.dates), float(np.median(counts[0][compared])))
    share = float(np.median(counts[number][compared] / counts[0][compared]))
    rest: Floats = (counts[0] - counts[number]) * share / max(1 - share, 0.01)
    return rest


def _sharp(counts: Floats, expected: Floats, run: Codes) -> bool:
    """Whether the days beside the run are whole: files are lost all at once, an outage leaves some orders."""
    beside = np.array([day for day in (run[0] - 1, run[-1] + 1) if 0 <= day < len(counts)], dtype=np.int64)
    return bool((counts[beside] >= WHOLE * expected[beside]).all())


def _usual_gap(days: PlaceDays, empty: Flags) -> int:
    """The longest run of empty days in history."""
    past = empty & ~np.logical_or(*days.compared)
    return max((len(run) for run in days.runs(past) if len(run) <= LONGEST), default=0)


def _closed(days: PlaceDays, counts: Floats) -> Flags:
    """Days whose day of the week usually has no line."""
    weekday = days.dates.dayofweek.to_numpy()
    share = np.array([np.mean(counts[weekday == day] == 0) if (weekday == day).any() else 0 for day in range(WEEK)])
    closed: Flags = (share > USUALLY_CLOSED)[weekday]
    return closed


def _whole_run(empty: Flags, run: Codes) -> Codes:
    """The run with the empty days right before and after it, whatever period they are in."""
    first, last = run[0], run[-1]
    while first > 0 and empty[first - 1]:
        first -= 1
    while last + 1 < len(empty) and empty[last + 1]:
        last += 1
    return np.arange(first, last + 1)


def _filled(days: PlaceDays, counts: Floats, number: int, run: Codes) -> tuple[Hole, Finding, Flags]:
    place = days.places[number]
    held = days.compared[1] if days.sign(run) > 0 else days.compared[0]
    others = np.setdiff1d(np.flatnonzero(held), run)
    base = counts[0] - counts[number] if number else _weekday_index(days, counts[0])
    profile: Floats = base[run] / max(base[others].sum(), 0.5)
    inside = np.zeros(len(days.day), dtype=bool)
    inside[place.holds()] = True
    daily = np.bincount(days.day[inside], revenue(days.lines.table)[inside], len(days.dates)).astype(float)
    lost = float(daily[others].sum() * profile.sum() - daily[run].sum())
    finding = _finding(days, place, run, counts, number, _amount_error(daily, base, others, run), lost)
    return Hole(place.where, days.dates[run], days.dates[others], profile), finding, inside & np.isin(days.day, others)


def _weekday_index(days: PlaceDays, total: Floats) -> Floats:
    weekday = days.dates.dayofweek.to_numpy()
    there = total > 0
    means = pd.Series(total[there]).groupby(weekday[there]).median().reindex(range(WEEK)).fillna(0.0)
    index: Floats = means.to_numpy(dtype=float)[weekday]
    return index


def _amount_error(daily: Floats, base: Floats, others: Codes, run: Codes) -> float:
    """Standard error of what the missing days had brought, from how the other days differ."""
    told = others[base[others] > 0]
    rate = daily[told] / base[told]
    size = base[run].sum()
    days = len(run) + len(run) ** 2 / max(len(told), 1)
    return float(np.std(rate) * size / len(run) * np.sqrt(days) * CORRELATED) if len(told) > 1 else abs(size)


def _finding(
    days: PlaceDays, place: Place, run: Codes, counts: Floats, number: int, error: float, lost: float
) -> Finding:
    expected = _expected(days, counts, number)[run].sum()
    evidence = f"{counts[number][run].sum():.0f} orders where about {expected:.0f} were expected"
    amount = around(-days.sign(run) * lost, error, FREEDOM)
    return Finding("data_loss_suspected", place.where, days.stretch(run), "data", amount, 0.0, evidence)
