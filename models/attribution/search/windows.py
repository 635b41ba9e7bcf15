"""Some days of a segment that are unlike the others of their period: outages, local events."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.attribution.search.contrasts import HALF, Counts
from models.attribution.search.days import OrderDays
from models.attribution.search.evidence import Evidence, Question, weigh
from models.attribution.search.relatives import settle
from models.attribution.search.scans import LONGEST, WindowNoise, scan

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LEAST_DAYS = 14  # of a block, to look for days unlike the others
CLEAR = 6.5  # standard errors
RECORD = 1.25  # times the clearest window of history
MOST_WINDOWS = 8
MIRRORED = 0.8  # of the clearest: what may be the same movement seen from the other side


@dataclass(frozen=True)
class Window:
    """Days on which a segment's orders were unlike those of the rest.

    Attributes:
        segment: Its place among the segments.
        days: Positions of its days, in order.
        shift: Logarithm of orders over those expected.
        error: Standard error of the shift.
        expected: Orders expected.
        found: Orders there were.
        q_value: Expected share of false names among those at least as clear.
        known: Whether the calendar names an event on these days.
    """

    segment: int
    days: Codes
    shift: float
    error: float
    expected: float
    found: float
    q_value: float
    known: bool


def find_windows(days: OrderDays, noise: WindowNoise, whole_error: Floats) -> tuple[list[Window], OrderDays]:
    """Windows in the baseline and the period, the clearest first, and the days as they would have been without.

    Args:
        days: The orders.
        noise: Of windows.
        whole_error: Standard error of the whole business's orders in a window of 1, 2, ... days.
    """
    windows: list[Window] = []
    threshold = max(CLEAR, RECORD * noise.clearest)
    while len(windows) < MOST_WINDOWS and np.isfinite(threshold):
        best = _clearest(days, noise)
        if best is None or best[0] < threshold:
            break
        clear, segment, run = best
        question = window_question(days, run, noise, whole_error)
        seen = weigh(question, [])
        alike = np.flatnonzero((seen.clear > MIRRORED * seen.clear[segment]) & question.contrast.tested)
        segment = int(alike[np.argmax(seen.odds[alike])]) if len(alike) else segment
        window, days = _taken_out(days, settle(question, seen, segment), run, seen, clear)
        windows.append(window)
    return windows, days


def _clearest(days: OrderDays, noise: WindowNoise) -> tuple[float, int, Codes] | None:
    """The clearest window: its standard errors, segment and days."""
    best = None
    for block in (days.blocks.baseline, days.blocks.period):
        if len(days.block_days(block)) < LEAST_DAYS:
            continue
        for one in scan(days, block):
            clear = noise.clear(one)
            segment, start = np.unravel_index(np.argmax(clear), clear.shape)
            if best is None or clear[segment, start] > best[0]:
                best = (float(clear[segment, start]), int(segment), one.start + start + np.arange(one.length))
    return best


def window_question(days: OrderDays, window: Codes, noise: WindowNoise, whole_error: Floats) -> Question:
    """The window's days against the other days of their block, brought to the same days of the week."""
    others, index = _others(days, window), days.weekday_index
    scaled = index[window].sum() / index[others].sum()
    counts = np.column_stack([days.counts[:, others].sum(axis=1) * scaled, days.counts[:, window].sum(axis=1)])
    segments, length = days.segments, min(len(window), LONGEST)
    contrast = Counts(segments, segments.depth > 0, counts, np.zeros(segments.size, dtype=np.int64))
    return Question(contrast, noise.of_length(length), 1, days.of_segments.sum(axis=1), float(whole_error[length - 1]))


def _others(days: OrderDays, window: Codes) -> Codes:
    others: Codes = np.setdiff1d(days.block_days(int(days.blocks.of_day[window[0]])), window)
    return others


def _taken_out(days: OrderDays, segment: int, window: Codes, seen: Evidence, clear: float) -> tuple[Window, OrderDays]:
    """The window as it is named, and the days with what they would have been.

    The q-value of a window that was searched for is that of one as clear anywhere (Bonferroni).
    """
    others, own = _others(days, window), days.of_segments[segment]
    base = (days.of_segments[0] - own) * days.weekday_tilt[segment]
    profile = base[window] / max(base[others].sum(), HALF)
    found, expected = float(own[window].sum()), float(own[others].sum() * profile.sum())
    leaves = days.segments.leaves(segment)
    usual = days.counts[np.ix_(leaves, others)].sum(axis=1)
    anywhere = min(1.0, 2 * float(stats.norm.sf(clear)) * days.segments.size * len(days.blocks.days))
    named = Window(
        segment=segment,
        days=window,
        shift=float(np.log((found + HALF) / (expected + HALF))),
        error=float(seen.error[segment]),
        expected=expected,
        found=found,
        q_value=anywhere,
        known=False,
    )
    return named, days.with_counts(leaves, window, usual[:, None] * profile)
