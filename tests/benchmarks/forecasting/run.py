"""The forecasting benchmark: candidates on every set, scored once on what then happened.

    uv run python tests/benchmarks/forecasting/run.py [--candidates Mix,Prophet] [--jobs N] [--out FILE] [WORD ...]

Writes a row for each set and candidate to ``results.csv`` as it goes, and ``results.md`` from all rows there and
``notes.md``. Each row is made by a process of its own, so that its peak memory is known. The CPU seconds are of that
process: candidates that are fitted one series at a time are to be given ``--jobs 1``.
"""

import argparse
import platform
import resource
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from equal_mean import EqualMean
from sets import chosen
from summary import markdown, summaries
from task import Task

from models.forecasting import forecast_panel
from models.forecasting.quantiles import LEVELS
from models.forecasting.registry import candidate

HERE = Path(__file__).parent
NOTES = HERE / "notes.md"
"""What the table does not say: decisions with their figures, targets that were missed, and why."""
QUANTILES = [f"q{level:g}" for level in LEVELS]
SINGLE = ("SeasonalNaive", "Empirical", "PanelRegression", "LightGBM")
EQUAL_MEAN = EqualMean(tuple(candidate(name) for name in SINGLE))
DEFAULT = ",".join([*SINGLE, EQUAL_MEAN.name, "Mix"])


def row(load: Callable[[], Task], name: str, jobs: int | None) -> dict[str, float]:
    """How well a candidate does on a set, and what it takes."""
    warnings.simplefilter("ignore")
    task = load()
    wall, cpu = time.monotonic(), time.process_time()
    rows = forecast_panel(
        task.history, task.horizon, freq=task.freq, future=task.future, static=task.static, jobs=jobs,
        candidate=EQUAL_MEAN if name == EQUAL_MEAN.name else candidate(name),
    )  # fmt: skip
    spent = {"seconds": time.monotonic() - wall, "cpu": time.process_time() - cpu}
    return scored(task, rows) | spent | {"GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def scored(task: Task, rows: pd.DataFrame) -> dict[str, float]:
    """SQL, WAPE, MASE, sMAPE (percent) and coverage of the 80% interval."""
    happened = task.actual[["unique_id", "ds", "y"]].dropna()
    both = rows.merge(happened, on=["unique_id", "ds"]).merge(_scales(task), on="unique_id")
    actual, median = both["y"].to_numpy(), both["q0.5"].to_numpy()
    away = actual[:, None] - both[QUANTILES].to_numpy()
    loss = 2 * np.maximum(np.array(LEVELS) * away, (np.array(LEVELS) - 1) * away).mean(axis=1)
    error = np.abs(actual - median)
    by_series = both.assign(sql=loss / both["scale"], mase=error / both["scale"]).groupby("unique_id")[["sql", "mase"]]
    size = np.abs(actual) + np.abs(median)
    return {
        "series": both["unique_id"].nunique(),
        "values": len(both),
        "SQL": by_series.mean()["sql"].mean(),
        "WAPE": error.sum() / np.abs(actual).sum(),
        "MASE": by_series.mean()["mase"].mean(),
        "sMAPE": 200 * np.divide(error, size, out=np.zeros_like(size), where=size > 0).mean(),
        "coverage": both["y"].between(both["q0.1"], both["q0.9"]).mean(),
    }


def _scales(task: Task) -> pd.DataFrame:
    """The seasonal error of each history, over pairs of steps that both are known; without any a series is left out."""
    wide = task.history.pivot(index="ds", columns="unique_id", values="y").asfreq(task.freq)
    scale = wide.diff(task.season).abs().mean()
    return scale[scale > 0].rename("scale").reset_index()


def written(rows: pd.DataFrame) -> str:
    """The results as Markdown, a set a line."""
    machine = f"{platform.processor() or platform.machine()}, 2 cores, Python {platform.python_version()}"
    table = rows.round({"SQL": 3, "WAPE": 3, "MASE": 3, "sMAPE": 2, "coverage": 3, "seconds": 0, "cpu": 0, "GB": 2})
    made = f"Made by `run.py` on {datetime.now(UTC):%Y-%m-%d}, {machine}; seconds are those of a busy machine."
    seen = "Sets like these, M4 among them, were in view while settings were chosen: new panels may score less well."
    return "\n".join(
        ["# Forecasting benchmark", "", made, seen, "", markdown(table), "", summaries(rows), NOTES.read_text()]
    )


def main() -> None:
    """Score, row by row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="Parts of the sets' names; all sets without any.")
    parser.add_argument("--candidates", default=DEFAULT)
    parser.add_argument("--out", type=Path, default=HERE / "results.csv")
    parser.add_argument("--jobs", type=int)
    asked = parser.parse_args()
    rows = pd.read_csv(asked.out) if asked.out.exists() else pd.DataFrame()
    for name, load in chosen(asked.words):
        for model in asked.candidates.split(","):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                made = alone.submit(row, load, model, asked.jobs).result()
            found = pd.DataFrame([{"set": name, "candidate": model, **made}])
            rows = pd.concat([rows, found]).drop_duplicates(["set", "candidate"], keep="last", ignore_index=True)
            rows.to_csv(asked.out, index=False)
            print(found.round(3).to_string(index=False, header=False), flush=True)
    asked.out.with_suffix(".md").write_text(written(rows))


if __name__ == "__main__":
    main()
