import os
import signal
import subprocess
import sys
import time

import pytest

from experiments.running.limits import LimitError, Terminated, heeded, limited, terminable
from experiments.watching import until_signalled


def test_a_block_that_ends_in_time_is_left_alone():
    before = signal.getsignal(signal.SIGALRM)
    with limited("features", 5):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_a_block_that_waits_is_stopped():
    with (
        pytest.raises(LimitError, match=r"The step features was stopped after its limit of 0\.05 s"),
        limited("features", 0.05),
    ):
        time.sleep(10)


def test_a_library_that_makes_an_error_of_its_own_of_it_hides_no_limit():
    def loads() -> None:
        try:
            time.sleep(10)
        except BaseException as error:
            raise RuntimeError("the model cannot be loaded") from error

    with pytest.raises(LimitError, match="The step forecast was stopped"), limited("forecast", 0.05):
        loads()


def test_a_library_that_goes_on_after_any_error_is_stopped_all_the_same():
    reached = []

    def tries() -> None:
        for _ in range(2):
            try:
                time.sleep(10)
            except Exception:
                reached.append("the next try")

    with pytest.raises(LimitError), limited("forecast", 0.05):
        tries()
    assert reached == []


def test_an_error_before_the_limit_stays_what_it_is():
    with pytest.raises(RuntimeError, match="broken"), limited("forecast", 10):
        raise RuntimeError("broken")


STUCK = """
import signal
from experiments.running.limits import limited
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])  # as one that is stuck outside Python
with limited("forecast", 0.05, grace=0.05):
    while True:
        pass
"""


def test_one_that_cannot_be_interrupted_ends_with_the_process():
    done = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("assay: The step forecast was stopped after its limit of 0.05 s")
    assert done.stderr.endswith("It could not be interrupted, so the process ends.\n")


def test_sigterm_ends_in_order_and_its_former_handler_comes_back():
    before, closed = signal.getsignal(signal.SIGTERM), []

    def held() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)  # impatient: the ending is not disturbed
            closed.append("lock")

    with pytest.raises(Terminated), terminable():
        held()
    assert closed == ["lock"]
    assert signal.getsignal(signal.SIGTERM) is before


class Loses:
    """Is told to stop while it is thrown away, where Python drops what is raised."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.kill(os.getpid(), self.number)
        time.sleep(0.01)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)])
def test_an_interruption_that_was_lost_is_heeded_at_the_end_of_the_block(number: int, raised: type[BaseException]):
    before, reached = signal.getsignal(number), []

    def held() -> None:
        Loses(number)
        reached.append("the end")

    with pytest.raises(KeyboardInterrupt) as error, terminable(), heeded():
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
