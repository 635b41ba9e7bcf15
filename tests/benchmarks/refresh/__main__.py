"""What a refresh takes, step by step: the first, the next morning's with one new day, and one with nothing new.

``python -m tests.benchmarks.refresh LANDING [DAY]`` refreshes a new warehouse as of the day before DAY (2025-10-31), as
of DAY, and as of DAY again, and writes ``results.md`` beside this file. Run it on a machine that does nothing else;
where there is none, CPU seconds are what to compare.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
from deltalake import DeltaTable

HERE = Path(__file__).parent
NEWEST = date(2025, 10, 31)
TARGETS = {"First": 150, "Next morning": 40, "Nothing new": 6}
MB = 1e6


@dataclass(frozen=True)
class Measured:
    """A refresh as a process, its start and end included: its MLflow run, wall and CPU seconds, peak memory in MB."""

    run_id: str
    seconds: float
    cpu_seconds: float
    memory_mb: float


def refresh(landing: Path, warehouse: Path, day: date) -> Measured:
    """Refresh as of a day; raises ``CalledProcessError`` where that fails."""
    script = str(Path(sys.executable).with_name("assay"))
    options = ["--landing", str(landing), "--warehouse", str(warehouse), "--as-of", day.isoformat(), "--json"]
    command = [script, "refresh", *options]
    with tempfile.TemporaryFile("w+") as out:
        began = time.monotonic()
        with subprocess.Popen(command, stdout=out) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        if process.returncode != 0:
            raise subprocess.CalledProcessError(process.returncode, command)
        out.seek(0)
        run_id = json.load(out)["run_id"]
    return Measured(run_id, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / MB)


def of_steps(warehouse: Path, measured: Measured) -> pd.DataFrame:
    """What each step of a refresh used, and the whole process: seconds, cpu_seconds, memory_mb."""
    costs = DeltaTable(warehouse / "ops" / "ops_costs").to_pandas()
    steps = costs[costs["run_id"] == measured.run_id].set_index("step")
    used = steps[["seconds", "cpu_seconds"]].assign(memory_mb=steps["peak_memory_bytes"] / MB)
    whole = [measured.seconds, measured.cpu_seconds, measured.memory_mb]
    return pd.concat([used, pd.DataFrame([whole], index=["whole process"], columns=used.columns)])


def section(name: str, measured: Measured, used: pd.DataFrame) -> Iterator[str]:
    """A refresh in Markdown."""
    yield from ("", f"## {name}: {measured.seconds:.0f} s (target {TARGETS[name]} s)", "")
    yield from ("| step | seconds | CPU seconds | peak memory, MB |", "|---|--:|--:|--:|")
    for step, row in used.iterrows():
        yield f"| {step} | {row['seconds']:,.1f} | {row['cpu_seconds']:,.1f} | {row['memory_mb']:,.0f} |"


def main(landing: Path, newest: date) -> None:
    """Refresh three times and write the table."""
    days = {"First": newest - timedelta(days=1), "Next morning": newest, "Nothing new": newest}
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    command = f"python -m tests.benchmarks.refresh {landing} {newest}"
    today = datetime.now(UTC).date()
    lines = ["# What a refresh takes", "", f"`{command}`, {today}, {machine}, load {os.getloadavg()[0]:.1f}."]
    with tempfile.TemporaryDirectory() as folder:
        warehouse, before = Path(folder) / "warehouse", None
        for name, day in days.items():
            measured = refresh(landing, warehouse, day)
            used = of_steps(warehouse, measured)
            lines += section(name, measured, used.tail(1) if measured.run_id == before else used)
            before = measured.run_id
            (HERE / "results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]) if len(sys.argv) > 2 else NEWEST)
