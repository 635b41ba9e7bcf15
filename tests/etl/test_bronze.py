from datetime import UTC, date

import pyarrow as pa
import pytest

from etl.bronze import feed_table, file_batches, land
from etl.frames import arrow_type
from etl.landing import LandedFile
from etl.source import load_source
from tests.etl.refining import READ_AT

ARRIVED = date(2025, 9, 3)


def bronze(tmp_path, content, feed="category"):
    """The rows that a file becomes, without an engine."""
    source = load_source("atoz")
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    schema = pa.schema([(column.name, arrow_type(column)) for column in feed_table(source, feed).columns])
    batches = list(file_batches(source.feeds[feed], schema, READ_AT, "folder/file.csv", str(path), ARRIVED))
    assert all(batch.schema == schema for batch in batches)
    return [row for batch in batches for row in batch.to_pylist()]


def shown(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_every_line_keeps_its_text_and_knows_where_it_came_from(tmp_path):
    rows = bronze(tmp_path, b"category_name,extra,category_code\n Toys ,1,toy\nBooks,,\n")
    assert shown(rows, "category_code", "category_name", "extra_columns", "line_number") == [
        ("toy", " Toys ", '{"extra": "1"}', 2),
        (None, "Books", '{"extra": null}', 3),
    ]
    expected = ("folder/file.csv", ARRIVED, READ_AT.replace(tzinfo=UTC), None, None)
    assert set(shown(rows, "file_name", "arrival_date", "ingest_timestamp", "problem", "raw_text")) == {expected}


def test_torn_lines_land_too_with_their_problem_and_text(tmp_path):
    rows = bronze(tmp_path, b'category_code,category_name\nTOY\nBKS,Books\n"GRCY,x\n')
    assert shown(rows, "line_number", "category_code", "problem", "raw_text") == [
        (3, "BKS", None, None),
        (2, None, "has 1 fields instead of 2", "TOY"),
        (4, None, "a quote is not closed", '"GRCY,x'),
    ]


@pytest.mark.parametrize(
    ("content", "problem", "lines"),
    [
        (b"category_code,category_nam\nTOY,Toys\n", "lacks the column category_name (renamed to category_nam?)", [2]),
        (b"category_code,category_code\nTOY,Toys\nBKS,x", "repeats the column category_code", [2, 3]),
        (
            b"category_code,category_name\nTOY,Toys\n\xa3,x\n",
            "is not UTF-8 text: declare its encoding",
            [2, 3],
        ),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\n", "is not UTF-8 text: declare its encoding", [2, 3]),
        (b"\x00\x01\x02\xff", "is not UTF-8 text: declare its encoding", [0]),
        (b"category_code\n", "lacks the column category_name", [0]),
        (b"category_code,category_name\rTOY,Toys\r", "has no header that can be read", [0]),
    ],
)
def test_a_file_that_cannot_be_trusted_is_kept_line_by_line_or_as_one(tmp_path, content, problem, lines):
    rows = bronze(tmp_path, content)
    assert shown(rows, "problem", "line_number") == [(f"the file {problem}", number) for number in lines]
    assert all(row["category_code"] is None for row in rows)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"category_code,category_name\n", b"\xef\xbb\xbf"])
def test_a_file_without_lines_lands_nothing(tmp_path, content):
    assert bronze(tmp_path, content) == []


def test_personal_columns_are_marked_in_bronze():
    source = load_source("atoz")
    personal = {column.name for column in feed_table(source, "customers").columns if column.personal}
    assert personal == {"customer_id", "phone", "raw_text"}


@pytest.mark.embedded
def test_all_files_of_a_feed_land_in_one_table(lakehouse, tmp_path):
    source = load_source("atoz")
    files = []
    for number in range(40):
        path = tmp_path / f"{number}.csv"
        path.write_text(f"category_code,category_name\nC{number},name {number}\nragged\n", encoding="utf-8")
        files.append(LandedFile("category", f"category/{number}.csv", path, 1, "hash", None))
    assert land(lakehouse, source, "category", files, READ_AT) == 80
    rows = lakehouse.read(feed_table(source, "category")).collect()
    assert sorted(row["category_code"] for row in rows if row["problem"] is None) == sorted(f"C{n}" for n in range(40))
    assert {row["file_name"] for row in rows} == {file.name for file in files}


@pytest.mark.embedded
def test_a_feed_without_files_lands_an_empty_table(lakehouse):
    source = load_source("atoz")
    assert land(lakehouse, source, "returns", [], READ_AT) == 0
    assert lakehouse.read(feed_table(source, "returns")).count() == 0
