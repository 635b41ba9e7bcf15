import numpy as np
import pandas as pd

from models.forecasting.quantiles import NAMES, floor_of, forecast_frame

DATES = pd.date_range("2025-01-01", periods=2)


def test_values_below_the_floor_are_raised_and_counted():
    frame = forecast_frame(DATES, np.array([1.0, -1.0]), np.array([np.linspace(-3, 5, 9), np.full(9, -1.0)]), 0.0)
    assert frame["floored"].tolist() == [3, 10]
    assert frame[["mean", *NAMES]].min(axis=None) == 0
    assert frame["horizon"].tolist() == [1, 2]


def test_only_a_series_that_was_never_negative_has_a_floor():
    assert floor_of(np.array([0.0, 1.0])) == 0
    assert floor_of(np.array([-0.1, 1.0])) == -np.inf
