"""Why revenue moved, from the order lines alone: drivers, parts of the business, days, and a verdict on each."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from etl.errors import raise_problems
from etl.periods import Period, parse_period
from models.attribution.explanation import Explanation, drivers_table, segments_table, verdicts_table
from models.attribution.faults import clean
from models.attribution.lines import Lines, inside, read_lines, revenue
from models.attribution.lines_bridge import bridge_of
from models.attribution.periods import Comparison
from models.attribution.result import Bridge, Effect
from models.attribution.rounding import to_cents
from models.attribution.search import Found, search
from models.attribution.search.findings import Finding
from models.attribution.verdicts import judge

PeriodLike = str | tuple[date, date] | Period


def explain(
    lines: pd.DataFrame,
    *,
    period: PeriodLike,
    baseline: PeriodLike,
    dimensions: Sequence[str],
    history: pd.DataFrame | None = None,
    calendar: pd.DataFrame | None = None,
    seed: int = 0,
) -> Explanation:
    """Explain why revenue moved from ``baseline`` to ``period``.

    Faults in the data come first (doubled loads, changes of unit, missing days): what they took or added is the
    driver ``data``, and everything else is computed without them. The exact bridge gives every driver's amount. The
    causes are then looked for in all conjunctions of up to three dimensions, for every driver and, of orders, for
    runs of days; each is held against what segments like it do in history when nothing happens.

    Args:
        lines: One row for each order line of both periods: ``order_id, customer_id, order_date, quantity,
            list_price, currency``, the dimensions and, where there are any, ``discount_rate`` (0), ``fx_rate`` (1) and
            ``is_returned`` (false). A line's revenue is quantity x list_price x (1 - discount_rate) x fx_rate, nothing
            where it was returned; a negative quantity takes back what was sold.
        period: The later period: ``2025-09``, ``2025-Q3``, ``2025``, a day, ``FIRST:LAST``, or the pair of dates.
        baseline: What it is compared with, likewise.
        dimensions: Up to eight columns whose values name parts of the business.
        history: Lines of earlier periods, for what is normal; without at least two more periods of them no cause is
            named, and the verdict says so.
        calendar: ``date`` and ``event``: the days of moving holidays and of known events.
        seed: Of all random numbers.

    Raises:
        InputError: With every problem found in the lines.
        UsageError: For a period that is none.
    """
    comparison = Comparison(_period(baseline), _period(period))
    raw = read_lines(lines, history, comparison, dimensions)
    cleaned = clean(raw)
    found = search(cleaned.lines, cleaned.holes)
    bridge = bridge_of(cleaned.lines, _calendar(calendar), seed)
    totals = _totals(raw)
    data = _data(totals["change"] - bridge.change, cleaned.findings) if cleaned.findings else None
    return Explanation(
        comparison=comparison,
        total={name: float(amount) for name, amount in totals.items()},
        drivers=drivers_table(bridge, data),
        segments=segments_table([*cleaned.findings, *found.causes]),
        verdicts=verdicts_table(judge(cleaned.findings, found.causes, bridge, found.abstained)),
        volume=bridge.volume,
        aov=bridge.aov,
        method=_method(bridge, raw, found),
    )


def _period(given: PeriodLike) -> Period:
    if isinstance(given, Period):
        return given
    if isinstance(given, str):
        return parse_period(given)
    first, last = (pd.Timestamp(day).date() for day in given)
    return Period(first, last)


def _calendar(calendar: pd.DataFrame | None) -> pd.DataFrame | None:
    if calendar is None:
        return None
    absent = [column for column in ("date", "event") if column not in calendar.columns]
    raise_problems([f"calendar lacks {', '.join(absent)}"] if absent else [])
    dates = pd.to_datetime(calendar["date"], errors="coerce")
    raise_problems([f"calendar.date has {dates.isna().sum()} values that are not dates"] if dates.isna().any() else [])
    return calendar[["date", "event"]].assign(date=dates.dt.normalize())


def _totals(lines: Lines) -> dict[str, Decimal]:
    value = revenue(lines.table)
    baseline, period = (to_cents(float(value[held].sum())) for held in inside(lines.table, lines.comparison))
    return {"baseline": baseline, "period": period, "change": period - baseline}


def _data(amount: Decimal, faults: Sequence[Finding]) -> Effect:
    """What the faults moved together, uncertain as far as lines had to be imagined."""
    reach = float(np.hypot.reduce([(fault.amount.high - fault.amount.low) / 2 for fault in faults]))
    low, high = (float(amount) - reach, float(amount) + reach) if reach else (np.nan, np.nan)
    return Effect(amount, low, high, not low <= 0 <= high, 0.0)


def _method(bridge: Bridge, lines: Lines, found: Found) -> dict[str, object]:
    bridged = bridge.to_dict()["method"]
    return {**bridged, **found.method, "notes": [*lines.notes, *found.notes, *bridged["notes"]]}
