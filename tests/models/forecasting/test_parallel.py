import os
import threading

from models.forecasting.parallel import THREAD_VARIABLES, run


def where(number: int) -> tuple[int, int, str | None]:
    return number, os.getpid(), os.environ.get("OMP_NUM_THREADS")


def test_few_tasks_stay_in_this_process():
    assert {pid for _, pid, _ in run(where, range(5), jobs=2)} == {os.getpid()}


def test_one_job_stays_in_this_process_however_long_it_takes():
    assert {pid for _, pid, _ in run(where, range(3), jobs=1, serial_seconds=0)} == {os.getpid()}


def test_no_tasks_give_no_results():
    assert run(where, []) == []


def test_a_pool_keeps_the_order_runs_on_one_thread_and_leaves_the_environment_alone():
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    stop = threading.Event()
    threading.Thread(target=stop.wait, daemon=True).start()
    results = run(os.path.basename, ["a/0", "b/1", "c/2"], jobs=2, serial_seconds=0)
    pooled = run(os.getenv, ["OMP_NUM_THREADS"] * 3, jobs=2, serial_seconds=0)
    stop.set()
    assert results == ["0", "1", "2"]
    assert pooled == ["1"] * 3
    assert before == {name: os.environ.get(name) for name in THREAD_VARIABLES}
