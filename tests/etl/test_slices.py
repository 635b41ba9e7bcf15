from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.slices import in_months, rows_by_month, spans

AUGUST, SEPTEMBER, OCTOBER = (date(2025, month, 1) for month in (8, 9, 10))


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (9, [{AUGUST, SEPTEMBER, OCTOBER}]),
        (8, [{AUGUST, SEPTEMBER}, {OCTOBER}]),
        (4, [{AUGUST}, {SEPTEMBER}, {OCTOBER}]),
        (1, [{AUGUST}, {SEPTEMBER}, {OCTOBER}]),
    ],
)
def test_a_span_is_as_many_months_as_fit_or_one(most, expected):
    assert spans([OCTOBER, AUGUST, SEPTEMBER], {AUGUST: 3, SEPTEMBER: 4, OCTOBER: 2}, most) == expected


def test_a_month_without_rows_is_in_a_span_too():
    assert spans([SEPTEMBER, AUGUST], {AUGUST: 5}, 5) == [{AUGUST, SEPTEMBER}]
    assert spans([], {}, 5) == []


@given(rows=st.dictionaries(st.dates(date(1999, 1, 1), date(2030, 1, 1)), st.integers(0, 20)), most=st.integers(1, 30))
def test_spans_divide_the_months_in_order(rows, most):
    found = spans(rows, rows, most)
    assert [month for span in found for month in sorted(span)] == sorted(rows)
    assert all(len(span) == 1 or sum(rows[month] for month in span) <= most for span in found)


def test_rows_are_counted_by_month(session):
    rows = session.createDataFrame([(AUGUST,), (AUGUST,), (OCTOBER,)], "order_month date")
    assert rows_by_month(rows, "order_month") == {AUGUST: 2, OCTOBER: 1}


@pytest.mark.parametrize(("month", "last"), [(AUGUST, "2025-09-01"), (date(2025, 12, 1), "2026-01-01")])
def test_a_month_is_a_range_of_days(month, last):
    assert in_months("day", frozenset({month})) == f"(day >= date'{month}' and day < date'{last}')"
