"""``assay localize``: cells in, causes out."""

import pandas as pd
import pytest

CELLS = pd.DataFrame({"shop": [1, 1, 2, 2, 3, 3], "kind": ["x", "y"] * 3, "sold": 10.0, "planned": 10.0})
ASKED = ("--dimensions", "shop,kind", "--actual", "sold", "--expected", "planned")


@pytest.fixture
def write(tmp_path):
    def written(cells, name="cells.csv"):
        path = tmp_path / name
        cells.to_parquet(path) if name.endswith(".parquet") else cells.to_csv(path, index=False)
        return path

    return written


@pytest.mark.parametrize("name", ["cells.csv", "cells.parquet"])
def test_the_causes_are_a_list_of_places_amounts_and_scores(assay, write, name):
    fallen = CELLS.assign(sold=CELLS["sold"].mask(CELLS["shop"] == 2, 4.0))
    answer = assay("localize", write(fallen, name), *ASKED, "--json")
    assert answer.code == 0
    (cause,) = answer.json
    assert list(cause) == ["where", "amount", "score"]
    assert (cause["where"], cause["amount"]) == ({"shop": 2}, -12.0)
    told = assay("localize", write(fallen, name), *ASKED)
    assert "shop 2" in told.out
    assert "-12.00" in told.out


def test_nothing_is_an_empty_list(assay, write):
    path = write(CELLS)
    assert assay("localize", path, *ASKED, "--json").json == []
    assert assay("localize", path, *ASKED).out.startswith("Nothing stands out")


def test_what_is_wrong_is_told(assay, write, tmp_path):
    missing = assay("localize", tmp_path / "none.csv", *ASKED)
    assert (missing.code, missing.message) == (3, f"assay: There is no file {tmp_path / 'none.csv'}.")
    unknown = assay("localize", write(CELLS), "--dimensions", "town", "--actual", "sold", "--expected", "planned")
    assert unknown.code == 3
    assert "the cells have no column 'town'; they have shop, kind, sold, planned" in unknown.message
    assert assay("localize", write(CELLS), "--dimensions", "shop,,kind", *ASKED[2:]).code == 2
