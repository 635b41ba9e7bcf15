"""A step's time limit, and stopping well when told to: both interrupt the main thread wherever it is.

Python throws away what is raised in a finalizer, of which the engine's client has many: an interruption may be lost.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Timer
from types import FrameType

from etl.errors import AssayError

GRACE = 60.0
"""Seconds after which what neither ended nor could be interrupted ends with the whole process."""


class LimitError(AssayError):
    """A step took longer than it may."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came."""


class _AtLimit(BaseException):
    """Interrupts at the limit; no library takes it for an error of its own work, as it would a ``LimitError``."""


@contextmanager
def limited(name: str, seconds: float, grace: float = GRACE) -> Iterator[None]:
    """Raise ``LimitError`` where the block has not ended after ``seconds``; the main thread's blocks only.

    Where it cannot be interrupted either, the process ends: what it wrote is put back by the next run.
    """
    reached = Event()
    sentence = f"The step {name} was stopped after its limit of {seconds:g} s: see what hangs, or give it more time."

    def stop(_number: int, _frame: FrameType | None) -> None:
        reached.set()
        raise _AtLimit

    def end() -> None:
        sys.stderr.write(f"assay: {sentence} It could not be interrupted, so the process ends.\n")
        sys.stderr.flush()
        os._exit(1)

    watchdog = Timer(seconds + grace, end)
    watchdog.daemon = True
    former = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    watchdog.start()
    try:
        yield
    except (Exception, _AtLimit) as error:
        if reached.is_set():
            raise LimitError(f"{sentence} assay refresh goes on from there.") from error
        raise
    finally:
        watchdog.cancel()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


@contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM raises ``Terminated`` in the block, as Ctrl-C raises ``KeyboardInterrupt``, so that it ends in order."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # one is enough: the second must not disturb the ending
        raise Terminated

    former = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


@contextmanager
def heeded() -> Iterator[None]:
    """Raise at the end of the block where SIGINT or SIGTERM came within it and what its handler raised was lost."""
    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    raised: list[BaseException] = []

    def note(number: int, frame: FrameType | None) -> None:
        handler = former[signal.Signals(number)]
        if callable(handler):
            try:
                handler(number, frame)
            except BaseException as interruption:
                raised.append(interruption)
                raise

    for number, handler in former.items():
        if callable(handler):
            signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in former.items():
            if signal.getsignal(number) is note:
                signal.signal(number, handler)
    if raised:
        raise raised[-1]
