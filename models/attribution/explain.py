"""Why revenue moved, from the order lines alone: drivers, parts of the business, days, and a verdict on each."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from etl.periods import Period, parse_period
from models.attribution.calendar_days import read_calendar
from models.attribution.diagnosis import Diagnosis, diagnose
from models.attribution.explanation import Explanation, drivers_table, segments_table, verdicts_table
from models.attribution.lines import Lines, inside, read_lines, revenue
from models.attribution.lines_bridge import bridge_of
from models.attribution.named import Finding
from models.attribution.periods import Comparison
from models.attribution.result import Bridge, Effect
from models.attribution.rounding import to_cents

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
    known = read_calendar(calendar)
    diagnosis = diagnose(raw, known)
    bridge = bridge_of(diagnosis.cleaned.lines, known, seed)
    totals, faults = _totals(raw), diagnosis.cleaned.findings
    data = _data(totals["change"] - bridge.change, faults) if faults else None
    return Explanation(
        comparison=comparison,
        total={name: float(amount) for name, amount in totals.items()},
        drivers=drivers_table(bridge, data),
        segments=segments_table(diagnosis.findings),
        verdicts=verdicts_table(diagnosis.verdicts(bridge)),
        volume=bridge.volume,
        aov=bridge.aov,
        method=_method(bridge, diagnosis),
    )


def _period(given: PeriodLike) -> Period:
    if isinstance(given, Period):
        return given
    if isinstance(given, str):
        return parse_period(given)
    first, last = (pd.Timestamp(day).date() for day in given)
    return Period(first, last)


def _totals(lines: Lines) -> dict[str, Decimal]:
    value = revenue(lines.table)
    baseline, period = (to_cents(float(value[held].sum())) for held in inside(lines.table, lines.comparison))
    return {"baseline": baseline, "period": period, "change": period - baseline}


def _data(amount: Decimal, faults: Sequence[Finding]) -> Effect:
    """What the faults moved together, uncertain as far as lines had to be imagined."""
    reach = float(np.hypot.reduce([(fault.amount.high - fault.amount.low) / 2 for fault in faults]))
    low, high = (float(amount) - reach, float(amount) + reach) if reach else (np.nan, np.nan)
    return Effect(amount, low, high, not low <= 0 <= high, 0.0)


def _method(bridge: Bridge, diagnosis: Diagnosis) -> dict[str, object]:
    bridged = bridge.to_dict()["method"]
    return {**bridged, **diagnosis.found.method, "notes": [*diagnosis.notes, *bridged["notes"]]}
