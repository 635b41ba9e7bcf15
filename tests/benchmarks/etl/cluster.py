"""A standalone Spark cluster on this machine: a master and two workers of one core each, from the pip package."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyspark

PORT, WEB_PORT = 17077, 18080
WORKERS = 2
PATIENCE = 60  # seconds until both workers must be there


@dataclass(frozen=True)
class Cluster:
    """Its ``master`` URL, and the processes of master and workers (their executors are children of the workers)."""

    master: str
    pids: tuple[int, ...]


@contextmanager
def cluster(logs: Path) -> Iterator[Cluster]:
    """The cluster for the length of the block."""
    with ExitStack() as running:
        address = f"spark://127.0.0.1:{PORT}"
        web = ["--host", "127.0.0.1", "--webui-port"]
        pids = [running.enter_context(_part("master.Master", logs, [*web, str(WEB_PORT), "--port", str(PORT)]))]
        for number in range(1, WORKERS + 1):
            given = [*web, str(WEB_PORT + number), "--cores", "1", "--memory", "3g", "--work-dir", str(logs), address]
            pids.append(running.enter_context(_part("worker.Worker", logs, given)))
        _wait_for_workers()
        yield Cluster(address, tuple(pids))


@contextmanager
def _part(name: str, logs: Path, arguments: list[str]) -> Iterator[int]:
    spark_class = Path(pyspark.__file__).parent / "bin" / "spark-class"
    environment = os.environ | {"PYSPARK_PYTHON": sys.executable}
    with (logs / f"{name}.log").open("ab") as output:
        command = [str(spark_class), f"org.apache.spark.deploy.{name}", *arguments]
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_for_workers() -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{WEB_PORT}/json/") as answer:
                if answer.read().count(b'"ALIVE"') > WORKERS:  # the master itself says so, too
                    return
        except OSError:
            pass
        time.sleep(0.5)
    raise RuntimeError(f"No {WORKERS} workers within {PATIENCE} s.")
