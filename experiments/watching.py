"""Keep refining as files land: look, refine what is new as an ordinary run, and look again, until told to stop."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from types import FrameType

import numpy as np

from etl.storage import Location

EVERY = 1.0  # seconds between two looks at a landing folder in which nothing is new


@dataclass(frozen=True)
class Refined:
    """What one run took: ``files`` were new, and the fact has ``rows`` now."""

    files: tuple[Location, ...]
    rows: int


@dataclass(frozen=True)
class MicroBatch:
    """One run and, for each of its files, the seconds from landing (its last change) to Gold."""

    rows: int
    delays: tuple[float, ...]

    @classmethod
    def done(cls, refined: Refined) -> "MicroBatch":
        """A run that has just ended; files that were moved away meanwhile tell no delay."""
        now = time.time()
        return cls(refined.rows, tuple(now - path.stat().st_mtime for path in refined.files if path.exists()))

    @property
    def sentence(self) -> str:
        """What to say of it."""
        latest = f"{max(self.delays):.1f} s after landing" if self.delays else "no new file"
        return f"{len(self.delays)} files, {self.rows:,} order lines in Gold, {latest}."


@dataclass(frozen=True)
class Watched:
    """Everything that was refined until the watch was stopped."""

    batches: tuple[MicroBatch, ...]

    def to_dict(self) -> dict[str, object]:
        """Number of batches and files, and the delay from landing to Gold in seconds, null where nothing landed."""
        delays = [delay for batch in self.batches for delay in batch.delays]
        median, p95 = (round(float(q), 1) for q in np.quantile(delays, (0.5, 0.95))) if delays else (None, None)
        return {"batches": len(self.batches), "files": len(delays), "delay_median": median, "delay_p95": p95}


def micro_batches(refine: Callable[[], Refined | None], stopped: Event, every: float = EVERY) -> Iterator[MicroBatch]:
    """Call ``refine``, which returns None where nothing is new, until ``stopped`` is set; a run is never cut short."""
    while not stopped.is_set():
        refined = refine()
        if refined is None:
            stopped.wait(every)
            continue
        yield MicroBatch.done(refined)


@contextmanager
def until_signalled() -> Iterator[Event]:
    """An event that SIGTERM or SIGINT (Ctrl-C) sets, for the length of the block."""
    stopped = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    former = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopped
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
