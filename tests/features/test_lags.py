import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from features.lags import mean_before, past_orders

COUNTS = st.lists(st.integers(0, 1000), min_size=2, max_size=60)


def test_lags_and_means_of_a_short_series():
    rows = past_orders(pd.Series(np.arange(10.0)))
    assert rows["orders_lag_1"].tolist()[1:] == list(range(9))
    assert rows["orders_lag_7"].dropna().tolist() == [0, 1, 2]
    assert rows["orders_mean_7"].dropna().tolist() == [3, 4, 5]
    assert rows["orders_lag_364"].isna().all()


@given(COUNTS, st.integers(0, 59), st.integers(1, 500))
def test_a_day_never_changes_its_own_features_or_earlier_ones(counts, day, change):
    day %= len(counts)
    orders = pd.Series(counts, dtype=float)
    changed = orders.copy()
    changed[day] += change
    pd.testing.assert_frame_equal(past_orders(orders).iloc[: day + 1], past_orders(changed).iloc[: day + 1])


@given(COUNTS, st.integers(1, 8))
def test_mean_before_is_the_plain_mean(counts, days):
    expected = [np.mean(counts[i - days : i]) if i >= days else np.nan for i in range(len(counts))]
    np.testing.assert_allclose(mean_before(pd.Series(counts, dtype=float), days), expected, atol=1e-9)
