"""Exchange rates that moved further than their own steps let expect, among several currencies."""

import numpy as np
import pandas as pd
import pytest

from etl.periods import parse_period
from models.attribution.lines import Lines
from models.attribution.periods import Comparison
from models.attribution.search.exchange import RateMovement, moved_rates

COMPARISON = Comparison(parse_period("2025-08"), parse_period("2025-09"))
DAYS = pd.date_range("2025-07-01", "2025-09-30")


def walking(moved=()):
    """Seven currencies that wander, and one that stands still; the moved ones jump by 9% in September."""
    steps = 0.004 * np.random.default_rng(0).normal(size=(7, len(DAYS)))
    jump = 0.09 * (pd.Timestamp("2025-09-01") <= DAYS)
    rates = {f"C{k}": np.exp(walk.cumsum() + jump * (f"C{k}" in moved)) for k, walk in enumerate(steps)}
    rates["INR"] = np.ones(len(DAYS))
    tables = [pd.DataFrame({"date": DAYS, "currency": name, "fx_rate": rate}) for name, rate in rates.items()]
    return Lines(pd.concat(tables).astype({"currency": "category"}), (), COMPARISON, ())


def test_a_rate_that_wanders_is_not_named():
    assert moved_rates(walking()) == []


def test_the_rates_that_jumped_are_named():
    moves = moved_rates(walking(moved=("C2", "C5")))
    assert [move.currency for move in moves] == ["C2", "C5"]
    assert all(move.shift == pytest.approx(0.09, abs=2.6 * move.error) for move in moves)


def test_a_rate_must_be_the_clearer_the_more_were_looked_at():
    alone, of_seven = (RateMovement("USD", 0.02, 0.01, tried).p_value for tried in (1, 7))
    assert of_seven == pytest.approx(7 * alone)
    assert RateMovement("USD", 0.0, 0.01, 7).p_value == 1.0
