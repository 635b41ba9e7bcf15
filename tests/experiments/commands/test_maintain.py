import shutil

import pytest
from deltalake import DeltaTable

from etl.lock import exclusive

pytestmark = pytest.mark.embedded

SUM = "select count(*) as n, sum(net_revenue) as revenue from gold.gld_fact_order_items"


@pytest.fixture
def warehouse(refreshed, tmp_path):
    """A warehouse of its own, just refreshed."""
    return shutil.copytree(refreshed.warehouse, tmp_path / "warehouse")


def test_a_maintained_warehouse_says_the_same_and_has_nothing_to_refresh(assay, refreshed, warehouse):
    options = ("--warehouse", warehouse, "--json")
    before = assay("query", SUM, *options).json
    answer = assay("maintain", *options)
    assert answer.code == 0
    tables = {table["table"]: table for table in answer.json["tables"]}
    joined = tables["bronze.brz_order_items"]
    assert joined["files_after"] == 1 < joined["files_before"]
    assert len(DeltaTable(warehouse / "bronze/brz_order_items").file_uris()) == 1
    assert assay("query", SUM, *options).json == before
    again = assay("refresh", "--landing", refreshed.landing, *options)
    assert [step["skipped"] for step in again.json["steps"]] == [True] * 5
    assert assay("maintain", "--warehouse", warehouse).out.strip() == "There was nothing to do."


def test_a_warehouse_that_another_command_writes_is_left_alone(assay, warehouse):
    with exclusive(warehouse):
        answer = assay("maintain", "--warehouse", warehouse)
    assert (answer.code, answer.out) == (5, "")
    assert "wait until it has ended" in answer.message


def test_without_a_warehouse_it_says_how_to_make_one(assay):
    answer = assay("maintain", "--warehouse", "nowhere")
    assert answer.code == 3
    assert "fill it with assay refresh" in answer.message
