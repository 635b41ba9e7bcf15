"""What a block of work uses of the machine, its worker processes among it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

import psutil

EVERY = 0.2
"""Seconds between two looks at the memory."""


@dataclass
class Usage:
    """CPU time (user and system) and the most memory held at once, both with worker processes; filled at the end."""

    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0


@contextmanager
def metered() -> Iterator[Usage]:
    """What the block uses; memory is sampled, so that a peak shorter than ``EVERY`` may be missed."""
    usage, ended, began = Usage(peak_memory_bytes=_memory()), Event(), _cpu()
    sampler = Thread(target=_sample, args=(usage, ended), name="memory", daemon=True)
    sampler.start()
    try:
        yield usage
    finally:
        ended.set()
        sampler.join()
        usage.cpu_seconds = round(max(_cpu() - began, 0.0), 3)


def _sample(usage: Usage, ended: Event) -> None:
    while not ended.wait(EVERY):
        usage.peak_memory_bytes = max(usage.peak_memory_bytes, _memory())


def _family() -> Iterator[psutil.Process]:
    here = psutil.Process()
    yield here
    yield from here.children(recursive=True)


def _memory() -> int:
    """Resident bytes; pages that processes share count once for each."""
    return int(sum(_of(process, _resident) for process in _family()))


def _cpu() -> float:
    """CPU seconds of this process, of its children that ended, and of those alive."""
    ended = os.times()
    alive = sum(_of(process, _worked) for process in psutil.Process().children(recursive=True))
    return ended.user + ended.system + ended.children_user + ended.children_system + alive


def _of(process: psutil.Process, value: Callable[[psutil.Process], float]) -> float:
    """The value, nothing where the process has ended meanwhile."""
    try:
        return value(process)
    except psutil.NoSuchProcess:
        return 0


def _resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss)


def _worked(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
