from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.contracts import Table
from etl.duplicates import settle
from etl.schemas.columns import PROVENANCE, column
from tests.etl.refining import READ_AT

pytestmark = pytest.mark.embedded

TABLE = Table(
    "silver",
    "slv_t",
    "a row",
    columns=(column("a", "string", "key"), column("b", "int", "key"), column("value", "string", "v"), *PROVENANCE),
    key=("a", "b"),
)
SCHEMA = (
    "a string, b int, value string, file_name string, line_number bigint, ingest_timestamp timestamp, arrival_date date"
)


def settled(session, rows):
    """``rows`` of (a, b, file, line, arrival), each with a value of its own."""
    full = [(a, b, f"{file}:{line}", file, line, READ_AT, arrival) for a, b, file, line, arrival in rows]
    found = settle(session.createDataFrame(full, SCHEMA), TABLE)
    assert found.rows.columns == list(TABLE.column_names)
    kept = sorted(tuple(row) for row in found.rows.select("a", "b", "value").collect())
    superseded = Counter(row["file_name"] for row in found.superseded.collect())
    return kept, superseded


def by_a_loop(rows):
    """The latest arrival wins, then the last file by name, then its last line; unknown arrivals come first."""
    latest, lost = {}, Counter()
    for a, b, file, line, _ in sorted(rows, key=lambda row: (row[4] or date.min, row[2], row[3])):
        if (a, b) in latest:
            lost[latest[a, b][0]] += 1
        latest[a, b] = (file, line)
    return sorted((a, b, f"{file}:{line}") for (a, b), (file, line) in latest.items()), lost


def test_the_last_line_of_the_latest_file_wins(session):
    first, second = date(2025, 9, 1), date(2025, 9, 2)
    rows = [
        ("x", 1, "z.csv", 2, first),
        ("x", 1, "a.csv", 2, second),
        ("x", 1, "a.csv", 9, second),
        ("x", 1, "a.csv", 4, second),
        ("x", 2, "z.csv", 3, first),
    ]
    assert settled(session, rows) == ([("x", 1, "a.csv:9"), ("x", 2, "z.csv:3")], {"z.csv": 1, "a.csv": 2})


def test_of_files_that_arrived_alike_the_last_by_name_wins(session):
    day = date(2025, 9, 1)
    rows = [("x", 1, "day.csv", 2, day), ("x", 1, "day_copy.csv", 2, day)]
    assert settled(session, rows) == ([("x", 1, "day_copy.csv:2")], {"day.csv": 1})


def test_without_repeated_keys_every_row_passes(session):
    rows = [("x", n, "f.csv", n, None) for n in range(5)]
    assert settled(session, rows) == ([("x", n, f"f.csv:{n}") for n in range(5)], {})
    assert settled(session, []) == ([], {})


def test_rows_of_one_key_alone_are_settled_from_a_file_too(lakehouse):
    rows = [("x", 1, "v", "f.csv", line, READ_AT, None) for line in range(2, 6)]
    with lakehouse.staged(lakehouse.session.createDataFrame(rows, SCHEMA), "t") as staged:
        assert [row["line_number"] for row in settle(staged, TABLE).rows.collect()] == [5]


ROWS = st.lists(
    st.tuples(
        st.sampled_from("xy"),
        st.integers(0, 3),
        st.sampled_from(["f.csv", "g.csv", "h.csv"]),
        st.integers(2, 40),
        st.sampled_from([None, date(2025, 9, 1), date(2025, 9, 2)]),
    ),
    unique_by=lambda row: (row[2], row[3]),
    max_size=25,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_settling_agrees_with_a_loop(session, rows):
    kept, superseded = settled(session, rows)
    expected, lost = by_a_loop(rows)
    assert kept == expected
    assert superseded == lost
