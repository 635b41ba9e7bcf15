"""Run one function over many inputs: in other processes once that pays, on threads, or wherever a pool runs it."""

import ctypes
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Protocol, TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

Task = TypeVar("Task")
Result = TypeVar("Result")

SERIAL_SECONDS = 5.0
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PRELOADED = ["__main__", "prophet"]


class Pool(Protocol):
    """Workers that are not this machine's, such as those of a cluster."""

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        """``function``, importable by name, of every task, in the tasks' order."""


Jobs = int | Pool | None
"""How many workers of this machine, one a core by default; or others. No result depends on it."""


def run(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    jobs: Jobs = None,
    serial_seconds: float = SERIAL_SECONDS,
) -> list[Result]:
    """``function`` of every task, in the tasks' order.

    Starts in this process; what is left after ``serial_seconds`` goes to a pool. Workers come from a fork server, never
    from a fork of this process, whose engine session holds threads that a fork would tear; their numerics run on one
    thread each. The results do not depend on where a task ran if ``function`` is deterministic.

    Args:
        function: Importable by name from a module.
        tasks: Picklable inputs.
        jobs: Worker processes, the number of cores by default; 1 stays in this process. A pool gets all tasks.
        serial_seconds: How long to go without a pool.
    """
    if not isinstance(jobs, int | None):
        return jobs.map(function, tasks)
    workers = min(threads(jobs), len(tasks))
    limit = serial_seconds if workers > 1 else float("inf")
    done = _for_seconds(function, tasks, limit)
    rest = tasks[len(done) :]
    return done + (_pooled(function, rest, workers) if rest else [])


def concurrently(function: Callable[[Task], Result], tasks: Sequence[Task], *, jobs: Jobs = None) -> list[Result]:
    """``function`` of every task, in the tasks' order, on threads of this process: for work that NumPy does.

    Nothing is copied to other processes. Each task's numerics run on one thread.

    Args:
        function: Anything that may run beside itself.
        tasks: Its inputs.
        jobs: Threads, the number of cores by default.
    """
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads(jobs)) as pool:
        done = list(pool.map(function, tasks))
    _return_freed_memory()
    return done


def _return_freed_memory() -> None:
    """To the system: the C library of Linux keeps what a thread freed, for itself, also when it has ended."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def threads(jobs: Jobs) -> int:
    """How many threads or processes of this machine are asked for; one a core where its own are not spoken of."""
    return jobs if isinstance(jobs, int) else os.cpu_count() or 1


def _for_seconds(function: Callable[[Task], Result], tasks: Sequence[Task], seconds: float) -> list[Result]:
    started = time.monotonic()
    done: list[Result] = []
    for task in tasks:
        if time.monotonic() - started >= seconds:
            break
        done.append(function(task))
    return done


def _pooled(function: Callable[[Task], Result], tasks: Sequence[Task], workers: int) -> list[Result]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=single_threaded) as pool:
        return list(pool.map(function, tasks))


def single_threaded() -> None:
    """Let this process's numerics run on one thread: of libraries that are loaded, and of those that will be."""
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    threadpool_limits(1)
