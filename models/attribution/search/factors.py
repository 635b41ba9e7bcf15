"""Where the value of an order moved: what is in it, and every factor of a line's revenue."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.attribution.lines import revenue
from models.attribution.named import Amount, Finding
from models.attribution.search.amounts import of_counts, of_ratio, of_relative, of_share
from models.attribution.search.causes import find_causes
from models.attribution.search.contrasts import Means
from models.attribution.search.drivers import line_means, lines_per_order, mix
from models.attribution.search.evidence import Cause, Question, weigh
from models.attribution.search.ground import Ground
from models.attribution.search.noise import learn_noise

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

CODES = {
    "mix": "mix_shift",
    "lines_per_order": "aov_change",
    "quantity": "aov_change",
    "price": "price_change",
    "discount": "discount_change",
    "returns": "returns_change",
}
ENOUGH_LINES = 30  # of the period, to know what one brings
GONE = 2.0  # logarithm of odds: a kind of product that came or went, rather than moved
CONSTANT = 1e-12  # variance of what does not vary
WIDE = 0.3  # more (or fewer) of the lines with a discount: one on every line, no promotion
CHANGED_SPREAD = 0.2  # of the variance of discounts: how far a cause's own depth differs from line to line


def find_mix(ground: Ground) -> tuple[list[Finding], Flags]:
    """Kinds of product whose share of lines moved, and the lines of those that came or went altogether."""
    tallied = ground.of_lines
    contrast = mix(tallied, ground.sold)
    gone = np.zeros(len(ground.sold), dtype=bool)
    if not contrast.tested.any():
        return [], gone
    noise = learn_noise(contrast, ground.blocks.period)
    causes = find_causes(Question(contrast, noise, ground.blocks.period, tallied.worth(ground.revenue)))
    for cause in causes:
        if abs(cause.shift) > GONE:
            gone |= np.isin(tallied.leaf, tallied.segments.leaves(cause.segment))
    return [_of_mix(ground, cause) for cause in causes], gone


def find_factors(ground: Ground) -> Iterator[Finding]:
    """Lines of an order, and quantity, price, discount and returns of a line."""
    contrasts = line_means(ground.lines.table, ground.of_lines, ground.dimensions)
    worth = ground.of_lines.worth(ground.revenue)
    found = {driver: _causes(ground, contrast, worth) for driver, contrast in contrasts.items()}
    wide = found.pop("discounted")
    found["discount"] = _discounts(ground, contrasts["discount"], worth, found["discount"], wide)
    for driver, causes in found.items():
        for cause in causes:
            yield _finding(ground, driver, cause, _amount(ground, driver, cause))
    orders = ground.of_orders
    contrast = lines_per_order(orders, ground.order_lines)
    for cause in _causes(ground, contrast, orders.worth(ground.order_value)):
        sold = float(ground.order_value[orders.rows(cause.segment, ground.blocks.period)].sum())
        where = orders.segments.wheres[cause.segment]
        yield Finding(CODES["lines_per_order"], where, None, "lines_per_order", of_relative(cause, sold), cause.q_value,
                      f"lines of an order {cause.shift:+.1%} against what was to be expected")  # fmt: skip


def _causes(ground: Ground, contrast: Means, worth: Floats) -> list[Cause]:
    return [] if contrast.variance < CONSTANT else find_causes(_question(ground, contrast, worth))


def _question(ground: Ground, contrast: Means, worth: Floats) -> Question:
    return Question(contrast, learn_noise(contrast, ground.blocks.period), ground.blocks.period, worth)


def _discounts(ground: Ground, contrast: Means, worth: Floats, deep: list[Cause], wide: list[Cause]) -> list[Cause]:
    """Where discounts got deeper, and where more lines have one, which promotions that come and go hide less.

    Args:
        ground: What was sold.
        contrast: Of the discount of a line.
        worth: As in ``Question``.
        deep: Causes by that contrast.
        wide: Causes by the share of lines with a discount; they say where, the discounts how much.
    """
    wide = [cause for cause in wide if abs(cause.shift) > WIDE]
    if not wide:
        return deep
    question, items = _question(ground, contrast, worth), ground.of_lines.segments.items
    places = [items[cause.segment] for cause in wide]
    kept = [c for c in deep if not any(items[c.segment] <= place or place <= items[c.segment] for place in places)]
    seen = weigh(question, kept)
    measured = [replace(seen.cause(question, cause.segment), q_value=cause.q_value) for cause in wide]
    return [*kept, *(own for own, cause in zip(measured, wide, strict=True) if own.shift * cause.shift > 0)]


def _of_mix(ground: Ground, cause: Cause) -> Finding:
    tallied, blocks = ground.of_lines, ground.blocks
    now, before = (tallied.rows(cause.segment, block) for block in (blocks.period, blocks.baseline))
    values = ground.revenue[now if len(now) > ENOUGH_LINES else before]
    amount = of_counts(cause, float(tallied.weight[now].sum()), values, float(tallied.weight[before].sum()))
    return _finding(ground, "mix", cause, amount)


def _finding(ground: Ground, driver: str, cause: Cause, amount: Amount) -> Finding:
    where = ground.of_lines.segments.wheres[cause.segment]
    evidence = f"{driver} {_moved(driver, cause.shift)} against what was to be expected"
    return Finding(CODES[driver], where, None, driver, amount, cause.q_value, evidence)


def _moved(driver: str, shift: float) -> str:
    if driver == "discount":
        return f"{shift * 100:+.1f} points"
    if driver == "mix" and abs(shift) > GONE:
        return "began" if shift > 0 else "ended"
    return f"{np.expm1(shift) if driver in ('price', 'mix') else shift:+.1%}"


def _amount(ground: Ground, driver: str, cause: Cause) -> Amount:
    rows = ground.of_lines.rows(cause.segment, ground.blocks.period)
    sold = float(ground.revenue[rows].sum())
    if driver == "price":
        return of_ratio(cause, sold)
    if driver == "quantity":
        return of_relative(cause, sold)
    own = ground.lines.table.iloc[rows]
    if driver == "discount":
        return of_share(
            cause, revenue(own.assign(discount_rate=0.0)), CHANGED_SPREAD * float(own["discount_rate"].var())
        )
    rate = float(own["is_returned"].mean())
    usual = rate / (1 + cause.shift)
    more = replace(cause, shift=rate - usual, error=cause.error * usual)
    return of_share(more, revenue(own.assign(is_returned=False)), abs(more.shift))
