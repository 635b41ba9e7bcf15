"""The simulator's door: draw everything, write the landing zone and the truth about it."""

import json
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from pathlib import Path

import numpy as np

from etl.simulator import dimensions
from etl.simulator.arrays import random_stream
from etl.simulator.calibration import PUBLISHED, Calibration, calibrate, largest_level_margin
from etl.simulator.catalogue import build_catalogue
from etl.simulator.causes import demand_causes
from etl.simulator.customers import build_customers
from etl.simulator.demand import order_intensity
from etl.simulator.dirt import DirtRates
from etl.simulator.exchange import daily_rates
from etl.simulator.faults import MISSING_REGION, FaultRecord, Scene, plant_faults
from etl.simulator.geography import state_positions
from etl.simulator.landing import LANDING, ORDER_FOLDER, SUPERSEDED, TRUTH, order_file, staged, write_table
from etl.simulator.options import Simulation, SimulationOptions, check
from etl.simulator.order_files import PlacedLines, customer_identifiers, order_tables, placed_lines
from etl.simulator.orders import Shop, draw_candidates
from etl.simulator.promotions import Promotion, build_promotions, months_between, percent_table
from etl.simulator.returns import Returns, draw_returns, return_tables, with_odd_ones
from etl.simulator.truth import BASELINE, PERIOD, PlantedMonth, Total, TruthRow, truth_rows

Progress = Callable[[str, float], None]

SHARE_OF_MONTHS = 0.9  # of the work; the rest is the dimensions before and the returns after


@dataclass(frozen=True)
class _Month:
    """What a written month leaves behind.

    Attributes:
        first: Its first day in the window.
        total: Orders and legacy revenue.
        lines: Distinct lines.
        returns: Returns of its lines, in whatever month they arrive.
        planted: Its draws, where the truth about them is told.
    """

    first: date
    total: Total
    lines: int
    returns: Returns
    planted: PlantedMonth | None

    @property
    def name(self) -> str:
        """The month as ``2025-09``."""
        return f"{self.first:%Y-%m}"


def simulate(out: Path, options: SimulationOptions, progress: Progress | None = None) -> Simulation:
    """Write AtoZ's landing zone to ``out/raw`` and the truth about it to ``out/truth.json``.

    Args:
        out: The folder to write to; its ``raw`` must be empty or not exist. Nothing half written is left behind.
        options: What to simulate.
        progress: Called with the stage and the share of the work done, from 0 to 1.

    Raises:
        UsageError: The options cannot be used; the message names every problem.
        InputError: ``out/raw`` already holds something.
    """
    check(options)
    report = progress or (lambda _stage, _fraction: None)
    with staged(out) as stage:
        simulation = _write(stage, out, options, report)
    report("done", 1.0)
    return simulation


def _write(stage: Path, out: Path, options: SimulationOptions, report: Progress) -> Simulation:
    """Write everything into the stage."""
    report("customers, products, promotions", 0.0)
    promotions = build_promotions(options.seed, options.start, options.end)
    shop = build_shop(options, promotions)
    rates = DirtRates().times(options.dirt)
    _write_dimensions(stage / LANDING, options, shop, promotions, rates)
    months = list(_write_months(stage / LANDING, options, shop, rates, report))
    report("returns", 0.97)
    _write_returns(stage / LANDING, options, months, rates)
    faults = plant_faults(_scene(stage, options, shop), options.chosen_faults)
    _write_truth(stage, options, months, faults)
    return Simulation(
        landing=out / LANDING,
        truth=out / TRUTH,
        orders=sum(month.total.orders for month in months),
        lines=sum(month.lines for month in months),
        files=sum(1 for path in (stage / LANDING).rglob("*") if path.is_file()),
        months=_revenue(months),
    )


def build_shop(options: SimulationOptions, promotions: tuple[Promotion, ...]) -> Shop:
    """Draw what orders are drawn from."""
    usual = percent_table(promotions, options.start, options.end, usual=True)
    return Shop(
        seed=options.seed,
        start=options.start,
        customers=build_customers(options.seed, options.scale),
        catalogue=build_catalogue(options.seed),
        intensity=order_intensity(options.seed, options.scale, options.start, options.end, usual),
        percents=percent_table(promotions, options.start, options.end, usual=False),
        usual_percents=usual,
    )


def _write_dimensions(
    landing: Path, options: SimulationOptions, shop: Shop, promotions: tuple[Promotion, ...], rates: DirtRates
) -> None:
    """Write every folder but orders and returns."""
    generator = random_stream(options.seed, "dimensions")
    daily = daily_rates(options.seed, options.start, options.end)
    tables = {
        "brands": dimensions.brand_table(generator, shop.catalogue, rates),
        "category": dimensions.category_table(generator, rates),
        "products": dimensions.product_table(generator, shop.catalogue, rates),
        "customers": dimensions.customer_table(generator, shop.customers, rates),
        "date": dimensions.calendar_table(generator, options.start, options.end, rates),
        "fx_rates": dimensions.rate_table(generator, daily, options.start, rates),
        "promotions": dimensions.promotion_table(promotions),
    }
    for name, table in tables.items():
        write_table(table, landing / name, name)


