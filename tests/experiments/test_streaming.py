"""Structured Streaming on the real engine ends in the tables of an ordinary run."""

import pytest

from etl.arrivals import ArrivalsReader
from etl.lakehouse import Lakehouse
from etl.schemas.ops import OPS_RESTATEMENTS
from etl.source import load_source
from etl.work import refined_tables
from tests.conftest import BRIEF_SPARK
from tests.etl.equality import equal_tables
from tests.etl.invoices import DAYS, SOURCE, write_invoices
from tests.etl.refining import refine, write_landing
from tests.experiments.conftest import surroundings

ATOZ = load_source("atoz")
RETAIL = load_source(SOURCE)
PATIENCE = 600
"""Seconds; Spark takes one or two a table."""


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.infrastructure
@pytest.mark.usefixtures("java")
def test_two_streams_over_a_folder_that_changed_leave_the_tables_of_one_ordinary_run(assay_script, lakehouse, tmp_path):
    landing, warehouse = tmp_path / "landing", tmp_path / "streamed"

    # what Java prints is none of the answer
    environment = surroundings(**BRIEF_SPARK, JDK_JAVA_OPTIONS="-Xlog:gc")

    def streamed():
        options = ("--engine", "spark", "--source", SOURCE, "--landing", landing, "--warehouse", warehouse, "--json")
        answer = assay_script("etl", "--stream", *options, timeout=PATIENCE, env=environment)
        assert answer.code == 0, answer.err
        return answer.json

    write_invoices(landing, DAYS[:2], lines=2)
    assert streamed() == {"warehouse": str(warehouse), "rows": 4}
    write_invoices(landing, DAYS[:2], lines=1)
    write_invoices(landing, DAYS[2:3], lines=3)
    assert streamed() == {"warehouse": str(warehouse), "rows": 5}

    assert refine(lakehouse, RETAIL, landing) == 5
    other = Lakehouse(lakehouse.session, warehouse)
    tables = [table for table in refined_tables(RETAIL) if table is not OPS_RESTATEMENTS]
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
