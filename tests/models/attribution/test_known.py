"""Days of the calendar beside the days around them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.attribution.search.known import Surroundings, surroundings_of


def test_the_nearest_days_that_the_calendar_does_not_name_are_the_surroundings():
    named = np.zeros(40, dtype=bool)
    named[[*range(18, 22), *range(23, 26)]] = True
    run = surroundings_of(np.arange(20, 22), named)
    # days 18 and 19 belong to the event, too, but to the other period; one plain day, then another event
    assert run == Surroundings(before=14, skipped_before=2, length=2, skipped_after=0, after=0)


def test_the_days_after_do_not_count_where_there_are_hardly_any():
    named = np.zeros(30, dtype=bool)
    named[20:27] = True
    assert surroundings_of(np.arange(20, 27), named) == Surroundings(14, 0, 7, 0, 0)


def test_an_event_that_fills_all_days_has_no_surroundings():
    assert surroundings_of(np.arange(3), np.ones(3, dtype=bool)) == Surroundings(0, 0, 3, 0, 0)


def test_a_run_is_held_against_the_mean_of_both_sides():
    daily = np.array([[1.0, 1.0, 9.0, 10.0, 10.0, 7.0, 5.0]])
    found, usual = Surroundings(2, 1, 2, 1, 1).slide(daily)
    assert found.tolist() == [[20.0]]
    assert usual.tolist() == [[2 * (1.0 + 5.0) / 2]]


@given(st.floats(-1, 1), st.integers(1, 9), st.integers(5, 14))
def test_a_trend_is_no_movement(slope, length, side):
    daily = 100.0 + slope * np.arange(60.0)[None, :]
    found, usual = Surroundings(side, 2, length, 2, side).slide(daily)
    assert found == pytest.approx(usual)
