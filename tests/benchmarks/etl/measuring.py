"""Run a command and measure it: wall time, the peak memory of it and its children, and the bytes it left."""

import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.1  # seconds between two looks at memory
PAGE = 4096


@dataclass(frozen=True)
class Measured:
    """``seconds`` of wall time with start, ``cpu_seconds`` of its processes, ``peak_bytes`` resident in sum."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measure(command: Sequence[str], log: Path, beside: Sequence[int] = ()) -> Measured:
    """Run ``command`` to its end, its output in ``log``; ``beside`` are processes whose memory counts, too.

    Raises ``RuntimeError`` with the end of the log where the command fails.
    """
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        watch = _Watch([process.pid, *beside])
        watch.start()
        code = process.wait()
        seconds = time.monotonic() - started
        watch.ended.set()
        watch.join()
    if code:
        raise RuntimeError(f"{' '.join(command)} left with {code}: {log.read_text(errors='replace')[-2000:]}")
    return Measured(seconds, watch.cpu_seconds, watch.peak_bytes)


class _Watch(threading.Thread):
    """Looks at the resident memory and the processor time of some processes and their children until it is told."""

    def __init__(self, roots: Sequence[int]) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.peak_bytes = 0
        self._roots = roots
        self._ticks: dict[int, int] = {}
        self._before = {pid: ticks for pid, (ticks, _) in _tree(roots[1:]).items()}

    @property
    def cpu_seconds(self) -> float:
        """Processor time from the start of the watch, up to the last look at each process."""
        return sum(ticks - self._before.get(pid, 0) for pid, ticks in self._ticks.items()) / 100

    def run(self) -> None:
        """Look until told to end."""
        while not self.ended.wait(EVERY):
            found = _tree(self._roots)
            self.peak_bytes = max(self.peak_bytes, sum(resident for _, resident in found.values()))
            self._ticks |= {pid: ticks for pid, (ticks, _) in found.items()}


def _tree(roots: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Processor ticks and resident bytes of each process of the families of ``roots``."""
    if not roots:
        return {}
    processes = dict(filter(None, map(_process, Path("/proc").glob("[0-9]*"))))
    family = set(roots)
    while grown := {pid for pid, (parent, _, _) in processes.items() if parent in family} - family:
        family |= grown
    return {pid: processes[pid][1:] for pid in family & processes.keys()}


def _process(folder: Path) -> tuple[int, tuple[int, int, int]] | None:
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended meanwhile
        return None
    return int(folder.name), (int(fields[1]), int(fields[11]) + int(fields[12]), int(fields[21]) * PAGE)


def bytes_below(folder: Path) -> int:
    """The size of all files below ``folder``."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
