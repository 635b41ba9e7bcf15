"""Run one function over many inputs, in other processes once that pays."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

Task = TypeVar("Task")
Result = TypeVar("Result")

SERIAL_SECONDS = 5.0
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PRELOADED = ["__main__", "prophet"]


def run(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    jobs: int | None = None,
    serial_seconds: float = SERIAL_SECONDS,
) -> list[Result]:
    """``function`` of every task, in the tasks' order.

    Starts in this process; what is left after ``serial_seconds`` goes to a pool. Workers come from a fork server, never
    from a fork of this process, whose engine session holds threads that a fork would tear; their numerics run on one
    thread each. The results do not depend on where a task ran if ``function`` is deterministic.

    Args:
        function: Importable by name from a module.
        tasks: Picklable inputs.
        jobs: Worker processes, the number of cores by default; 1 stays in this process.
        serial_seconds: How long to go without a pool.
    """
    workers = min(jobs or os.cpu_count() or 1, len(tasks))
    limit = serial_seconds if workers > 1 else float("inf")
    done = _for_seconds(function, tasks, limit)
    rest = tasks[len(done) :]
    return done + (_pooled(function, rest, workers) if rest else [])


def concurrently(function: Callable[[Task], Result], tasks: Sequence[Task], *, jobs: int | None = None) -> list[Result]:
    """``function`` of every task, in the tasks' order, on threads of this process: for work that NumPy does.

    Nothing is copied to other processes. Each task's numerics run on one thread.

    Args:
        function: Anything that may run beside itself.
        tasks: Its inputs.
        jobs: Threads, the number of cores by default.
    """
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        return list(pool.map(function, tasks))


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
    with _single_threaded(), ProcessPoolExecutor(workers, mp_context=context) as pool:
        return list(pool.map(function, tasks))


@contextmanager
def _single_threaded() -> Iterator[None]:
    """One numeric thread for the processes started inside: libraries read these variables when they are loaded."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            os.environ.update({} if value is None else {name: value})
