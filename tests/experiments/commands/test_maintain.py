import pytest
from deltalake import DeltaTable

from etl.lock import exclusive
from tests.etl.refining import write_landing

pytestmark = pytest.mark.embedded

SUM = "select count(*) as n, sum(net_revenue) as revenue from gold.gld_fact_order_items"


@pytest.fixture(scope="module")
def places(assay, tmp_path_factory):
    """A small landing folder and the warehouse refined from it."""
    folder = tmp_path_factory.mktemp("maintained")
    landing, warehouse = write_landing(folder / "landing"), folder / "warehouse"
    assert assay("etl", "--landing", landing, "--warehouse", warehouse).code == 0
    return landing, warehouse


def test_a_maintained_warehouse_says_the_same_and_has_nothing_new_to_refine(assay, places):
    landing, warehouse = places
    before = assay("query", SUM, "--warehouse", warehouse, "--json").json
    answer = assay("maintain", "--warehouse", warehouse, "--json")
    assert answer.code == 0
    changed = [table for table in answer.json["tables"] if table["files_after"] < table["files_before"]]
    assert changed
    for table in changed:
        stored = DeltaTable(warehouse / table["table"].replace(".", "/"))
        assert len(stored.file_uris()) == table["files_after"]
    assert assay("query", SUM, "--warehouse", warehouse, "--json").json == before
    assert assay("etl", "--landing", landing, "--warehouse", warehouse).out.strip() == "Nothing new has landed."
    assert assay("maintain", "--warehouse", warehouse).out.strip() == "There was nothing to do."


def test_a_warehouse_that_another_command_writes_is_left_alone(assay, places):
    _, warehouse = places
    with exclusive(warehouse):
        answer = assay("maintain", "--warehouse", warehouse)
    assert (answer.code, answer.out) == (5, "")
    assert "wait until it has ended" in answer.message


def test_without_a_warehouse_it_says_how_to_make_one(assay, listing):
    answer = assay("maintain", "--warehouse", "nowhere")
    assert answer.code == 3
    assert "fill it with assay refresh" in answer.message
    assert listing() == []
