import threading
import time

import pytest

from experiments.running.beside import beside
from experiments.running.limits import LimitError, limited


def test_work_is_done_beside_the_block_and_waited_for():
    begun, ended = threading.Event(), []

    def work() -> int:
        begun.wait(10)
        ended.append(True)
        return 7

    with beside(work) as result:
        begun.set()
    assert ended == [True]
    assert result.result() == 7


def test_its_error_is_that_of_who_asks_for_the_result():
    def work() -> int:
        raise ValueError("lost")

    with beside(work) as result:
        pass
    with pytest.raises(ValueError, match="lost"):
        result.result()


def test_a_block_that_fails_waits_for_nothing():
    for_ever = threading.Event()
    with pytest.raises(KeyError), beside(for_ever.wait):
        raise KeyError
    for_ever.set()


def test_at_its_limit_a_step_is_stopped_though_work_beside_it_hangs():
    for_ever, began = threading.Event(), time.monotonic()
    with pytest.raises(LimitError), limited("explain", 0.05), beside(for_ever.wait) as result:
        result.result()
    assert time.monotonic() - began < 10
    for_ever.set()
