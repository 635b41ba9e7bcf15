"""A step's time limit."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

from etl.errors import AssayError
from experiments.running.interruption import raised_by

GRACE = 60.0
"""Seconds after which what neither ended nor could be interrupted ends with the whole process."""


class LimitError(AssayError):
    """A step took longer than it may."""


class _AtLimit(BaseException):
    """Interrupts at the limit; no library takes it for an error of its own work, as it would a ``LimitError``."""


@contextmanager
def limited(name: str, seconds: float, grace: float = GRACE) -> Iterator[None]:
    """Raise ``LimitError`` where the block has not ended after ``seconds``; the main thread's blocks only.

    Where it cannot be interrupted either, the process ends: what it wrote is put back by the next run.
    """
    sentence = f"The step {name} was stopped after its limit of {seconds:g} s: see what hangs, or give it more time."
    limit = time.monotonic() + seconds

    def end() -> None:
        sys.stderr.write(f"assay: {sentence} It could not be interrupted, so the process ends.\n")
        sys.stderr.flush()
        os._exit(1)

    watchdog = Timer(seconds + grace, end)
    watchdog.daemon = True
    watchdog.start()
    try:
        with raised_by(signal.SIGALRM, _AtLimit, then=signal.SIG_IGN), _alarm(seconds):
            yield
    except (Exception, _AtLimit) as error:
        if time.monotonic() >= limit:
            raise LimitError(f"{sentence} assay refresh goes on from there.") from error
        raise
    finally:
        watchdog.cancel()


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
