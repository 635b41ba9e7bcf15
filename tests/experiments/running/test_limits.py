import signal
import subprocess
import sys
import time

import pytest

from experiments.running.limits import LimitError, limited


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