def _write_months(
    landing: Path, options: SimulationOptions, shop: Shop, rates: DirtRates, report: Progress
) -> Iterator[_Month]:
    """Write the order files month by month."""
    months = list(months_between(options.start, options.end))
    orders = 0
    for number, (year, month) in enumerate(months):
        report(f"orders of {year}-{month:02d}", 0.05 + SHARE_OF_MONTHS * number / len(months))
        first = max(options.start, date(year, month, 1))
        last = min(options.end, date(year, month, monthrange(year, month)[1]))
        written = _write_month(landing, options, shop, rates, (first, last), 1 + orders)
        orders += written.total.orders
        yield written


def _write_month(
    landing: Path, options: SimulationOptions, shop: Shop, rates: DirtRates, days: tuple[date, date], first_order: int
) -> _Month:
    """Draw a month, fit it if its figures are published, write its files."""
    planted = plant_month(shop, *days, options.scale)
    candidates = planted.candidates
    placed = planted.placed()
    lines = placed_lines(candidates, placed, shop.customers.number, first_order)
    generator = random_stream(options.seed, "dirt", days[0].year, days[0].month)
    _write_orders(landing, generator, lines, days, options.start, rates)
    generator = random_stream(options.seed, "returns", days[0].year, days[0].month)
    return _Month(
        first=days[0],
        total=planted.total(planted.causes, deepened=True),
        lines=lines.size,
        returns=draw_returns(generator, lines, options.days - 1),
        planted=planted if days[0] == PERIOD else None,
    )


def plant_month(shop: Shop, first: date, last: date, scale: float) -> PlantedMonth:
    """Draw the candidates of a month and fit it, if it is whole and its figures are published."""
    causes = demand_causes(first, last)
    whole_month = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
    published = PUBLISHED.get(first) if whole_month else None
    if published is None:
        return PlantedMonth(draw_candidates(shop, first, last, 0.0), causes, Calibration())
    candidates = draw_candidates(shop, first, last, largest_level_margin(scale))
    return PlantedMonth(candidates, causes, calibrate(candidates, causes, published, scale))


def _write_orders(
    landing: Path,
    generator: np.random.Generator,
    lines: PlacedLines,
    days: tuple[date, date],
    start: date,
    rates: DirtRates,
) -> None:
    """Write one file a day."""
    count = (days[1] - days[0]).days + 1
    tables = order_tables(generator, lines, days[0], count, start, rates)
    for number, table in enumerate(tables):
        write_table(table, landing / ORDER_FOLDER, order_file(days[0] + timedelta(days=number)))


def _write_returns(landing: Path, options: SimulationOptions, months: list[_Month], rates: DirtRates) -> None:
    """Write the returns, one file for each month of the window."""
    returns = reduce(Returns.followed_by, (month.returns for month in months))
    generator = random_stream(options.seed, "odd returns")
    tables = return_tables(with_odd_ones(generator, returns, rates), options.start, options.days)
    for month, table in tables.items():
        write_table(table, landing / "returns", f"returns_{month}")


def _scene(stage: Path, options: SimulationOptions, shop: Shop) -> Scene:
    """Where faults take place."""
    missing = np.isin(shop.customers.state, state_positions(*MISSING_REGION))
    identifiers = customer_identifiers(shop.customers.number[missing]).to_pylist()
    return Scene(stage / LANDING / ORDER_FOLDER, stage / SUPERSEDED, options.end, frozenset(identifiers))


def _write_truth(stage: Path, options: SimulationOptions, months: list[_Month], faults: list[FaultRecord]) -> None:
    """Write what was planted and what it took."""
    rows = _rows(months)
    truth = {
        "seed": options.seed,
        "scale": options.scale,
        "measure": "net_amount_inr",
        "months": _revenue(months),
        "period": f"{PERIOD:%Y-%m}",
        "baseline": f"{BASELINE:%Y-%m}",
        "change": sum(row.amount for row in rows),
        "rows": [row.to_dict() for row in rows],
        "faults": [fault.to_dict() for fault in faults],
    }
    (stage / TRUTH).write_text(json.dumps(truth, indent=2) + "\n", encoding="utf-8")


def _revenue(months: list[_Month]) -> dict[str, int]:
    """Legacy revenue by month, in whole INR."""
    return {month.name: month.total.revenue for month in months}


def _rows(months: list[_Month]) -> list[TruthRow]:
    """The truth about the change, if the window holds both months whole."""
    by_first = {month.first: month for month in months}
    baseline, period = by_first.get(BASELINE), by_first.get(PERIOD)
    if baseline is None or period is None or period.planted is None:
        return []
    return truth_rows(baseline.total, period.planted)
