import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from experiments.running.interruption import Terminated, heeded, raised_by
from experiments.watching import until_signalled

TERMINATED = {"number": signal.SIGTERM, "error": Terminated, "then": signal.SIG_IGN}


def test_sigterm_ends_in_order_and_its_former_handler_comes_back():
    before, closed = signal.getsignal(signal.SIGTERM), []

    def held() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)  # impatient: the ending is not disturbed
            closed.append("lock")

    with pytest.raises(Terminated), raised_by(**TERMINATED):
        held()
    assert closed == ["lock"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_no_lock_stays_taken_whenever_the_signal_comes():
    """As in the engine's client: a condition is taken and given back, again and again."""

    def held(condition: threading.Condition, after: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, after)
        while True:
            with condition:
                condition.notify()

    for number in range(100):
        condition = threading.Condition(threading.Lock())
        with pytest.raises(Terminated), raised_by(signal.SIGALRM, Terminated, then=signal.SIG_IGN):
            held(condition, 0.001 + number * 7e-6)
        assert condition.acquire(timeout=1), f"the lock is lost at the {number}th"


def test_who_waits_long_is_interrupted_at_once():
    condition = threading.Condition()
    threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
    began = time.monotonic()
    with pytest.raises(Terminated), raised_by(**TERMINATED), condition:
        condition.wait(10)
    assert time.monotonic() - began < 5


class Finalized:
    """Is told to stop while it is thrown away, where Python drops what is raised."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)


def test_a_signal_in_a_finalizer_interrupts_what_follows():
    def held() -> None:
        Finalized()
        time.sleep(10)

    began = time.monotonic()
    with pytest.raises(Terminated), raised_by(**TERMINATED):
        held()
    assert time.monotonic() - began < 5


def loses(number: int) -> Iterator[None]:
    """Is told to stop while it is thrown away half done, where Python drops what is raised."""
    try:
        yield
    finally:
        os.kill(os.getpid(), number)
        time.sleep(0.01)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)])
def test_an_interruption_that_was_lost_is_heeded_at_the_end_of_the_block(number: int, raised: type[BaseException]):
    before, reached = signal.getsignal(number), []

    def held() -> None:
        next(loses(number))
        reached.append("the end")

    with pytest.raises(KeyboardInterrupt) as error, raised_by(**TERMINATED), heeded():
        held()
    assert type(error.value) is raised
    assert reached == ["the end"]
    assert signal.getsignal(number) is before


def test_an_interruption_that_was_not_lost_ends_the_block_at_once():
    reached = []

    def held() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(10)
        reached.append("the end")

    with pytest.raises(KeyboardInterrupt), heeded():
        held()
    assert reached == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_interrupts_nothing_is_left_to_who_takes_note_of_it(number: int):
    with until_signalled() as stopped, heeded():
        os.kill(os.getpid(), number)
        assert stopped.wait(1)


def test_nothing_is_raised_where_nothing_came():
    before = signal.getsignal(signal.SIGINT)
    with heeded():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
