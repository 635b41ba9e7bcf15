"""The bridge from one period to another: exact drivers with intervals."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.periods import Period
from models.attribution.calendar import fit_calendar
from models.attribution.case import Case, log_ratios, replicate
from models.attribution.grains import mix_by_grain
from models.attribution.inputs import check
from models.attribution.logmean import log_mean
from models.attribution.measures import CALENDAR
from models.attribution.periods import LABELS, Comparison
from models.attribution.publish import cells_table, drivers_table, effect_of, effects_of
from models.attribution.result import Bridge, Effect, Method
from models.attribution.rounding import round_to_total, to_cents
from models.attribution.stages import Amounts, log_mean_amounts, order_value, shapley_amounts, signed_cells
from models.attribution.tables import read_tables
from models.attribution.totals import price_stages

Floats = NDArray[np.float64]

REPLICATES = 2000
SHARE_MOVED = 0.01  # of known customers, from one period to the other: what shows in orders per customer
DECOMPOSITION = "LMDI-I two-stage"
VOLUME_WITH_HISTORY = "moving-block bootstrap of 7-day blocks of residuals, regression refitted"
VOLUME_WITHOUT_HISTORY = (
    "Student t over the two periods' own 7-day blocks (under 26 weeks of history); weekdays by moving-block bootstrap"
)
AOV_INTERVAL = "Poisson(1) bootstrap clustered by customer"


def decompose(
    sales: pd.DataFrame,
    orders: pd.DataFrame,
    daily: pd.DataFrame,
    events: pd.DataFrame,
    *,
    baseline: tuple[date, date],
    period: tuple[date, date],
    measure: str,
    dimensions: Sequence[str],
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Bridge:
    """Explain why a measure moved from ``baseline`` to ``period``: drivers that sum to the change, with intervals.

    Two stages. The total is orders times order value; orders are days x weekdays x events x what is left. Inside the
    order value, by cell of ``dimensions``: lines per order x the cell's share of lines (mix) x quantity per line x
    price x discount x FX x returns, as far as the measure goes. Each stage is split by LMDI-I; cells that change sign
    by the Shapley value (``log_mean_effects``).

    Volume drivers get a moving-block bootstrap of the regression's residuals, order value drivers a Poisson bootstrap
    of customers. Where customers are known, orders per customer has the customers' bootstrap and customers both.

    Args:
        sales: Sold lines by period, cluster and cell: ``period`` ("baseline" or "period"), ``cluster`` (the customer,
            or the order where no customer is known), the dimensions, and the measure's columns (``Measure.columns``).
            A missing value of a dimension is a cell of its own, "Not Available". Not looked at for ``orders``.
        orders: ``period, cluster, customer_known, orders``, one row for each period and cluster.
        daily: ``date, orders``: the daily history up to the end of the later period; the more before, the better.
        events: ``date, event``: days of moving holidays, by name; none or many for a date.
        baseline: First and last day, both included.
        period: First and last day, both included, without a day of the baseline.
        measure: ``net_revenue``, ``net_amount_inr``, ``units`` or ``orders``.
        dimensions: The columns of ``sales`` whose combinations are the cells; none for one cell.
        seed: Of all random numbers.
        replicates: Bootstrap replicates behind each interval; fewer are faster and leave the ends less certain.

    Returns:
        Amounts in the measure's unit, to 0.01.

    Raises:
        InputError: With every problem found in the arguments; a period without orders among them.
    """
    comparison = Comparison(_days(baseline), _days(period))
    asked = check(sales, orders, daily, events, comparison=comparison, measure=measure, dimensions=dimensions)
    sold, counts = read_tables(sales, orders, asked, dimensions)
    case = Case(asked, comparison, sold, counts, fit_calendar(daily, events, comparison), seed, replicates)
    return _bridge(case, log_mean_amounts(asked, case.sums, counts.total, log_ratios(case)), replicate(case))


def _days(period: tuple[date, date]) -> Period:
    """The period, whatever kind of date bounds it."""
    first, last = (pd.Timestamp(day).date() for day in period)
    return Period(first, last)


def _bridge(case: Case, amounts: Amounts, replicates: Floats) -> Bridge:
    baseline, period = map(to_cents, order_value(case.measure, case.sums, case.orders.total) * case.orders.total)
    rounded = round_to_total(amounts.drivers, period - baseline)
    spreads = shapley_amounts(case.measure, case.sums, case.orders.total, log_ratios(case)) - amounts.drivers
    effects = effects_of(case.drivers, rounded, replicates, spreads)
    split = len(case.drivers) - len(case.measure.chain)
    volume, aov = (_sum(rounded[part], replicates[part], spreads[part]) for part in (slice(split), slice(split, None)))
    return Bridge(
        measure=case.measure.name,
        comparison=case.comparison,
        baseline_total=baseline,
        period_total=period,
        change=period - baseline,
        drivers=drivers_table(effects),
        calendar=_calendar(effects, replicates, spreads),
        volume=volume,
        aov=aov,
        cells=cells_table(case.sales.labels, effects, amounts.cells),
        method=_method(case, volume),
    )


def _sum(amounts: Sequence[Decimal], replicates: Floats, spreads: Floats) -> Effect:
    """The effect of several drivers together; their replicates are added one by one, so that noise cancels out."""
    return effect_of(sum(amounts, Decimal("0.00")), replicates.sum(axis=0), float(spreads.sum()))


def _calendar(effects: Mapping[str, Effect], replicates: Floats, spreads: Floats) -> Effect:
    """The calendar's drivers together, as uncertain as weekdays and events are: the number of days is arithmetic."""
    days, *estimated = (effects[driver] for driver in CALENDAR)
    amount = sum((effect.amount for effect in estimated), days.amount)
    arithmetic = all(np.isnan(effect.low) for effect in estimated)
    last = len(CALENDAR)
    return effect_of(amount, replicates[1:last].sum(axis=0), float(spreads[:last].sum()), arithmetic)


