"""Whether stated 95% intervals hold the truth: ``python tests/benchmarks/attribution_intervals`` writes the table.

The truth of a driver is defined in ``scenarios.py``; days are arithmetic and have no interval.
"""

import argparse
import os
import platform
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from scenarios import BASELINE, PERIOD, scenario

from models.attribution import MEASURES, decompose
from models.attribution.stages import log_mean_amounts

RESULTS = Path(__file__).with_name("results.md")
MEASURE = "net_revenue"
REPLICATES = 500
VOLUME = 5  # drivers of it


def judged(seed: int) -> pd.DataFrame:
    """Each driver of one scenario: whether its interval holds the truth, and its width as a share of the baseline."""
    case = scenario(seed)
    truth = log_mean_amounts(MEASURES[MEASURE], case.expected_sums, case.expected_orders, case.log_ratios).drivers
    bridge = decompose(
        case.sales, case.orders, case.daily, case.events, baseline=BASELINE, period=PERIOD, measure=MEASURE,
        dimensions=["cell"], seed=seed, replicates=REPLICATES,
    )  # fmt: skip
    sides = pd.DataFrame([vars(bridge.volume), vars(bridge.aov)]).assign(driver=["volume", "aov"])
    rows = pd.concat([bridge.drivers.assign(truth=truth), sides.assign(truth=_sides(truth))])
    rows = rows[rows["driver"] != "days"]
    inside = (rows["low"] <= rows["truth"]) & (rows["truth"] <= rows["high"])
    width = (rows["high"] - rows["low"]) / float(bridge.baseline_total)
    return pd.DataFrame({"driver": rows["driver"], "inside": inside, "width": width})


def _sides(truth: np.ndarray) -> list[float]:
    return [truth[:VOLUME].sum(), truth[VOLUME:].sum()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="10000:12000", help="first and last seed, the last excluded")
    seeds = range(*map(int, parser.parse_args().seeds.split(":")))
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with ProcessPoolExecutor() as pool:
        rows = pd.concat(pool.map(judged, seeds, chunksize=20))
    drivers = rows[~rows["driver"].isin(["volume", "aov"])].assign(driver="all drivers")
    table = pd.concat([rows, drivers]).groupby("driver", sort=False)[["inside", "width"]].mean()
    error = 1.96 * np.sqrt(0.95 * 0.05 / len(seeds))
    lines = [f"| {name} | {row.inside:.1%} | {row.width:.2%} |" for name, row in table.iterrows()]
    about = (
        f"{len(seeds)} scenarios (seeds {seeds.start} to {seeds.stop - 1}), {REPLICATES} replicates each, "
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}. Made by "
        "`uv run python tests/benchmarks/attribution_intervals`; what is drawn and what is true is in `scenarios.py`. "
        f"The sampling error of a driver's share is {error:.1%} either way."
    )
    head = ["| driver | 95% intervals that hold the truth | mean width, share of the baseline |", "|---|---|---|"]
    RESULTS.write_text("\n".join(["# Intervals of the bridge", "", about, "", *head, *lines, ""]))
    print(RESULTS.read_text())


if __name__ == "__main__":
    main()
