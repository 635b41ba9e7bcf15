"""Structured Streaming on the real engine ends in the tables of an ordinary run."""

import pytest

from etl.arrivals import ArrivalsReader
from etl.lakehouse import Lakehouse
from etl.schemas.ops import OPS_RESTATEMENTS
from etl.source import load_source
from etl.work import refined_tables
from tests.etl.equality import equal_tables
from tests.etl.refining import ATOZ_LINES, refine, write_landing

ATOZ = load_source("atoz")
PATIENCE = 900  # seconds: Spark writes forty tables


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.infrastructure
@pytest.mark.usefixtures("java")
def test_two_streams_over_a_folder_that_changed_leave_the_tables_of_one_ordinary_run(assay_script, lakehouse, tmp_path):
    landing, warehouse = tmp_path / "landing", tmp_path / "streamed"

    def streamed():
        options = ("--engine", "spark", "--landing", landing, "--warehouse", warehouse, "--json")
        answer = assay_script("etl", "--stream", *options, timeout=PATIENCE)
        assert answer.code == 0, answer.err
        return answer.json

    write_landing(landing, order_items={"2025-09-03": ATOZ_LINES["order_items"][:2]})
    assert streamed() == {"warehouse": str(warehouse), "rows": 2}
    again, new = ATOZ_LINES["order_items"][1:2], ATOZ_LINES["order_items"][2:]
    write_landing(landing, order_items={"2025-09-03": again, "2025-09-04": new})
    assert streamed() == {"warehouse": str(warehouse), "rows": 2}

    assert refine(lakehouse, ATOZ, landing) == 2
    other = Lakehouse(lakehouse.session, warehouse)
    tables = [table for table in refined_tables(ATOZ) if table is not OPS_RESTATEMENTS]
    assert [text for table in tables for text in equal_tables(lakehouse.read(table), other.read(table), table)] == []


def test_every_other_state_of_the_folder_is_an_offset_of_its_own(tmp_path):
    landing = write_landing(tmp_path / "landing")
    reader = ArrivalsReader(landing, [feed.path for feed in ATOZ.feeds.values()], "declared")
    seen = [reader.initialOffset(), reader.latestOffset({}, None)]
    assert reader.latestOffset({}, None) == seen[-1]
    (landing / "order_items" / "landing" / "unfinished.csv.part").touch()
    assert reader.latestOffset({}, None) == seen[-1]
    (file,) = landing.glob("order_items/landing/*.csv")
    for happens in (lambda: file.write_text("sent again"), lambda: file.rename(file.with_name("b.csv"))):
        happens()
        seen.append(reader.latestOffset({}, None))
    seen.append(ArrivalsReader(landing, [], "declared").latestOffset({}, None))
    seen.append(ArrivalsReader(landing, [], "declared otherwise").latestOffset({}, None))
    states = [offset["state"] for offset in seen]
    assert len(set(states)) == len(states)


def test_a_stream_that_is_to_end_sees_nothing_that_lands_later(tmp_path):
    landing = write_landing(tmp_path / "landing")
    reader = ArrivalsReader(landing, ["brands/*.csv"], "declared")
    reader.prepareForTriggerAvailableNow()
    there = reader.latestOffset({}, None)
    (landing / "brands" / "more.csv").touch()
    assert reader.latestOffset({}, None) == there
    (partition,) = reader.partitions({"state": ""}, there)
    assert list(reader.read(partition)) == [(there["state"],)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--stream"], "--stream is for --engine spark or connect: here, assay etl --watch refines as files land."),
        (["--stream", "--watch"], "--watch and --stream both keep refining: give one of them."),
    ],
)
def test_where_it_cannot_stream_it_says_what_to_use(assay, options, said):
    answer = assay("etl", *options)
    assert (answer.code, answer.out, answer.message) == (2, "", f"assay: {said}")
