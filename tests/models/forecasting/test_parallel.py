import os
import threading
from concurrent.futures import ThreadPoolExecutor

from models.forecasting.parallel import THREAD_VARIABLES, run, threads


def where(number: int) -> tuple[int, int]:
    return number, os.getpid()


def test_few_tasks_stay_in_this_process():
    assert {pid for _, pid in run(where, range(5), jobs=2)} == {os.getpid()}


def test_one_job_stays_in_this_process_however_long_it_takes():
    assert {pid for _, pid in run(where, range(3), jobs=1, serial_seconds=0)} == {os.getpid()}


def test_no_tasks_give_no_results():
    assert run(where, []) == []


def test_another_pool_gets_all_tasks_and_says_nothing_of_threads_here():
    class Backwards:
        def map(self, function, tasks):
            return [function(task[::-1]) for task in tasks]

    assert run(str.upper, ["ab", "cd"], jobs=Backwards()) == ["BA", "DC"]
    assert threads(Backwards()) == os.cpu_count()


def test_pools_keep_the_order_run_on_one_thread_and_leave_the_environment_alone():
    """Two at once, as two members of a mix have them, beside a thread of this process."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    stop = threading.Event()
    threading.Thread(target=stop.wait, daemon=True).start()
    with ThreadPoolExecutor(2) as beside:
        results = beside.submit(run, os.path.basename, ["a/0", "b/1", "c/2"], jobs=2, serial_seconds=0)
        pooled = beside.submit(run, os.getenv, ["OMP_NUM_THREADS"] * 3, jobs=2, serial_seconds=0)
    stop.set()
    assert results.result() == ["0", "1", "2"]
    assert pooled.result() == ["1"] * 3
    assert before == {name: os.environ.get(name) for name in THREAD_VARIABLES}
