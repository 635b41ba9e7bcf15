"""Where and when the number of orders moved."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.attribution.named import Amount, Finding
from models.attribution.search.amounts import of_counts, of_window
from models.attribution.search.causes import find_causes
from models.attribution.search.days import OrderDays
from models.attribution.search.drivers import volume
from models.attribution.search.evidence import Cause, Question, removed_by
from models.attribution.search.ground import Ground
from models.attribution.search.known import find_known
from models.attribution.search.noise import learn_noise
from models.attribution.search.scans import learn_windows
from models.attribution.search.total import (
    EVENT_FREEDOM,
    Event,
    WholeMovement,
    find_event,
    whole_movement,
    window_errors,
    without_event,
)
from models.attribution.search.windows import Window, find_windows

Floats = NDArray[np.float64]

ENOUGH_ORDERS = 30  # of the period, to know what one brings
MOST_EVENTS = 3
WHOLE_P_VALUE = 0.005
LEAST_WHOLE_SHIFT = 0.02
OUTAGE = -0.4  # logarithm of what is left of orders: a smaller fall is a lull


def find_volume(ground: Ground) -> Iterator[Finding]:
    """Days unlike the others first; then, these taken out, segments of the whole period; then the whole business."""
    noise, errors = learn_windows(ground.order_days), window_errors(ground.order_days)
    windows, calm = find_windows(ground.order_days, noise, errors)
    known, calm = find_known(calm, ground.events(), ground.named_days(), noise, errors)
    events: list[Event] = []
    while len(events) < MOST_EVENTS and (event := find_event(calm)) is not None:
        events.append(event)
        calm = without_event(calm, event)
    yield from (_of_window(ground, window) for window in (*windows, *known))
    yield from (_of_event(ground, event) for event in events)
    whole = whole_movement(calm)
    causes = _segments(ground, calm, whole)
    yield from (_of_cause(ground, cause) for cause in causes)
    yield from _whole(ground, calm, whole, causes)


def _segments(ground: Ground, calm: OrderDays, whole: WholeMovement) -> list[Cause]:
    tallied = ground.of_orders
    contrast = volume(tallied.segments, calm.by_block())
    noise = learn_noise(contrast, ground.blocks.period)
    worth = tallied.worth(ground.order_value)
    return find_causes(Question(contrast, noise, ground.blocks.period, worth, whole.error))


def _whole(ground: Ground, calm: OrderDays, whole: WholeMovement, causes: Sequence[Cause]) -> Iterator[Finding]:
    """What is left of the whole movement once the segments' causes are taken out."""
    orders = calm.by_block()[:, -1]
    kept = float((orders * np.exp(-removed_by(ground.of_orders.segments, causes))).sum())
    left = replace(whole, shift=whole.shift + float(np.log(kept / orders.sum())))
    if left.p_value < WHOLE_P_VALUE and abs(left.shift) > LEAST_WHOLE_SHIFT:
        yield _of_cause(ground, Cause(0, left.shift, left.error, left.freedom, left.p_value))


def _of_cause(ground: Ground, cause: Cause) -> Finding:
    tallied, blocks = ground.of_orders, ground.blocks
    now, before = (tallied.rows(cause.segment, block) for block in (blocks.period, blocks.baseline))
    values = ground.order_value[now if len(now) > ENOUGH_ORDERS else before]
    amount = of_counts(cause, float(tallied.weight[now].sum()), values, float(tallied.weight[before].sum()))
    evidence = f"orders {np.expm1(cause.shift):+.1%} against what was to be expected"
    where = tallied.segments.wheres[cause.segment]
    return Finding("volume_change", where, None, "orders_per_day", amount, cause.q_value, evidence)


def _of_window(ground: Ground, window: Window) -> Finding:
    block = int(ground.blocks.of_day[window.days[0]])
    values = ground.order_value[ground.of_orders.rows(window.segment, block)]
    amount = of_window(window, values, _sign(ground, block))
    outage = window.shift < OUTAGE and not window.known
    return Finding(
        "outage" if outage else "event_shift",
        ground.of_orders.segments.wheres[window.segment],
        ground.stretch(window.days),
        "orders_per_day" if outage else "events",
        amount,
        window.q_value,
        f"{window.found:.0f} orders on days that would have had about {window.expected:.0f}",
    )


def _of_event(ground: Ground, event: Event) -> Finding:
    block = int(ground.blocks.of_day[event.days[0]])
    found = float(ground.order_days.of_segments[0, event.days].sum())
    values = ground.order_value[ground.of_orders.rows(0, block)]
    cause = Cause(0, event.shift, event.error, EVENT_FREEDOM, event.q_value)
    added = of_counts(cause, found, values, found)
    sign = _sign(ground, block)
    ends = sorted((sign * added.low, sign * added.high))
    outage = event.shift < OUTAGE
    return Finding(
        "outage" if outage else "event_shift",
        {},
        ground.stretch(event.days),
        "orders_per_day" if outage else "events",
        Amount(sign * added.amount, *ends),
        event.q_value,
        f"orders {np.expm1(event.shift):+.1%} against the other days",
    )


def _sign(ground: Ground, block: int) -> float:
    """What a gain in a block adds to the change."""
    return 1.0 if block == ground.blocks.period else -1.0
