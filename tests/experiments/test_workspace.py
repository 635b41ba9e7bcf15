import shutil
from datetime import date
from pathlib import Path

import pytest
from deltalake import DeltaTable

from etl.engine import Engine
from etl.errors import InputError
from etl.release import readable_versions
from etl.schemas.daily import GLD_DAILY_ORDERS, GLD_FEATURES_DAILY
from etl.schemas.ops import OPS_SOURCE
from experiments.workspace import Workspace


@pytest.fixture
def workspace():
    def made(warehouse: Path, source: str = "atoz") -> Workspace:
        return Workspace(warehouse, Engine(), source, Path("landing/raw"), date(2025, 9, 30), json=False)

    return made


def test_the_source_is_the_declared_one(workspace):
    assert workspace(Path("warehouse")).source.name == "atoz"
    with pytest.raises(InputError, match="There is no source 'nobody'"):
        _ = workspace(Path("warehouse"), "nobody").source


def test_a_warehouse_is_made_where_it_is_to_be_filled(workspace, tmp_path):
    with workspace(tmp_path / "new" / "warehouse").lakehouse() as lakehouse:
        assert lakehouse.warehouse == tmp_path / "new" / "warehouse"
        assert list(lakehouse.warehouse.iterdir()) == []


@pytest.mark.parametrize("folders", [[], ["warehouse"], ["warehouse/gold/gld_fact_order_items"]])
def test_a_warehouse_that_was_never_filled_is_not_opened(workspace, listing, tmp_path, folders):
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    before = listing()
    with (
        pytest.raises(InputError, match=r"There is no warehouse in .*/warehouse yet: fill it with assay refresh"),
        workspace(tmp_path / "warehouse").existing_lakehouse(),
    ):
        pytest.fail("opened")
    assert listing() == before


def test_a_filled_warehouse_is_opened_with_its_tables(workspace, demonstrated):
    with workspace(demonstrated.warehouse).existing_lakehouse() as lakehouse:
        assert lakehouse.pandas(OPS_SOURCE)["name"].tolist() == ["atoz"]
        assert lakehouse.session.sql("select count(*) from gold.gld_daily_orders").collect()[0][0] > 0


@pytest.fixture
def torn(refined, tmp_path) -> Path:
    """A refined warehouse in which killed runs left one table without its rows, and another that never was whole."""
    warehouse = Path(shutil.copytree(refined.warehouse, tmp_path / "torn"))
    orders = warehouse / "gold" / GLD_DAILY_ORDERS.name
    shutil.copytree(orders, warehouse / "gold" / GLD_FEATURES_DAILY.name)
    DeltaTable(orders).delete()
    return warehouse


def test_what_a_killed_run_left_is_put_back_before_a_job_writes(workspace, torn, capsys):
    with workspace(torn).changing_lakehouse() as lakehouse:
        assert lakehouse.read(GLD_DAILY_ORDERS).count() > 0
        assert not lakehouse.exists(GLD_FEATURES_DAILY)
    said = capsys.readouterr().err
    assert "gold.gld_daily_orders: what a run that did not end had written was put back" in said
    assert "gold.gld_features_daily: what" in said
    released = readable_versions(torn)
    assert GLD_FEATURES_DAILY.full_name not in released
    assert len(DeltaTable(torn / "gold" / "gld_daily_orders", released[GLD_DAILY_ORDERS.full_name]).to_pandas()) > 0


def test_what_a_killed_run_left_is_put_back_before_a_refinement(assay, torn, refined):
    answer = assay("etl", "--landing", refined.landing, "--as-of", "2025-09-21", "--warehouse", torn, "--json")
    assert answer.code == 0, answer.message
    assert "gold.gld_features_daily: what a run that did not end had written was put back" in answer.err
    assert GLD_FEATURES_DAILY.full_name not in readable_versions(torn)
    assert DeltaTable(torn / "gold" / "gld_daily_orders").to_pandas()["date"].max() == date(2025, 9, 21)
