"""Days that a calendar names, against the days around them: nobody had to search for them, so that less tells."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.attribution.search.contrasts import HALF
from models.attribution.search.days import OrderDays
from models.attribution.search.evidence import TINY, Evidence, prior_odds
from models.attribution.search.multiplicity import q_values
from models.attribution.search.relatives import settle
from models.attribution.search.scans import FREEDOM, Scan, WindowNoise, between_windows, own_noise, running
from models.attribution.search.segments import Segments
from models.attribution.search.windows import Window, window_question

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

SIDE = 14  # days on either side
LEAST_SIDE = 5  # fewer are left out: a trend shows less than their noise
LEAST_PAST = 4  # lengths of the run that history must have, to know how far such runs stray
LEAST_SHIFT = 0.05
LEVEL = 0.01  # false discovery rate: an analyst would ask about these days anyway
MOST_PLACES = 4  # named for one event


@dataclass(frozen=True)
class Surroundings:
    """A run of days, and the days before and after that it is held against.

    Attributes:
        before: Days before the run that count.
        skipped_before: Days between those and the run: of another event, or of this one in the other period.
        length: Days of the run.
        skipped_after: As before it.
        after: Days after the run that count.
    """

    before: int
    skipped_before: int
    length: int
    skipped_after: int
    after: int

    @property
    def lead(self) -> int:
        """Days from the first that counts to the run's first."""
        return self.before + self.skipped_before

    @property
    def days(self) -> int:
        """From the first to the last that counts."""
        return self.lead + self.length + self.skipped_after + self.after

    @property
    def sampling(self) -> float:
        """The variance of found over expected, if orders were independent, times the orders expected."""
        sides = [count for count in (self.before, self.after) if count]
        return 1 + self.length * sum(1 / count for count in sides) / len(sides) ** 2

    def slide(self, daily: Floats) -> tuple[Floats, Floats]:
        """Found and expected on every run of this length: the mean of the days before and of those after.

        Args:
            daily: Orders, weekdays taken out, shape (S, T).

        Returns:
            Two arrays of shape (S, T - days + 1), by the first day that counts.
        """
        summed, starts = running(daily), daily.shape[1] - self.days + 1

        def of(first: int, count: int) -> Floats:
            sums: Floats = summed[:, first + count :][:, :starts] - summed[:, first:][:, :starts]
            return sums

        sides = ((0, self.before), (self.days - self.after, self.after))
        usual = np.mean([of(first, count) / count for first, count in sides if count], axis=0)
        return of(self.lead, self.length), self.length * usual


def find_known(
    days: OrderDays, events: Iterable[Codes], named: Flags, noise: WindowNoise, whole_error: Floats
) -> tuple[list[Window], OrderDays]:
    """The parts of the business that moved on days of the calendar, and the days as they would have been without.

    A part is held against its own other days, less what the rest of the business usually shares with it: a country
    that keeps a festival may be most of the business, and the others say little of what it would have done.

    Args:
        days: The orders.
        events: The days of each event in a period, by position.
        named: Whether the calendar names each day, shape (T,).
        noise: Of windows.
        whole_error: Standard error of the whole business's orders in a window of 1, 2, ... days.
    """
    windows: list[Window] = []
    for event in events:
        for _ in range(MOST_PLACES):
            window = _clearest(days, event, named, noise, whole_error)
            if window is None:
                break
            windows.append(window)
            days = _without(days, window)
    return windows, days


def surroundings_of(event: Codes, named: Flags) -> Surroundings:
    """The nearest stretch of days on either side that the calendar does not name."""
    skipped_before, before = _side(named[: event[0]][::-1])
    skipped_after, after = _side(named[event[-1] + 1 :])
    return Surroundings(before, skipped_before, len(event), skipped_after, after)


def _side(outward: Flags) -> tuple[int, int]:
    """How many days are named first, and how many after those are not; none where there are hardly any."""
    skipped = len(outward) if outward.all() else int(np.argmin(outward))
    plain = outward[skipped : skipped + SIDE]
    count = int(np.argmax(plain)) if plain.any() else len(plain)
    return skipped, count if count >= LEAST_SIDE else 0


