import pytest

from etl.bronze import feed_table, land
from etl.drift import report_drift
from etl.landing import landed_files
from etl.schemas.ops import OPS_QUALITY
from etl.source import load_source
from tests.etl.refining import READ_AT, write_landing

ATOZ = load_source("atoz")


@pytest.mark.embedded
def test_columns_that_came_or_went_are_named_with_the_number_of_files(lakehouse, tmp_path):
    category = ATOZ.feeds["category"].model_copy(update={"optional_columns": ("category_name",)})
    source = ATOZ.model_copy(update={"feeds": {"category": category}})
    folder = write_landing(tmp_path / "landing", category={"2025-09-04": ["TOY,Toys", "BKS,Books"]}) / "category"
    (folder / "category_new.csv").write_text("category_code,category_name,slot,till\nTOY,Toys,1,\nBKS,Books,2,x\n")
    (folder / "category_less.csv").write_text("category_code,slot\nTOY,1\n")
    assert land(lakehouse, source, "category", landed_files(source, folder.parent), READ_AT) == 5
    report_drift(lakehouse, source)
    rows = lakehouse.read(OPS_QUALITY).collect()
    assert {row["table_name"] for row in rows} == {feed_table(source, "category").name}
    assert sorted((row["name"], row["value"], row["outcome"]) for row in rows) == [
        ("column category_name missing", 1, "warns"), ("column slot added", 2, "warns"),
        ("column till added", 1, "warns"),
    ]  # fmt: skip
    report_drift(lakehouse, ATOZ.model_copy(update={"feeds": {"category": ATOZ.feeds["category"]}}))
    assert {row["name"] for row in lakehouse.read(OPS_QUALITY).collect()} == {"column slot added", "column till added"}
