"""Runs killed in every step that writes: the next one ends with the tables of an undisturbed run.

``ASSAY_KILLS=200 uv run pytest -n 0 -s -o faulthandler_timeout=0 tests/etl/test_killed.py`` kills that many, without
the limit of a test's time, and says how many in which step; ``ASSAY_KILLS_ENGINE=spark`` on Spark.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter

import pytest

from etl.engine import Engine, open_session
from etl.lakehouse import Lakehouse
from tests.etl.refining import write_landing
from tests.etl.test_incremental import differences, next_files, order_line

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

KILLS = int(os.environ.get("ASSAY_KILLS", "4"))
ENGINE = Engine(os.environ.get("ASSAY_KILLS_ENGINE", "embedded"))
STEPS = (
    "silver: order_items",
    "gold: fact",
    "putting back",
    "bronze: order_items",
    "expectations",
    "gold: dimensions",
    "accounts",
    "gold: calendar",
)
REFINE = """
import sys
from functools import partial
from pathlib import Path
from etl.engine import Engine, open_session
from etl.lakehouse import Lakehouse
from etl.source import load_source
from tests.etl.refining import refine
with open_session(Engine(sys.argv[3])) as session:
    lakehouse = Lakehouse(session, Path(sys.argv[1]))
    refine(lakehouse, load_source("atoz"), Path(sys.argv[2]), progress=partial(print, flush=True))
"""


def killed(warehouse, landing, step, after):
    """Refine in another process and kill it some seconds after ``step`` began; the step it was in, "" if it had ended.

    Without a ``step`` it goes on to its end.
    """
    command = [sys.executable, "-c", REFINE, str(warehouse), str(landing), ENGINE.name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        reached = ""
        for reached in child.stdout:
            if step is not None and reached.startswith(step):
                time.sleep(after)
                break
        if step is None:
            assert child.wait() == 0
        running = child.poll() is None
        child.kill()
        *_, last = reached, *child.stdout
    return next((name for name in STEPS if last.startswith(name)), "another") if running else ""


def test_a_run_after_kills_ends_with_the_tables_of_an_undisturbed_run(tmp_path):
    draw = random.Random(7)
    warehouse = tmp_path / "disturbed"
    landing = write_landing(tmp_path / "landing", order_items={"2025-08-17": [order_line(draw) for _ in range(9)]})
    hits = Counter()
    for number in range(KILLS):
        hits[killed(warehouse, landing, STEPS[number % len(STEPS)], draw.uniform(0, 0.15))] += 1
        next_files(draw, landing)
        if number % 3 == 2:
            killed(warehouse, landing, None, 0)
            write_landing(landing, order_items={f"2025-09-{number % 28 + 1:02d}": [order_line(draw)]})
    print(f"Killed in: {dict(hits)}")
    for each in (warehouse, tmp_path / "undisturbed"):
        killed(each, landing, None, 0)
    with open_session(Engine()) as one, open_session(Engine()) as other:
        assert differences(Lakehouse(one, warehouse), Lakehouse(other, tmp_path / "undisturbed")) == []
        assert not any((warehouse / "staging").glob("*"))
    assert all(hits[step] >= KILLS // 20 for step in STEPS)
    assert sum(hits.values()) > hits[""]
