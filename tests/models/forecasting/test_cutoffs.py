import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.forecasting.cutoffs import choose_cutoffs, earlier_cutoffs, horizon_ranges

FIRST = pd.Timestamp("2025-01-01")


def ages(days: int, horizon: int) -> list[int]:
    """Days of history at each cutoff."""
    last = FIRST + pd.Timedelta(days=days - 1)
    return [(cutoff - FIRST).days + 1 for cutoff in choose_cutoffs(FIRST, last, horizon)]


@pytest.mark.parametrize(
    ("days", "horizon", "expected"),
    [
        (1035, 61, [852, 913, 974]),  # a horizon apart
        (40, 61, []),  # nothing to judge on
        (116, 61, []),  # one day short
        (117, 61, [56]),
        (124, 61, [56, 63]),  # a week apart at least
        (157, 61, [56, 76, 96]),  # closer than the horizon
        (100, 14, [58, 72, 86]),
    ],
)
def test_cutoffs(days, horizon, expected):
    assert ages(days, horizon) == expected


@pytest.mark.parametrize(
    ("given_ages", "count", "expected"),
    [
        ([913, 974], 3, [730, 791, 852]),
        ([300, 361], 3, [178, 239]),  # half of the history of the first at least
        ([63, 70], 3, [56]),  # eight weeks at least
        ([974], 3, []),  # nothing says how far apart
    ],
)
def test_earlier_cutoffs(given_ages, count, expected):
    cutoffs = [FIRST + pd.Timedelta(days=age - 1) for age in given_ages]
    assert [(cutoff - FIRST).days + 1 for cutoff in earlier_cutoffs(FIRST, cutoffs, count)] == expected


@given(st.integers(1, 1200), st.integers(1, 120))
def test_every_cutoff_has_its_history_and_its_test_days(days, horizon):
    found = ages(days, horizon)
    assert all(56 <= age <= days - horizon for age in found)
    assert found == sorted(set(found))
    assert bool(found) == (days >= 56 + horizon)


def test_horizon_ranges_cover_every_day_once():
    assert horizon_ranges(61) == [(1, 7), (8, 28), (29, 61)]
    assert horizon_ranges(90) == [(1, 7), (8, 28), (29, 61), (62, 90)]
    assert horizon_ranges(14) == [(1, 7), (8, 14)]
    assert horizon_ranges(7) == [(1, 7)]
    assert horizon_ranges(3) == [(1, 3)]
