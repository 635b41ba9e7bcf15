"""Benchmark the refinement of AtoZ's files: ``python -m tests.benchmarks.etl --lines 1 --lines 5``.

Every job refines the same landing folder from the files to the fact and the daily tables, in a process of its own, with
its start; their results must agree to the last digit. Write the table that is printed into results.md.
"""

import os
import platform
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import click

from tests.benchmarks.etl.agreement import disagreements, result
from tests.benchmarks.etl.cluster import cluster
from tests.benchmarks.etl.measuring import Measured, bytes_below, measure
from tests.benchmarks.etl.watched import delays

LINES_AT_SCALE_1 = 2_951_000
JOBS = ("legacy", "duckdb", "embedded", "spark", "cluster")
LAST_DAY = date(2025, 10, 31)
ORDERS = Path("order_items", "landing")
ASSAY = (str(Path(sys.executable).parent / "assay"),)


@dataclass(frozen=True)
class Line:
    """A row of the table: what was run, on which lines of order items, and what it took."""

    job: str
    millions: float
    measured: Measured
    bytes_left: int
    note: str = ""

    def cells(self, base: float | None) -> list[str]:
        """As text; ``base`` is the time of the legacy job on the same lines."""
        ratio = f"{base / self.measured.seconds:.2f}" if base else ""
        numbers = [f"{self.measured.seconds:.1f}", f"{self.measured.cpu_seconds:.1f}"]
        sizes = [f"{self.measured.peak_bytes / 1e9:.2f}", f"{self.bytes_left / 1e6:.0f}"]
        return [f"{self.millions:g}", self.job, *numbers, *sizes, ratio, self.note]


@click.command()
@click.option("--lines", "sizes", type=float, multiple=True, default=(1.0,), help="Millions of order lines.")
@click.option("--jobs", default=",".join(JOBS[:3]), show_default=True, help=f"Of {', '.join(JOBS)}.")
@click.option("--folder", type=click.Path(path_type=Path), default="/tmp/assay-benchmark", show_default=True)
@click.option("--one-more-day/--no-one-more-day", default=True, help="Then a day more, and then nothing new.")
@click.option("--watch", default=0, show_default=True, help="Then so many files under a watch, twenty a minute.")
def main(sizes: tuple[float, ...], jobs: str, folder: Path, watch: int, *, one_more_day: bool) -> None:
    """Run JOBS on every size, check that they agree, and print the table as Markdown."""
    lines: list[Line] = []
    for millions in sizes:
        landing = _landing(folder, millions)
        lines += _compared(folder, landing, millions, jobs.split(","))
        if one_more_day:
            lines += _one_more_day(folder, landing, millions)
        if watch:
            print(f"{millions:g} million lines, landing to Gold under a watch: {_watched(folder, landing, watch)}")
    print(_machine())
    print(_markdown(lines))


def _landing(folder: Path, millions: float) -> Path:
    place = folder / f"{millions:g}m"
    if not (place / "raw").is_dir():
        scale = str(round(millions * 1e6 / LINES_AT_SCALE_1, 4))
        place.mkdir(parents=True, exist_ok=True)
        measure([*ASSAY, "simulate", str(place), "--scale", scale], folder / "simulate.log")
    return place / "raw"


def _compared(folder: Path, landing: Path, millions: float, jobs: list[str]) -> list[Line]:
    lines, results = [], {}
    for job in jobs:
        out = folder / "out" / job
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        measured = _run(job, landing, out, folder)
        lines.append(Line(job, millions, measured, bytes_below(out)))
        results[job] = result(job, out)
        shutil.rmtree(out)
    if found := disagreements(results):
        raise click.ClickException(" ".join(found))
    return lines


def _run(job: str, landing: Path, out: Path, folder: Path) -> Measured:
    module = {"legacy": "legacy", "duckdb": "by_duckdb"}.get(job)
    log = folder / f"{job}.log"
    if module is not None:
        return measure([sys.executable, "-m", f"tests.benchmarks.etl.{module}", str(landing), str(out)], log)
    command = [*ASSAY, "etl", "--landing", str(landing), "--warehouse", str(out)]
    with ExitStack() as running:
        beside: tuple[int, ...] = ()
        if job != "embedded":
            command += ["--engine", "spark"]
        if job == "cluster":
            nodes = running.enter_context(cluster(folder))
            beside = nodes.pids
            command += ["--master", nodes.master]
        return measure(command, log, beside)


def _one_more_day(folder: Path, landing: Path, millions: float) -> list[Line]:
    """All but the last day's orders, then that day more, then nothing new; the files are links."""
    held_back = landing / ORDERS / f"order_items_{LAST_DAY}.csv"
    shorter, out = _without(folder, landing, [held_back])
    arriving = shorter / held_back.relative_to(landing)
    lines = []
    for note in ("all but the last day", "one more day", "nothing new"):
        if note == "one more day":
            os.link(held_back, arriving)
        before = bytes_below(out) if out.exists() else 0
        measured = _run("embedded", shorter, out, folder)
        lines.append(Line("embedded", millions, measured, bytes_below(out) - before, note))
    for place in (shorter, out):
        shutil.rmtree(place)
    return lines


def _watched(folder: Path, landing: Path, files: int) -> dict[str, float]:
    """All but the newest ``files`` of orders, then these one by one under a watch."""
    held_back = sorted((landing / ORDERS).glob("*.csv"))[-files:]
    shorter, out = _without(folder, landing, held_back)
    _run("embedded", shorter, out, folder)
    command = [*ASSAY, "etl", "--landing", str(shorter), "--warehouse", str(out)]
    found = delays(command, shorter / ORDERS, held_back, folder / "watch.log")
    for place in (shorter, out):
        shutil.rmtree(place)
    return found


def _without(folder: Path, landing: Path, held_back: list[Path]) -> tuple[Path, Path]:
    """Links to the landing folder's files but those ``held_back``, and a folder for a warehouse."""
    shorter, out = folder / "out" / "landing", folder / "out" / "growing"
    for place in (shorter, out):
        shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(landing, shorter, copy_function=os.link)
    for file in held_back:
        (shorter / file.relative_to(landing)).unlink()
    return shorter, out


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    today = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    machine = f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], text=True).strip()
    return f"{today}; commit {commit}; {machine}; load {os.getloadavg()[0]:.1f} at the end\n"


def _markdown(lines: list[Line]) -> str:
    heads = ["million lines", "job", "seconds", "CPU seconds", "peak GB", "MB written", "legacy / job", "note"]
    legacy = {line.millions: line.measured.seconds for line in lines if line.job == "legacy"}
    rows = [heads, ["---:", "---", *["---:"] * 5, "---"]]
    rows += [line.cells(legacy.get(line.millions) if not line.note else None) for line in lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    main()
