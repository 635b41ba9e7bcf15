"""Runs killed at any moment: the next one ends with the tables of an undisturbed run.

``ASSAY_KILLS=200 uv run pytest tests/etl/test_killed.py`` kills that many; ``ASSAY_KILLS_ENGINE=spark`` on Spark.
"""

import os
import random
import subprocess
import sys
import time

import pytest

from etl.engine import Engine, open_session
from etl.lakehouse import Lakehouse
from etl.source import load_source
from tests.etl.refining import refine, write_landing
from tests.etl.test_incremental import differences, next_files, order_line

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

KILLS = int(os.environ.get("ASSAY_KILLS", "4"))
ENGINE = Engine(os.environ.get("ASSAY_KILLS_ENGINE", "embedded"))
REFINE = """
import sys
from pathlib import Path
from etl.engine import Engine, open_session
from etl.lakehouse import Lakehouse
from etl.source import load_source
from tests.etl.refining import refine
with open_session(Engine(sys.argv[3])) as session:
    lakehouse = Lakehouse(session, Path(sys.argv[1]))
    print("open", flush=True)
    refine(lakehouse, load_source("atoz"), Path(sys.argv[2]))
"""


def killed(warehouse, landing, after):
    """Refine in another process and kill it some seconds after it opened; whether it had not ended by then."""
    command = [sys.executable, "-c", REFINE, str(warehouse), str(landing), ENGINE.name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "open\n"
        time.sleep(after)
        running = child.poll() is None
        child.kill()
    return running


def test_a_run_after_kills_ends_with_the_tables_of_an_undisturbed_run(tmp_path):
    draw = random.Random(7)
    warehouse = tmp_path / "disturbed"
    landing = write_landing(tmp_path / "landing", order_items={"2025-08-17": [order_line(draw) for _ in range(9)]})
    hits = 0
    for _ in range(KILLS):
        hits += killed(warehouse, landing, draw.uniform(0, 2.5))
        next_files(draw, landing)
    with open_session(ENGINE) as one, open_session(ENGINE) as other:
        disturbed, undisturbed = Lakehouse(one, warehouse), Lakehouse(other, tmp_path / "undisturbed")
        refine(disturbed, load_source("atoz"), landing)
        refine(undisturbed, load_source("atoz"), landing)
        assert differences(disturbed, undisturbed) == []
        assert not any((warehouse / "staging").glob("*"))
    assert hits > 0
