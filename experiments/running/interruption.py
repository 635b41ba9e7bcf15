"""Interrupt the main thread by what a signal raises, only where that leaves nothing half done.

Python runs a signal's handler between any two instructions. What is raised between the taking of a condition's lock
and the block that gives it back leaves it taken for ever: the engine's client waits on such conditions for each query,
and its next one would hang. What is raised in a finalizer Python throws away.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Condition, Thread, main_thread
from types import FrameType

AGAIN = 0.01
"""Seconds after which an interruption that came at a bad moment comes again."""

DELICATE = ("threading", "grpc", "logging")
"""Packages whose own code takes locks in one call and gives them back in another."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came."""


@contextmanager
def raised_by(number: signal.Signals, error: type[BaseException], then: signal.Handlers) -> Iterator[None]:
    """The signal raises ``error`` in the block, once; from then on the signal is left to ``then``.

    In the main thread only, as Python's signal handlers are.
    """
    postponed: SimpleQueue[bool] = SimpleQueue()  # the one queue that may be used in a signal's handler

    def interrupt(_number: int, frame: FrameType | None) -> None:
        if not _may_be_left(frame):
            postponed.put(True)
            return
        signal.signal(number, then)
        raise error

    def send_again() -> None:
        while postponed.get():
            time.sleep(AGAIN)
            signal.pthread_kill(main_thread().ident or 0, number)

    sender = Thread(target=send_again, name=f"postponed {number.name}", daemon=True)
    former = signal.signal(number, interrupt)
    sender.start()
    try:
        yield
    finally:
        postponed.put(False)
        sender.join()  # so that none is sent after the block; what comes meanwhile came too late
        signal.signal(number, former)


def _may_be_left(frame: FrameType | None) -> bool:
    """Whether an exception may leave the code that runs there."""
    if frame is None or any(each.f_code.co_name == "__del__" for each in _stack(frame)):
        return False
    if frame.f_code is Condition.wait.__code__:
        return "gotit" in frame.f_locals  # it waits by now, and takes its lock again whatever is raised
    return str(frame.f_globals.get("__name__")).partition(".")[0] not in DELICATE


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


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
