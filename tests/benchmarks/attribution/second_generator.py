"""Score explanations on another generator: ``python -m tests.benchmarks.attribution.second_generator FOLDER``.

FOLDER holds the prototype's ``gen.py`` (scenarios with exact truth) and ``ev.py`` (scores of whatever module is called
``explain``: here Assay's).
"""

import argparse
import platform
import sys
import types
import warnings
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from models.attribution import explain

RESULTS = Path(__file__).with_name("second_generator.md")
NAMES = {
    "n": "runs", "eff": "effect, share of revenue", "F1": "F1", "false": "false names", "miss": "missed",
    "verdict": "right verdict", "cover": "truth inside", "dates": "days right",
}  # fmt: skip


def judge(
    lines: pd.DataFrame, period: str, baseline: str, dimensions: list[str], history: pd.DataFrame, **_: object
) -> dict[str, object]:
    """``explain`` as the prototype's scores call it."""
    return explain(lines, period=period, baseline=baseline, dimensions=dimensions, history=history).to_dict()


def scored(folder: Path, seeds: range) -> pd.DataFrame:
    """The prototype's own table, one row for each kind."""
    module = types.ModuleType("explain")
    module.explain = judge  # type: ignore[attr-defined]
    sys.modules["explain"] = module
    sys.path.insert(0, str(folder))
    import ev  # type: ignore[import-not-found]

    with TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ev.table(ev.run(seeds, str(Path(scratch) / "rows.json"), verbose=False))


def report(table: pd.DataFrame, seeds: range) -> str:
    """The table in Markdown."""
    shown = table[list(NAMES)].rename(columns=NAMES).fillna("")
    lines = [
        f"| {kind} | {' | '.join(map(str, row))} |" for kind, row in zip(table.index, shown.to_numpy(), strict=True)
    ]
    head = [f"| kind | {' | '.join(shown)} |", f"|{'---|' * (len(NAMES) + 1)}"]
    about = f"Seeds {seeds.start} to {seeds.stop - 1}, {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}."
    return "\n".join(["# Attribution: the second generator", "", about, "", *head, *lines, ""])


def main() -> None:
    """Run the seeds and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", default="10:20", help="FIRST:LAST, the last left out; below 10: development")
    asked = parser.parse_args()
    seeds = range(*map(int, asked.seeds.split(":")))
    RESULTS.write_text(report(scored(asked.folder, seeds), seeds))
    print(RESULTS.read_text())


if __name__ == "__main__":
    main()
