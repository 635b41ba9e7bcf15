from datetime import date
from pathlib import Path

import pytest

from etl.engine import Engine
from etl.errors import InputError
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
