"""Work on a thread of its own, beside what the main thread does."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Result = TypeVar("Result")


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Future[Result]]:
    """What ``work`` will give, while the block runs; it is waited for at the end.

    Not where the block fails, or is stopped after its limit: work that hangs must not hold up the main thread, which is
    the only one that signals reach.
    """
    pool = ThreadPoolExecutor(1, "beside")
    future = pool.submit(work)
    try:
        yield future
    except BaseException:
        pool.shutdown(wait=False)
        raise
    pool.shutdown()
