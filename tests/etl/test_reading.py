import gzip
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl import decoding
from etl.reading import read_file
from etl.source import Feed

COLUMNS = ("id", "price")
DELIMITED = Feed(path="*.csv", columns=COLUMNS)
JSON_LINES = Feed(path="*.jsonl", columns=COLUMNS, format="json_lines")
PARQUET = Feed(path="*.parquet", columns=COLUMNS, format="parquet")


def rows(lines, *names):
    return [tuple(row[name] for name in names or COLUMNS) for row in lines.good.to_pylist()]


def parquet(**columns):
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def json_lines(*objects):
    return "\n".join(json.dumps(each) for each in objects).encode()


@pytest.mark.parametrize("compress", [lambda c: c, gzip.compress, lambda c: pa.compress(c, "zstd", asbytes=True)])
def test_every_format_reads_the_same_compressed_or_not(compress):
    contents = (
        (DELIMITED, b"price,id,note\n1.50,A,x\n,B,\n"),
        (JSON_LINES, b'{"price": 1.50, "id": "A", "note": "x"}\n{"id": "B", "note": null}\n'),
        (PARQUET, parquet(price=[Decimal("1.50"), None], id=["A", "B"], note=["x", None])),
    )
    for feed, content in contents:
        lines = read_file(compress(content), feed)
        assert rows(lines) == [("A", "1.50"), ("B", None)]
        assert [json.loads(extra) for (extra,) in rows(lines, "extra_columns")] == [{"note": "x"}, {"note": None}]
        assert lines.torn == []


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("latin-1", "id,price\nMüller,£5\n".encode("latin-1")),
        ("cp1252", "id,price\nMüller,£5\n".encode("cp1252")),
        ("utf-16", "id,price\nMüller,£5\n".encode("utf-16")),
        ("utf-16-le", "\ufeffid,price\nMüller,£5\n".encode("utf-16-le")),
        ("utf-8", "\ufeffid,price\nMüller,£5\n".encode()),
    ],
)
def test_a_declared_encoding_is_read(encoding, content):
    lines = read_file(content, Feed(path="*.csv", columns=COLUMNS, encoding=encoding))
    assert rows(lines) == [("Müller", "£5")]


def test_numbers_of_json_stay_as_they_are_written_and_nested_values_are_json():
    content = (
        b'{"id": 12345678901234567890, "price": 0.10, "tags": ["a", {"b": 1}], "ok": true}\n{"id": 7, "price": ""}'
    )
    lines = read_file(content, JSON_LINES)
    assert rows(lines) == [("12345678901234567890", "0.10"), ("7", None)]
    assert json.loads(rows(lines, "extra_columns")[0][0]) == {"tags": '["a", {"b": "1"}]', "ok": "true"}


def test_a_line_that_is_no_object_is_torn_and_tears_no_other():
    content = b'{"id": "A", "price": 1}\n{"id": \n\n[1, 2]\n' + b"[" * 100_000 + b'\n{"id": "\\ud800", "price": 2}\n'
    lines = read_file(content, JSON_LINES)
    assert rows(lines) == [("A", "1"), ("?", "2")]
    assert lines.numbers.to_pylist() == [1, 6]
    assert [(number, reason) for number, reason, _ in lines.torn] == [(n, "is not a JSON object") for n in (2, 4, 5)]


def test_values_of_parquet_are_text_as_a_delimited_file_would_have_it():
    content = parquet(
        id=pa.array(["2025-09-01T10:20:30", "2025-09-01T00:00:00.000005"]).cast(pa.timestamp("us")),
        price=pa.array([1.5, 20.0]),
        day=pa.array([date(2025, 9, 1)] * 2),
        at=pa.array([datetime(2025, 9, 1, 10, tzinfo=UTC)] * 2, pa.timestamp("ns", "UTC")),
        tags=pa.array([["a"], None]),
    )
    lines = read_file(content, PARQUET)
    assert rows(lines) == [("2025-09-01 10:20:30", "1.5"), ("2025-09-01 00:00:00.000005", "20")]
    assert json.loads(rows(lines, "extra_columns")[0][0]) == {
        "day": "2025-09-01",
        "at": "2025-09-01 10:00:00Z",
        "tags": '["a"]',
    }


@pytest.mark.parametrize(
    ("feed", "content", "problem", "numbers"),
    [
        (DELIMITED, gzip.compress(b"id,price\nA,1\n" * 50)[:30], "cannot be decompressed (gzip)", [0]),
        (DELIMITED, b"\x28\xb5\x2f\xfdjunk", "cannot be decompressed (zstd)", [0]),
        (DELIMITED, gzip.compress("id,price\n£,1\n".encode("latin-1")), "is not UTF-8 text: declare its encoding", [2]),
        (JSON_LINES, b'{"id": 1}\n{"id": 2}\n', "lacks the column price", [1, 2]),
        (JSON_LINES, b"\xff\xfe\n\n\xff", "is not UTF-8 text: declare its encoding", [1, 3]),
        (DELIMITED, parquet(id=["A"], price=["1"]), "is Parquet, and its feed declares text", [0]),
        (PARQUET, b"id,price\n1,2\n", "is not a Parquet file that can be read", [0]),
        (PARQUET, b"", "is not a Parquet file that can be read", [0]),
        (PARQUET, parquet(id=["A"], prize=["1"]), "lacks the column price (renamed to prize?)", [0]),
        (PARQUET, parquet(id=["A"], price=["1"])[:-20], "is not a Parquet file that can be read", [0]),
    ],
)
def test_a_file_that_cannot_be_trusted_comes_out_torn(feed, content, problem, numbers):
    lines = read_file(content, feed)
    assert len(lines.good) == 0
    assert [(number, reason) for number, reason, _ in lines.torn] == [(n, f"the file {problem}") for n in numbers]


def test_what_a_file_would_hold_is_limited(monkeypatch):
    monkeypatch.setattr(decoding, "MOST_BYTES", 1 << 20)
    bomb = gzip.compress(b"id,price\n" + b"A,1\n" * (1 << 20))
    assert read_file(bomb, DELIMITED).torn == [(0, "the file is larger than 1 MB: split it", None)]


@pytest.mark.parametrize("feed", [DELIMITED, JSON_LINES])
def test_a_file_without_lines_holds_nothing(feed):
    lines = read_file(b"\n \n", feed)
    assert (len(lines.good), lines.torn) == (0, [])
    assert lines.good.column_names == [*COLUMNS, "extra_columns"]


def test_a_column_has_the_name_that_the_source_gives_it_whatever_the_files_call_it():
    for feed, content in (
        (DELIMITED, b"Unit price (EUR),id\n1.50,A\n"),
        (JSON_LINES, b'{"Unit price (EUR)": 1.50, "id": "A"}\n'),
        (PARQUET, parquet(**{"Unit price (EUR)": ["1.50"], "id": ["A"]})),
    ):
        renamed = feed.model_copy(update={"headers": {"price": "Unit price (EUR)"}})
        assert rows(read_file(content, renamed)) == [("A", "1.50")]
    text = renamed.model_copy(update={"format": "delimited"})
    ((_, reason, _),) = read_file(b"id,Unit prices (EUR)\nA,1.50\n", text).torn
    assert reason == "the file lacks the column Unit price (EUR) (renamed to Unit prices (EUR)?)"