def _method(case: Case, volume: Effect) -> Method:
    return Method(
        decomposition=DECOMPOSITION,
        volume_interval=VOLUME_WITH_HISTORY if case.fit.full_history else VOLUME_WITHOUT_HISTORY,
        aov_interval=AOV_INTERVAL,
        replicates=case.replicates,
        seed=case.seed,
        history_weeks=case.fit.history_weeks,
        customers_known=case.orders.known_share,
        mix_by_grain=mix_by_grain(case.measure, case.sales.labels, case.sums, case.orders.total),
        notes=(*case.fit.notes, *_notes(case, volume)),
    )


def _notes(case: Case, volume: Effect) -> Iterator[str]:
    daily = case.fit.orders_by_period
    for label, counted, summed in zip(LABELS, case.orders.total, daily, strict=True):
        if counted != summed:
            yield f"orders of the {label} sum to {counted:g}, daily orders of its days to {summed:g}"
    yield from _unknown_customers(case)
    signed = signed_cells(case.measure, case.sums, case.orders.total)
    if signed:
        yield f"{signed} cells have a negative factor: split by the Shapley value"
    if np.any(order_value(case.measure, case.sums, case.orders.total) <= 0):
        yield "the total is not positive in both periods: orders and order value are weighed by plain means"
    if np.isnan(volume.low):
        yield "no interval of volume: the two periods are too short to show their own noise"


def _unknown_customers(case: Case) -> Iterator[str]:
    """An order that loses its customer looks like one order less of a loyal one, at most by the ratio of the shares."""
    before, after = case.orders.known_shares
    if abs(after - before) < SHARE_MOVED:
        return
    shares = f"the customer is known of {before:.1%} of the orders of the baseline, of {after:.1%} of the period's"
    if not case.orders.customers_known:
        yield f"{shares}: too few to tell customers from orders per customer"
        return
    orders = case.orders.total
    per_order = price_stages(orders, order_value(case.measure, case.sums, orders)).per_order
    off = abs(float(per_order * log_mean(orders[1:], orders[:1])[0] * np.log(after / before)))
    yield f"{shares}: customers and orders_per_customer may be off by up to {off:,.2f}, one against the other"
