from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.status.freshness import Due, Freshness

KOLKATA = ZoneInfo("Asia/Kolkata")
SIX = Due(time(6), KOLKATA)
NEWEST = date(2025, 10, 30)


@pytest.mark.parametrize(
    ("now", "expected", "days", "late"),
    [
        (datetime(2025, 10, 31, 5, 59, tzinfo=KOLKATA), date(2025, 10, 29), 0, timedelta(0)),
        (datetime(2025, 10, 31, 6, tzinfo=KOLKATA), NEWEST, 0, timedelta(0)),
        (datetime(2025, 11, 1, 0, 29, tzinfo=UTC), NEWEST, 0, timedelta(0)),  # 05:59 in Kolkata
        (datetime(2025, 11, 1, 0, 31, tzinfo=UTC), date(2025, 10, 31), 1, timedelta(minutes=1)),
        (datetime(2025, 11, 3, 7, tzinfo=KOLKATA), date(2025, 11, 2), 3, timedelta(days=2, hours=1)),
    ],
)
def test_a_day_is_late_once_it_is_due_in_the_sources_zone(now, expected, days, late):
    found = Freshness(NEWEST, SIX, now)
    assert (SIX.expected(now), found.days_late, found.late) == (expected, days, late)


def test_the_next_due_is_of_a_day_that_is_neither_there_nor_due():
    early = Freshness(NEWEST, SIX, datetime(2025, 10, 30, 12, tzinfo=KOLKATA))
    assert early.next_due == datetime(2025, 11, 1, 6, tzinfo=KOLKATA)
    late = Freshness(NEWEST, SIX, datetime(2025, 11, 5, 12, tzinfo=KOLKATA))
    assert late.next_due == datetime(2025, 11, 6, 6, tzinfo=KOLKATA)


@given(
    st.floats(1.58e9, 1.9e9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.times(),
    st.sampled_from(["Asia/Kolkata", "Europe/London", "America/Los_Angeles", "UTC"]),
)
def test_what_is_expected_is_due_and_the_day_after_is_not(now, at, zone):
    due = Due(at.replace(tzinfo=None), ZoneInfo(zone))
    assert due.at(due.expected(now)) <= now < due.at(due.expected(now) + timedelta(days=1))
