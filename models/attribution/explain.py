"""Why revenue moved, from the order lines alone: drivers, parts of the business, days, and a verdict on each."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from etl.periods import Period, parse_period
from models.attribution.calendar_days import read_calendar
from models.attribution.data_line import with_data
from models.attribution.diagnosis import Diagnosis, diagnose
from models.attribution.explanation import Explanation, drivers_table, segments_table, verdicts_table
from models.attribution.lines import read_lines
from models.attribution.lines_bridge import bridge_of
from models.attribution.periods import Comparison
from models.attribution.result import Bridge

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
    known = read_calendar(calendar)
    diagnosis = diagnose(read_lines(lines, history, comparison, dimensions), known)
    bridge = with_data(bridge_of(diagnosis.cleaned.lines, known, seed), diagnosis.lines, diagnosis.faults)
    return Explanation(
        comparison=comparison,
        total={
            "baseline": float(bridge.baseline_total),
            "period": float(bridge.period_total),
            "change": float(bridge.change),
        },
        drivers=drivers_table(bridge),
        segments=segments_table(diagnosis.findings),
        verdicts=verdicts_table(diagnosis.verdicts(bridge)),
        calendar=bridge.calendar,
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


def _method(bridge: Bridge, diagnosis: Diagnosis) -> dict[str, object]:
    bridged = bridge.to_dict()["method"]
    return {**bridged, **diagnosis.found.method, "notes": [*diagnosis.notes, *bridged["notes"]]}