def _clearest(days: OrderDays, event: Codes, named: Flags, noise: WindowNoise, whole_error: Floats) -> Window | None:
    """The part of the business that the event explains best, None where none is clear."""
    surroundings = surroundings_of(event, named)
    if not surroundings.before + surroundings.after:
        return None
    past, now = _held(days, event, surroundings, named)
    if past.found.shape[1] < LEAST_PAST * surroundings.length:
        return None
    seen = _weigh(days, past, now, noise.dispersion * surroundings.sampling)
    clear = np.flatnonzero((seen.q_value < LEVEL) & (np.abs(seen.shift) > LEAST_SHIFT))
    if not len(clear):
        return None
    best = int(clear[np.argmax(seen.odds[clear])])
    question = window_question(days, event, noise, whole_error)
    return _window(days, event, seen, settle(question, seen, best, LEVEL) if best else best)


def _window(days: OrderDays, event: Codes, seen: Evidence, segment: int) -> Window:
    found, shift = float(days.of_segments[segment, event].sum()), float(seen.shift[segment])
    return Window(
        segment=segment,
        days=event,
        shift=shift,
        error=float(seen.error[segment]),
        expected=found / float(np.exp(shift)),
        found=found,
        q_value=float(seen.q_value[segment]),
        known=True,
    )


def _held(days: OrderDays, event: Codes, surroundings: Surroundings, named: Flags) -> tuple[Scan, Scan]:
    """Every such run of history without an event, and the event, each against what is to be expected of it."""
    own, whole = days.of_segments, days.of_segments[0]
    found, usual = surroundings.slide(own / (days.weekday_index * days.weekday_tilt))
    rest_found, rest_usual = surroundings.slide((whole - own) / days.weekday_index)
    start = int(event[0]) - surroundings.lead
    compared = int(np.flatnonzero(days.blocks.of_day >= days.blocks.size - 2)[0])
    eventful, _ = surroundings.slide(named[None, :].astype(float))
    history = np.flatnonzero(eventful[0, : max(compared - surroundings.days + 1, 0)] == 0)
    rest = np.log((rest_found + HALF) / (rest_usual + HALF))
    shared = _shared(np.log((found + HALF) / (usual + HALF))[:, history], rest[:, history])
    expected = usual * np.exp(shared[:, None] * rest)
    past, now = (
        Scan(start, surroundings.length, found[:, held], expected[:, held]) for held in (history, np.array([start]))
    )
    return past, now


def _shared(own: Floats, rest: Floats) -> Floats:
    """How much of the rest's movement each part usually takes part in, from none to all, shape (S,)."""
    squares = np.maximum((rest**2).sum(axis=1), np.finfo(float).tiny)
    shared: Floats = np.clip((own * rest).sum(axis=1) / squares, 0.0, 1.0)
    return shared


def _weigh(days: OrderDays, past: Scan, now: Scan, dispersion: float) -> Evidence:
    """How far every segment strayed on the event's days, beside how far it strays on others."""
    segments = days.segments
    between = between_windows(days, [past], dispersion)
    own = own_noise([past], between, dispersion)
    error = np.sqrt((between + dispersion / np.maximum(now.expected[:, 0], HALF)) * own)
    clear = now.clear(dispersion, between[:, None], own[:, None])[:, 0]
    p_value = 2 * stats.t.sf(clear, _freedom(segments, past))
    clear = stats.norm.isf(np.maximum(p_value, TINY) / 2)
    told = now.told[:, 0]
    q_value, prior = q_values(p_value, told, segments.depth), prior_odds(segments.depth, told)
    return Evidence(np.zeros(len(days.counts)), now.shift[:, 0], error, clear, q_value, prior, clear**2 / 2)


def _freedom(segments: Segments, past: Scan) -> Floats:
    """Runs of history that have no day in common, of all segments of a kind but one: they cancel out; shape (S,)."""
    alike = np.maximum(np.bincount(segments.kind) - 1, 1)[segments.kind]
    freedom: Floats = np.minimum(alike * past.found.shape[1] / past.length, FREEDOM)
    return freedom


def _without(days: OrderDays, window: Window) -> OrderDays:
    leaves = days.segments.leaves(window.segment)
    return days.with_counts(leaves, window.days, days.counts[np.ix_(leaves, window.days)] / np.exp(window.shift))
