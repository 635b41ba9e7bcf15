"""Score explanations against planted truth: ``uv run --group bench python -m tests.benchmarks.attribution.run``.

Truth is exact: the amount of a cause is the change of revenue less what it is when the same draws are lived without it.
"""

import argparse
import json
import platform
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd

from etl.periods import parse_period
from models.attribution.calendar_days import read_calendar
from models.attribution.diagnosis import diagnose
from models.attribution.lines import read_lines
from models.attribution.periods import Comparison
from tests.benchmarks.attribution import peers
from tests.benchmarks.attribution.oracle import clearness
from tests.benchmarks.attribution.scenarios import Scenario, scenarios
from tests.benchmarks.attribution.world import BASELINE, FIRST, HISTORY, VALUES, World, draw_world, live, revenue_change

DIMENSIONS = [*VALUES, "department"]
COMPARISON = Comparison(parse_period("2024-08"), parse_period("2024-09"))
SPLIT = (FIRST + HISTORY + BASELINE).astype("datetime64[ns]")
ANOTHER_DRAW = 1_000_000  # added to a seed: the worlds of no other one
UNSCORED_AMOUNT = ("move",)  # a move has two sides: the truth of either is not defined without the other
CLEARNESS = [0, 3, 4, 5, 6, np.inf]
RESULTS = Path(__file__).with_name("RESULTS.md")


def _name(where: dict) -> str:
    return json.dumps(where, sort_keys=True, default=str)


def _day(position: int) -> str:
    return str(FIRST + position)


def judge(world: World, history: pd.DataFrame, scenario: Scenario, seed: int, with_peers: bool) -> dict:
    """One scenario's row: names found and expected, verdict, interval, time, and what the peers name."""
    lines = live(world, scenario.causes)
    started = time.process_time()
    diagnosis = diagnose(read_lines(lines, history, COMPARISON, DIMENSIONS), read_calendar(None))
    seconds = time.process_time() - started
    expected = {(code, _name(where)): dates for code, where, dates in scenario.expected()}
    found = {(f.code, _name(f.where)): f for f in diagnosis.findings}
    covered, effect = _amounts(world, scenario, lines, diagnosis.findings)
    row = {
        "kind": scenario.kind, "seed": seed, "seconds": seconds, "effect": effect, "covered": covered,
        "hits": len({w for _, w in expected} & {w for _, w in found}), "named": len({w for _, w in found}),
        "planted": len({w for _, w in expected}), "right": set(expected) == set(found),
        "clearness": min((clearness(world, cause) for cause in scenario.causes), default=np.inf),
        "days": [_dates(found[key]) == (_day(d[0]), _day(d[1])) for key, d in expected.items() if d and key in found],
        "told": sorted(f"{code} {where}" for code, where in found), "truth": sorted(f"{c} {w}" for c, w in expected),
    }  # fmt: skip
    if with_peers:
        table = peers.cells(lines, DIMENSIONS, SPLIT)
        for peer in (peers.adtributor, peers.greedy, peers.wise_pizza):
            row[peer.__name__] = _counted(peer(table, DIMENSIONS), expected)
        row["metric_breakdown"] = _counted(peers.metric_breakdown(lines, DIMENSIONS, SPLIT), expected)
    return row


def _counted(places: list[dict], expected: dict) -> tuple[int, int, int]:
    named, planted = {_name(where) for where in places}, {where for _, where in expected}
    return len(named & planted), len(named), len(planted)


def _dates(finding) -> tuple[str, str] | None:
    return None if finding.dates is None else tuple(map(str, finding.dates))


def _amounts(world: World, scenario: Scenario, lines: pd.DataFrame, findings) -> tuple[list[bool], float]:
    change, covered, effect = revenue_change(lines), [], 0.0
    base = float((lines["quantity"] * lines["list_price"] * lines["fx_rate"])[lines["order_date"] < SPLIT].sum())
    for cause in scenario.causes:
        truth = change - revenue_change(live(world, [other for other in scenario.causes if other is not cause]))
        effect += abs(truth) / base
        named = [f for f in findings if f.where == cause["where"]]
        if named and cause["kind"] not in UNSCORED_AMOUNT:
            covered.append(named[0].amount.low - 1 <= truth <= named[0].amount.high + 1)
    return covered, effect


def judge_seed(arguments: tuple[int, bool]) -> list[dict]:
    """All scenarios of one seed."""
    seed, with_peers = arguments
    world = draw_world(seed)
    rows = []
    for draw, own in groupby(scenarios(world, seed), key=lambda scenario: scenario.draw):
        lived = draw_world(seed + draw * ANOTHER_DRAW) if draw else world
        history = live(lived, [], first=0, last=HISTORY - 1)
        rows += [judge(lived, history, scenario, seed, with_peers) for scenario in own]
    return rows


