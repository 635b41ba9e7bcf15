import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.forecasting.metrics import MEASURES, measured, seasonal_error
from models.forecasting.quantiles import LEVELS, NAMES


def oracle(rows: list[dict[str, float]]) -> dict[str, float]:
    """The measures by plain loops over days and levels."""
    loss, scaled_loss, absolute, scaled_absolute, size, inside = 0.0, 0.0, 0.0, 0.0, 0.0, 0
    for row in rows:
        for level, name in zip(LEVELS, NAMES, strict=True):
            miss = row["actual"] - row[name]
            pinball = level * miss if miss >= 0 else (level - 1) * miss
            loss += 2 * pinball / 9
            scaled_loss += 2 * pinball / row["scale"] / 9
        absolute += abs(row["actual"] - row["q50"])
        scaled_absolute += abs(row["actual"] - row["q50"]) / row["scale"]
        size += abs(row["actual"])
        inside += row["q10"] <= row["actual"] <= row["q90"]
    days = len(rows)
    relative = {"wql": loss / size, "wape": absolute / size} if size else {"wql": np.nan, "wape": np.nan}
    return relative | {"sql": scaled_loss / days, "mase": scaled_absolute / days, "coverage_80": inside / days}


VALUE = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))
ROW = st.tuples(VALUE, st.floats(0.1, 100), st.lists(VALUE, min_size=9, max_size=9).map(sorted)).map(
    lambda row: {"actual": row[0], "scale": row[1]} | dict(zip(NAMES, row[2], strict=True))
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_measures_agree_with_plain_loops(rows):
    found = measured(pd.DataFrame(rows).assign(series="a"), ["series"]).iloc[0]
    expected = oracle(rows)
    for name in MEASURES:
        assert found[name] == pytest.approx(expected[name], nan_ok=True)


def test_groups_are_measured_apart():
    rows = pd.DataFrame([dict.fromkeys(NAMES, 1.0) | {"actual": actual, "scale": 2.0} for actual in (1, 1, 3)])
    found = measured(rows.assign(series=["a", "a", "b"]), ["series"]).set_index("series")
    assert found["mase"].to_dict() == {"a": 0, "b": 1}
    assert found["wape"].to_dict() == {"a": 0, "b": 2 / 3}


def test_a_measure_without_a_divisor_is_missing():
    rows = pd.DataFrame([dict.fromkeys(NAMES, 1.0) | {"actual": 0.0, "scale": 0.0, "series": "a"}])
    assert measured(rows, ["series"])[MEASURES].isna().iloc[0].tolist() == [True, True, True, True, False]


def test_seasonal_error_is_the_mean_seasonal_difference():
    assert seasonal_error(np.array([0, 0, 0, 0, 0, 0, 0, 2.0, -4.0])) == 3
    assert np.isnan(seasonal_error(np.ones(7)))
    assert seasonal_error(np.tile(np.arange(7.0), 3)) == 0
