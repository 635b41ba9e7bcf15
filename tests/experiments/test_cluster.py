"""Refining on a Spark cluster of two workers, of which one is lost in the middle: Gold as on the embedded engine."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from deltalake import DeltaTable

from etl.engine import java_home
from etl.equality import differences
from etl.tables import TABLES
from tests.conftest import BRIEF_SPARK, REQUIRE_SPARK
from tests.etl.invoices import SOURCE, write_invoices
from tests.experiments.clusters import Cluster, spark_cluster
from tests.experiments.conftest import SCRIPT, start, surroundings
from tests.processes import running

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.infrastructure]
UNTIL_LOST = "silver: order_items"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    if java_home() is None and os.environ.get(REQUIRE_SPARK) != "1":
        pytest.skip("no Java on this machine: no Spark cluster can be started")
    with spark_cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="module")
def landing(tmp_path_factory) -> Path:
    return write_invoices(tmp_path_factory.mktemp("invoices"))


@pytest.fixture(scope="module")
def embedded(landing, tmp_path_factory) -> Path:
    """The warehouse as the embedded engine refines it."""
    warehouse = tmp_path_factory.mktemp("embedded") / "warehouse"
    answer = start("etl", *options(landing, warehouse))
    assert answer.code == 0, answer.err
    return warehouse


def options(landing: Path, warehouse: Path) -> list[str]:
    return ["--source", SOURCE, "--landing", str(landing), "--warehouse", str(warehouse)]


def test_a_run_survives_a_worker(cluster, landing, embedded, tmp_path):
    warehouse = tmp_path / "warehouse"
    command = [str(SCRIPT), "etl", *options(landing, warehouse), "--engine", "spark", "--master", cluster.master]
    with running(command, surroundings(**BRIEF_SPARK), stdout=subprocess.DEVNULL) as job:
        said = []
        for line in job.stderr:
            said.append(line)
            if UNTIL_LOST in line:
                assert cluster.state() == {"alive": 2, "cores_used": 2}
                cluster.kill_worker()
    assert job.returncode == 0, "".join(said)
    assert cluster.state()["alive"] == 1
    compared = [table for table in TABLES.values() if table.layer == "gold" and stored(embedded, table)]
    assert len(compared) >= 8
    assert [found for table in compared for found in gold_differs(embedded, warehouse, table)] == []


def stored(warehouse: Path, table) -> bool:
    return (warehouse / table.layer / table.name / "_delta_log").is_dir()


def gold_differs(left: Path, right: Path, table) -> list[str]:
    rows = (DeltaTable(root / table.layer / table.name).to_pyarrow_table() for root in (left, right))
    return differences(*rows, table)
