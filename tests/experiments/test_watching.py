import json
import os
import signal
import time
from threading import Event

import pytest
from deltalake import DeltaTable

from experiments.watching import MicroBatch, Refined, Watched, micro_batches, until_signalled
from tests.etl.refining import ATOZ_LINES, write_landing
from tests.experiments.conftest import SCRIPT, surroundings
from tests.processes import running

PATIENCE = 90


def test_runs_follow_each_other_until_told_to_stop_and_a_run_is_never_cut_short(tmp_path):
    stopped, asked = Event(), []
    landed = tmp_path / "a.csv"
    landed.touch()
    os.utime(landed, (time.time() - 60, time.time() - 60))

    def refine():
        asked.append(len(asked))
        if len(asked) == 4:
            stopped.set()
        return None if len(asked) == 2 else Refined((landed, tmp_path / "gone.csv"), len(asked))

    found = list(micro_batches(refine, stopped, every=0))
    assert [batch.rows for batch in found] == [1, 3, 4]
    assert all(len(batch.delays) == 1 and 60 <= batch.delays[0] < 65 for batch in found)


def test_the_delays_of_all_files_are_told_by_median_and_95th_percentile():
    batches = (MicroBatch(5, (1.0, 2.0)), MicroBatch(9, ()), MicroBatch(9, (3.0,)))
    assert Watched(batches).to_dict() == {"batches": 3, "files": 3, "delay_median": 2.0, "delay_p95": 2.9}
    assert Watched(()).to_dict() == {"batches": 0, "files": 0, "delay_median": None, "delay_p95": None}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_and_its_former_handler_comes_back(number):
    before = signal.getsignal(number)
    with until_signalled() as stopped:
        assert not stopped.is_set()
        os.kill(os.getpid(), number)
        assert stopped.wait(5)
    assert signal.getsignal(number) is before


@pytest.mark.embedded
@pytest.mark.slow
def test_a_watch_refines_what_lands_and_ends_well_on_a_signal(tmp_path):
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    early, late = ATOZ_LINES["order_items"][:2], ATOZ_LINES["order_items"][2:]
    write_landing(landing, order_items={"2025-09-03": early})
    command = [SCRIPT, "etl", "--watch", "--json", "--landing", landing, "--warehouse", warehouse]
    with running(command, surroundings()) as watching:
        _wait_for_releases(warehouse, 2)
        write_landing(landing, order_items={"2025-09-04": late})
        _wait_for_releases(warehouse, 4)
        watching.send_signal(signal.SIGTERM)
        out, err = watching.communicate(timeout=PATIENCE)
    assert watching.returncode == 0, err
    answer = json.loads(out)
    assert (answer["batches"], answer["files"]) == (2, 7)
    assert 0 < answer["delay_median"] <= answer["delay_p95"] < PATIENCE
    assert DeltaTable(warehouse / "gold" / "gld_fact_order_items").to_pyarrow_table().num_rows == 3


def _wait_for_releases(warehouse, count):
    """A run writes two releases: the refined tables', and the whole one."""
    ends = time.monotonic() + PATIENCE
    while len(list(warehouse.glob("releases/*.json"))) < count:
        assert time.monotonic() < ends, "nothing was released"
        time.sleep(0.1)
