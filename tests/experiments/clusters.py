"""A real Spark standalone cluster on this machine: a master and two workers of PySpark's own package."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
PATIENCE_SECONDS = 120
BRIEF = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # for machines that live a minute: compile little


@dataclass(frozen=True)
class Cluster:
    """Its master's address for clients and for people, and the workers' processes."""

    master: str
    page: str
    workers: "tuple[subprocess.Popen[bytes], ...]"

    def state(self) -> dict[str, object]:
        """What the master says: workers that are alive, and the cores that applications hold."""
        with urllib.request.urlopen(f"{self.page}/json/", timeout=10) as answer:
            told = json.load(answer)
        alive = [worker for worker in told["workers"] if worker["state"] == "ALIVE"]
        return {"alive": len(alive), "cores_used": sum(worker["coresused"] for worker in alive)}

    def kill_worker(self) -> None:
        """End one worker and what it runs, at once."""
        os.killpg(self.workers[0].pid, signal.SIGKILL)


@contextmanager
def spark_cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster of two workers with a core each."""
    port, page = _free_port(), _free_port()
    listen = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page)]
    processes = [_start(folder, "master", "deploy.master.Master", *listen)]
    master = f"spark://127.0.0.1:{port}"
    try:
        for name in ("first", "second"):
            size = ["--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0"]
            processes.append(_start(folder, name, "deploy.worker.Worker", *size, "-d", str(folder / name), master))
        cluster = Cluster(master, f"http://127.0.0.1:{page}", tuple(processes[1:]))
        _wait(cluster)
        yield cluster
    finally:
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _start(folder: Path, name: str, class_: str, *options: str) -> "subprocess.Popen[bytes]":
    environment = os.environ | {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "JAVA_TOOL_OPTIONS": BRIEF,
    }
    command = [str(HOME / "bin" / "spark-class"), f"org.apache.spark.{class_}", *options]
    with (folder / f"{name}.log").open("w") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)


def _wait(cluster: Cluster) -> None:
    for _ in range(PATIENCE_SECONDS):
        try:
            if cluster.state()["alive"] == len(cluster.workers):
                return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(1)
    raise AssertionError("The cluster's workers did not come up.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
