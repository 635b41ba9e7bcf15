from collections import Counter
from datetime import date, timedelta
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.schemas.silver import SLV_CUSTOMERS
from etl.versions import SINCE_EVER, as_of, versions
from tests.etl.refining import literal

pytestmark = pytest.mark.embedded

FIRST, SECOND, THIRD = date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 1)
PLACE = ("country", "state")
LINE = ("customer_id", *PLACE, "valid_from", "file_name", "line_number")


def versions_of(session, lines):
    """The versions of ``lines`` (each of ``LINE``), and by file how many lines were superseded."""
    found = versions(
        literal(session, SLV_CUSTOMERS, [dict(zip(LINE, line, strict=True)) for line in lines]), SLV_CUSTOMERS
    )
    assert found.rows.columns == list(SLV_CUSTOMERS.column_names)
    rows = [tuple(row) for row in found.rows.select(*LINE[:4], "valid_to", *LINE[4:]).collect()]
    return sorted(rows, key=str), Counter(row["file_name"] for row in found.superseded.collect())


def by_a_loop(lines):
    """Line by line: a version ends where an arrival's last line says something else."""
    found, lost = [], Counter()
    for customer, of_customer in groupby(
        sorted(lines, key=lambda line: (line[0], *line[3:])), key=lambda line: line[0]
    ):
        made = []
        for arrival, arrived in groupby(of_customer, key=lambda line: line[3]):
            *replaced, last = arrived
            lost.update(line[4] for line in replaced)
            if made and tuple(made[-1][1:3]) == last[1:3]:
                lost[last[4]] += 1
                continue
            if made:
                made[-1][4] = arrival
            made.append([customer, *last[1:3], arrival if made else SINCE_EVER, None, *last[4:]])
        found += map(tuple, made)
    return sorted(found, key=str), lost


def test_a_customer_who_moves_has_two_versions_that_meet(session):
    lines = [("C1", "India", "MH", FIRST, "a.csv", 2), ("C1", "India", "KA", SECOND, "b.csv", 2)]
    assert versions_of(session, lines) == (
        [
            ("C1", "India", "KA", SECOND, None, "b.csv", 2),
            ("C1", "India", "MH", SINCE_EVER, SECOND, "a.csv", 2),
        ],
        {},
    )


def test_saying_the_same_again_makes_no_version_and_coming_back_does(session):
    lines = [("C1", "India", state, day, f"{day}.csv", 2) for state, day in
             (("MH", FIRST), ("MH", SECOND), ("KA", THIRD), ("MH", date(2025, 5, 1)))]  # fmt: skip
    rows, superseded = versions_of(session, lines)
    assert [(row[2], row[3], row[4]) for row in sorted(rows, key=lambda row: row[3])] == [
        ("MH", SINCE_EVER, THIRD),
        ("KA", THIRD, date(2025, 5, 1)),
        ("MH", date(2025, 5, 1), None),
    ]
    assert superseded == {"2025-03-01.csv": 1}


def test_the_last_line_of_an_arrival_counts_even_where_it_takes_a_change_back(session):
    lines = [
        ("C1", "India", "MH", FIRST, "a.csv", 2),
        ("C1", "India", "KA", SECOND, "b.csv", 2),
        ("C1", "India", "MH", SECOND, "b.csv", 3),
    ]
    assert versions_of(session, lines) == ([("C1", "India", "MH", SINCE_EVER, None, "a.csv", 2)], {"b.csv": 2})


def test_becoming_unknown_is_a_change_and_staying_unknown_is_none(session):
    lines = [
        ("C1", None, None, FIRST, "a.csv", 2),
        ("C1", None, None, SECOND, "b.csv", 2),
        ("C1", None, "KA", THIRD, "c.csv", 2),
    ]
    assert versions_of(session, lines) == (
        [
            ("C1", None, "KA", THIRD, None, "c.csv", 2),
            ("C1", None, None, SINCE_EVER, THIRD, "a.csv", 2),
        ],
        {"b.csv": 1},
    )


LINES = st.lists(
    st.tuples(
        st.sampled_from(("C1", "C2", "C3")),
        st.sampled_from(("India", None)),
        st.sampled_from(("MH", "KA", None)),
        st.sampled_from((SINCE_EVER, FIRST, SECOND, THIRD)),
        st.sampled_from(("a.csv", "b.csv")),
        st.integers(2, 9),
    ),
    unique_by=lambda line: line[3:],
    max_size=24,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES)
def test_versions_are_what_a_loop_finds(session, lines):
    assert versions_of(session, lines) == by_a_loop(lines)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES)
def test_every_day_of_a_customer_has_the_one_version_that_its_newest_arrival_left(session, lines):
    customers = literal(session, SLV_CUSTOMERS, [dict(zip(LINE, line, strict=True)) for line in lines])
    days = [day + timedelta(days=n) for day in (SINCE_EVER, FIRST, SECOND, THIRD) for n in (0, 1, 27)]
    orders = [(customer, day) for customer in ("C1", "C2", "C3", "C9", None) for day in days]
    history = versions(customers, SLV_CUSTOMERS).rows.select("customer_id", "valid_from", "valid_to", *PLACE)
    found = as_of(session.createDataFrame(orders, "customer_id string, order_date date"), history, "customer_id")
    rows = [(row["customer_id"], row["order_date"], row["country"], row["state"]) for row in found.collect()]
    assert sorted(rows, key=str) == sorted(((*order, *place_on(*order, lines)) for order in orders), key=str)


def place_on(customer, day, lines):
    """What the newest line that had arrived by ``day`` says, before the first one what the first arrival said."""
    own = sorted(line[3:] + line[1:3] for line in lines if line[0] == customer)
    first_arrival = [line for line in own if line[0] == own[0][0]]
    known = [line for line in own if line[0] <= day] or first_arrival
    return known[-1][3:] if known else (None, None)
