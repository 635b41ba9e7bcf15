"""How long an explanation takes: ``python -m tests.benchmarks.attribution_speed`` writes ``results.md``.

``explain`` on a million lines of five dimensions, and the bootstrap of customers behind the intervals of the order
value, over few and many cells, beside the obvious way: every line weighed by its customer, one replicate at a time.
"""

import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from models.attribution import explain
from models.attribution.chain import order_value_effects
from models.attribution.clusters import _poisson_weights, resample_clusters
from models.attribution.logmean import log_mean_effects
from models.attribution.measures import MEASURES
from models.attribution.tables import Orders, Sales
from models.attribution.totals import price_stages
from tests.benchmarks.attribution.world import HISTORY, VALUES, draw_world, live

RESULTS = Path(__file__).with_name("results.md")
MEASURE = MEASURES["net_revenue"]
LEVEL = 2160.0  # orders a day: a million lines in nine months
LINES, CUSTOMERS, ORDERS = 538_137, 60_000, 300_000  # of two months of AtoZ
REPLICATES, SLOW_REPLICATES = 2000, 20


def timed(call: Callable) -> tuple[object, float, float]:
    """What a call returns, its wall seconds and its CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = call()
    return answer, time.perf_counter() - wall, time.process_time() - cpu


def two_months(cells: int, seed: int = 0) -> tuple[Sales, Orders]:
    """Lines of two months summed by customer, period and cell, and the customers' orders."""
    rng = np.random.default_rng(seed)
    keys = {"cluster": rng.integers(0, CUSTOMERS, LINES), "period": rng.integers(0, 2, LINES)}
    keys["cell"] = rng.choice(cells, LINES, p=rng.dirichlet(np.full(cells, 0.5)))
    quantity = 1 + rng.poisson(0.5, LINES)
    listed = quantity * rng.lognormal(3.0, 0.5, LINES)
    sold = listed * (1 - rng.choice([0.0, 0.1, 0.2], LINES))
    amounts = np.column_stack([np.ones(LINES), quantity, listed, sold, sold, sold * (rng.random(LINES) > 0.05)])
    summed = pd.DataFrame(amounts).assign(**keys).groupby(list(keys), as_index=False).sum()
    orders = np.zeros((2, CUSTOMERS))
    np.add.at(orders, (rng.integers(0, 2, ORDERS), rng.integers(0, CUSTOMERS, ORDERS)), 1)
    codes = {name: summed[name].to_numpy() for name in keys}
    table = np.ascontiguousarray(summed.drop(columns=list(keys)).to_numpy())
    sales = Sales(pd.DataFrame({"cell": range(cells)}), codes["cell"], codes["period"], codes["cluster"], table)
    return sales, Orders(orders, orders, (orders > 0).astype(float))


def one_at_a_time(sales: Sales, orders: Orders, replicates: int) -> np.ndarray:
    """The same replicates the obvious way, shape (K, replicates)."""
    weights = np.concatenate([*_poisson_weights(CUSTOMERS, replicates, seed=0)], axis=1)
    size, place = len(sales.labels), sales.period * len(sales.labels) + sales.cell
    drawn = []
    for weight in weights.T:
        flat = [np.bincount(place, column * weight[sales.cluster], 2 * size) for column in sales.amounts.T]
        sums, count = np.array(flat).reshape(-1, 2, size), orders.orders @ weight
        effects = order_value_effects(MEASURE, sums, count, log_mean_effects).sum(axis=1)
        drawn.append(price_stages(orders.total, sums[-1].sum(axis=1) / count).orders * effects)
    return np.transpose(drawn)


def bootstrap_row(cells: int) -> str:
    """Times of both ways, how many times slower the obvious one is, and how far apart they are."""
    sales, orders = two_months(cells)
    fast, wall, cpu = timed(lambda: resample_clusters(sales, orders, MEASURE, replicates=REPLICATES, seed=0).drivers)
    slow, _, slow_cpu = timed(lambda: one_at_a_time(sales, orders, SLOW_REPLICATES))
    scaled = slow_cpu * REPLICATES / SLOW_REPLICATES
    apart = np.max(np.abs(fast[:, :SLOW_REPLICATES] - slow)) / np.max(np.abs(slow))
    return f"| {cells:,} | {wall:.1f} | {cpu:.1f} | {scaled:.0f} | {scaled / cpu:.0f} | {apart:.0e} |"


def explain_row() -> str:
    """Times of an explanation from the lines to the document."""
    world = draw_world(0, LEVEL)
    history, lines = live(world, [], first=0, last=HISTORY - 1), live(world, [])
    asked = {"period": "2024-09", "baseline": "2024-08", "dimensions": [*VALUES, "department"]}
    _, wall, cpu = timed(lambda: explain(lines, history=history, **asked).to_dict())
    return f"| {len(lines) + len(history):,} | {len(asked['dimensions'])} | {wall:.1f} | {cpu:.1f} |"


def main() -> None:
    """Measure and write the tables."""
    about = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, Python {platform.python_version()}. Made by "
        "`uv run python -m tests.benchmarks.attribution_speed`."
    )
    explained = ["| lines | dimensions | seconds | CPU seconds |", "|---|---|---|---|", explain_row()]
    head = "| cells | seconds | CPU seconds | CPU seconds, one at a time | times | largest difference, relative |"
    text = f"{REPLICATES:,} replicates of every driver of the order value over {LINES:,} lines (target: 10 s):"
    bootstrap = [text, "", head, "|---|---|---|---|---|---|", *map(bootstrap_row, (26, 10_000))]
    target = "`explain` (target: 15 s):"
    sections = ["# Speed of explanations", "", about, "", target, "", *explained, "", *bootstrap, ""]
    RESULTS.write_text("\n".join(sections))
    print(RESULTS.read_text())


if __name__ == "__main__":
    main()
