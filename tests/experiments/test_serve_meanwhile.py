"""Readers of ``serve`` while a refresh and then maintenance run: whatever they read is of one release, whole."""

import shutil
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reports.serving.app import make_app
from tests.experiments.commands.test_refresh import add_a_day

pytestmark = [pytest.mark.embedded, pytest.mark.slow]
PATHS = ("/yesterday.html", "/api/explain?period=2025-09&baseline=2025-08", "/api/explain?channel=Mobile")
PATIENCE_SECONDS = 120


def test_every_answer_is_that_of_one_release(assay_script, demonstrated, landing, tmp_path):
    warehouse = Path(shutil.copytree(demonstrated.warehouse, tmp_path / "warehouse"))
    add_a_day(landing)

    def work():
        refreshed = assay_script("refresh", "--landing", landing, "--warehouse", warehouse, "--json")
        return refreshed, assay_script("maintain", "--warehouse", warehouse)

    bodies = defaultdict(set)
    with TestClient(make_app(warehouse)) as client, ThreadPoolExecutor(1) as beside:
        working, end = beside.submit(work), time.monotonic() + PATIENCE_SECONDS
        before = client.get(PATHS[0])
        while not working.done() or (_served(client) == _named(before) and time.monotonic() < end):
            for path in PATHS:
                answer = client.get(path)
                assert answer.status_code == 200
                bodies[_named(answer), path].add(answer.content)
        assert [answer.code for answer in working.result()] == [0, 0], working.result()
        for path in PATHS:
            answer = client.get(path)
            bodies[_named(answer), path].add(answer.content)
        after = client.get(PATHS[0])
    assert _named(after) != _named(before)
    assert ("30 September 2025" in before.text, "1 October 2025" in after.text) == (True, True)
    assert [key for key, said in bodies.items() if len(said) > 1] == []


def _named(answer) -> str:
    """The edition that an answer says it is of."""
    return answer.headers["x-assay-edition"]


def _served(client) -> str:
    return _named(client.get("/api/status"))