def f_one(rows: pd.DataFrame) -> float:
    """F1 of exactly named causes, over all rows together."""
    return 2 * rows["hits"].sum() / max(rows["named"].sum() + rows["planted"].sum(), 1)


def summary(rows: pd.DataFrame) -> str:
    """The figures over all, the peers', and the table by kind."""
    return "\n".join([*_figures(rows), *_peers(rows), "", *_by_clearness(rows), "", *_kinds(rows)])


def _figures(rows: pd.DataFrame) -> list[str]:
    caused, none = rows[rows["planted"] > 0], rows[rows["planted"] == 0]
    large, small = caused[caused["effect"] >= 0.01], caused[caused["effect"] < 0.01]
    held, days = ([inside for row in caused[column] for inside in row] for column in ("covered", "days"))
    figures = [
        ("F1, effects from 1% of revenue", f"{f_one(large):.3f}", ">= .95", len(large)),
        ("F1, smaller effects", f"{f_one(small):.3f}", ">= .88", len(small)),
        ("false alarms where nothing happened", f"{(none['named'] > 0).mean():.1%}", "<= 5%", len(none)),
        ("right verdict", f"{rows['right'].mean():.1%}", ">= 95%", len(rows)),
        ("truth inside the 95% interval", f"{np.mean(held):.1%}", "93-97%", len(held)),
        ("days exactly right", f"{np.mean(days):.1%}", "", len(days)),
        ("CPU seconds an explanation", f"{rows['seconds'].mean():.2f}", "", len(rows)),
    ]
    head = ["| figure | value | target | of |", "|---|---|---|---|"]
    return head + [f"| {name} | {value} | {target} | {count} |" for name, value, target, count in figures]


def _peers(rows: pd.DataFrame) -> Iterator[str]:
    for peer in ("adtributor", "greedy", "wise_pizza", "metric_breakdown"):
        if peer in rows:
            told = rows[rows[peer].notna()]
            hits, named, planted = np.sum(list(told[peer]), axis=0)
            alarms = np.mean([count > 0 for _, count, _ in told.loc[told["planted"] == 0, peer]])
            name = f"peer {peer}: F1; false alarms where nothing happened"
            yield f"| {name} | {2 * hits / (named + planted):.3f}; {alarms:.0%} | | {len(told)} |"


def _by_clearness(rows: pd.DataFrame) -> Iterator[str]:
    """Right verdicts by what could be told at best (``oracle.py``)."""
    yield "| least clear cause: standard errors for who knows its place and the noise | right verdict | of |"
    yield "|---|---|---|"
    band = pd.cut(rows["clearness"].clip(upper=CLEARNESS[-2]), CLEARNESS, right=False)
    for name, own in rows.groupby(band, observed=True):
        words = f"{name.left:.0f} to {name.right:.0f}" if np.isfinite(name.right) else f"{name.left:.0f} and more, none"
        yield f"| {words} | {own['right'].mean():.0%} | {len(own)} |"


def _kinds(rows: pd.DataFrame) -> Iterator[str]:
    yield "| kind | F1 | right verdict | truth inside | false names | median effect |"
    yield "|---|---|---|---|---|---|"
    for kind, own in rows.groupby("kind", sort=False):
        held = [inside for row in own["covered"] for inside in row]
        f1 = f"{f_one(own):.2f}" if own["planted"].sum() else ""
        inside = f"{sum(held)} of {len(held)}" if held else ""
        false, effect = int(own["named"].sum() - own["hits"].sum()), own["effect"].median()
        yield f"| {kind} | {f1} | {own['right'].mean():.0%} | {inside} | {false} | {effect:.1%} |"


def main() -> None:
    """Run the seeds and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="100:120", help="FIRST:LAST, the last left out; below 100: development")
    parser.add_argument("--peer-seeds", type=int, default=3, help="on how many of the seeds the peers run, too")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args()
    first, last = map(int, asked.seeds.split(":"))
    with ProcessPoolExecutor(asked.jobs) as pool:
        parts = pool.map(judge_seed, [(seed, seed < first + asked.peer_seeds) for seed in range(first, last)])
        rows = pd.DataFrame([row for part in parts for row in part])
    wrong = rows[~rows["right"]]
    for row in wrong.itertuples():
        print(row.seed, row.kind, f"{row.effect:.2%}", "TRUTH", row.truth, "TOLD", row.told)
    machine = f"{platform.machine()}, {asked.jobs} processes"
    title = f"Seeds {first} to {last - 1}, {datetime.now(UTC):%Y-%m-%d}, {machine}."
    head = f"# Attribution: planted causes\n\n{title}\n\n"
    asked.out.write_text(head + summary(rows) + "\n")
    print(summary(rows))


if __name__ == "__main__":
    main()
