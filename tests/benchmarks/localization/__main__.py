"""How exactly causes are localized: ``python tests/benchmarks/localization [--seeds 100:140]`` writes the table."""

import argparse
import platform
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from peers import PEERS
from recipes import Case, Where, cases

from models.attribution import localize

RESULTS = Path(__file__).with_name("results.md")
SETTLED = ("calm", "biased")  # recipes without a cause
Localizer = Callable[[Case], set[Where]]


def assay(case: Case) -> set[Where]:
    """The product."""
    causes = localize(case.cells, case.dimensions, "actual", "expected")
    return {frozenset(where.items()) for where in causes["where"]}


def score(localizer: Localizer, seeds: range) -> dict[str, Counter[str]]:
    """Right, false and missed causes, cases, alarms and milliseconds of CPU time, by recipe."""
    counted: dict[str, Counter[str]] = {}
    for make in cases(seeds):
        case = make()
        started = time.process_time()
        found = localizer(case)
        took = time.process_time() - started
        counts = counted.setdefault(case.recipe, Counter())
        right, wrong, missed = found & case.causes, found - case.causes, case.causes - found
        counts.update(right=len(right), wrong=len(wrong), missed=len(missed), cases=1, alarms=bool(found))
        counts["milliseconds"] += round(1000 * took)
        counts["slowest"] = max(counts["slowest"], round(1000 * took))
    return counted


def f1(counts: Counter[str]) -> float:
    return 2 * counts["right"] / max(2 * counts["right"] + counts["wrong"] + counts["missed"], 1)


def line(name: str, recipe: str, counts: Counter[str]) -> str:
    quality = f"{counts['alarms']} alarms" if recipe in SETTLED else f"{f1(counts):.3f}"
    mean = counts["milliseconds"] / counts["cases"]
    return f"| {name} | {recipe} | {counts['cases']} | {quality} | {mean:.0f} | {counts['slowest']} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="100:140", help="first and last seed, the last excluded")
    seeds = range(*map(int, parser.parse_args().seeds.split(":")))
    rows = []
    for name, localizer in {"Assay": assay, **PEERS}.items():
        counted = score(localizer, seeds)
        rows += [line(name, recipe, counts) for recipe, counts in counted.items()]
        caused = [counts for recipe, counts in counted.items() if recipe not in SETTLED]
        abnormal = sum(caused, Counter())
        abnormal["slowest"] = max(counts["slowest"] for counts in caused)
        rows.append(line(f"**{name}**", "**all with a cause**", abnormal))
    head = [
        "| localizer | recipe | cases | F1 of exact causes | CPU ms a case | slowest ms |",
        "|---|---|---|---|---|---|",
    ]
    about = (
        f"Seeds {seeds.start} to {seeds.stop - 1}, 10,000 cells of 3 to 5 dimensions a case, "
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}, 2 shared cores. "
        "Made by `uv run python tests/benchmarks/localization`; the recipes are in `recipes.py`, the peers, each in a "
        "few lines after its paper, in `peers.py`."
    )
    RESULTS.write_text("\n".join(["# Localization of abnormal leaf cells", "", about, "", *head, *rows, ""]))
    print(RESULTS.read_text())


if __name__ == "__main__":
    main()
