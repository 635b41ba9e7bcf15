import pandas as pd
import pytest
from deltalake import DeltaTable, write_deltalake

from etl.errors import InputError
from etl.replica import replica

NAME = "gold.sold"


@pytest.fixture
def warehouse(tmp_path):
    """One table with a version for each of 1, 2, 3."""
    for number in (1, 2, 3):
        write_deltalake(tmp_path / "gold" / "sold", pd.DataFrame({"number": [number]}), mode="overwrite")
    return tmp_path


def numbers(folder):
    return DeltaTable(folder / "gold" / "sold").to_pandas()["number"].tolist()


@pytest.mark.parametrize("version", [0, 1, 2])
def test_it_holds_the_tables_at_the_versions(warehouse, version):
    with replica(warehouse, {NAME: version}) as folder:
        assert numbers(folder) == [version + 1]
    assert not folder.exists()


def test_what_is_written_to_it_does_not_reach_the_warehouse(warehouse):
    before = sorted((path, path.stat().st_size) for path in warehouse.rglob("*") if path.is_file())
    with replica(warehouse, {NAME: 1}) as folder:
        write_deltalake(folder / "gold" / "sold", pd.DataFrame({"number": [9]}), mode="overwrite")
        assert numbers(folder) == [9]
    assert numbers(warehouse) == [3]
    assert before == sorted((path, path.stat().st_size) for path in warehouse.rglob("*") if path.is_file())


def test_it_names_every_table_that_is_gone(warehouse):
    DeltaTable(warehouse / "gold" / "sold").vacuum(0, dry_run=False, enforce_retention_duration=False)
    with (
        pytest.raises(InputError, match=r"2 problems:(.|\n)*gold.other(.|\n)*gold.sold cannot be read at version 0"),
        replica(warehouse, {NAME: 0, "gold.other": 0}),
    ):
        pass
    assert [path.name for path in warehouse.iterdir()] == ["gold"]
