import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import InputError, UsageError
from models.forecasting import forecast_panel

LEVELS = [f"q{level / 10:g}" for level in range(1, 10)]


def series(name, values, first="2023-01-02", freq="W-MON") -> pd.DataFrame:
    dates = pd.date_range(first, periods=len(values), freq=freq)
    return pd.DataFrame({"unique_id": name, "ds": dates, "y": np.asarray(values, dtype=float)})


@pytest.fixture(scope="module")
def odd() -> pd.DataFrame:
    """Ninety weeks of twelve ordinary series and one of each odd kind."""
    draws = np.random.default_rng(0)
    season = 1 + 0.5 * np.sin(2 * np.pi * np.arange(90) / 52)
    ordinary = [series(f"ordinary{k:02}", 20 * (k + 1) * season * draws.lognormal(0, 0.1, 90)) for k in range(12)]
    gaps = np.where(draws.random(90) < 0.4, np.nan, 50)
    kinds = {
        "constant": np.full(90, 5.0), "zero": np.zeros(90), "unknown": np.full(90, np.nan),
        "negative": draws.normal(0, 10, 90), "intermittent": draws.poisson(0.2, 90),
        "gaps": gaps + draws.normal(0, 1, 90),
    }  # fmt: skip
    early = series("ended early", draws.uniform(5, 9, 60))
    late = series("new", [7, 9], first="2024-09-09")
    return pd.concat([*ordinary, *(series(name, values) for name, values in kinds.items()), early, late])


@pytest.fixture(scope="module")
def answer(odd) -> pd.DataFrame:
    return forecast_panel(odd, 8, freq="W", jobs=1)


def test_every_series_is_answered_from_its_own_last_row_on(odd, answer):
    last = odd.groupby("unique_id")["ds"].max()
    dates = answer.groupby("unique_id")["ds"].agg(["min", "size"])
    assert (dates["min"] == last + pd.Timedelta(days=7)).all()
    assert (dates["size"] == 8).all()
    assert list(answer.columns) == ["unique_id", "ds", "mean", *LEVELS, "note"]


def test_quantiles_never_cross_and_only_what_was_negative_can_be(odd, answer):
    quantiles = answer[LEVELS].to_numpy()
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    least = answer.groupby("unique_id")[[*LEVELS, "mean"]].min().min(axis=1)
    assert (least.drop("negative") >= 0).all()
    assert least["negative"] < 0


def test_what_is_odd_is_noted_and_what_is_not_is_not(answer):
    notes = answer.groupby("unique_id")["note"].first()
    assert notes["constant"] == "constant history: 5 repeated"
    assert notes["zero"] == "constant history: 0 repeated"
    assert notes["unknown"] == "no history: forecast from the other series"
    assert notes["new"] == "short history of 2 values: forecast leans on the other series"
    assert notes[[name for name in notes.index if name.startswith("ordinary")]].isna().all()


def test_a_constant_stays_what_it_was(answer):
    assert set(answer.loc[answer["unique_id"] == "constant", ["mean", *LEVELS]].to_numpy().ravel()) == {5.0}


def test_the_season_is_found(odd, answer):
    largest = answer[answer["unique_id"] == "ordinary11"]
    place = 90 + np.arange(8)
    expected = 240 * (1 + 0.5 * np.sin(2 * np.pi * place / 52))
    np.testing.assert_allclose(largest["q0.5"], expected, rtol=0.25)


def test_rows_in_any_order_and_any_number_of_workers_give_the_same(odd, answer):
    shuffled = odd.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(forecast_panel(shuffled, 8, freq="W", jobs=2), answer, check_exact=True)


@pytest.mark.parametrize(
    ("freq", "first", "steps", "season"),
    [
        ("h", "2024-03-01", 300, 24), ("D", "2024-03-01", 120, 7),
        ("MS", "2018-01-01", 48, 12), ("QS", "2008-01-01", 40, 4),
    ],
)  # fmt: skip
def test_every_frequency_finds_its_season(freq, first, steps, season):
    pattern = 10 + np.sin(2 * np.pi * np.arange(steps + season) / season) * 5
    noise = np.random.default_rng(0).normal(0, 0.2, (4, steps))
    rows = pd.concat([series(f"s{k}", pattern[:steps] + noise[k], first, freq) for k in range(4)])
    found = forecast_panel(rows, season, freq=freq, jobs=1).groupby("ds")["q0.5"].mean()
    assert found.index[0] == pd.date_range(first, periods=steps + 1, freq=freq)[-1]
    np.testing.assert_allclose(found, pattern[steps:], atol=2.5)


@settings(max_examples=8, deadline=None)
@given(values=st.lists(st.floats(-1e9, 1e9) | st.none(), min_size=1, max_size=30), horizon=st.integers(1, 5))
def test_one_series_of_any_values_is_answered(values, horizon):
    found = forecast_panel(series("only", [np.nan if v is None else v for v in values]), horizon, freq="W-MON", jobs=1)
    quantiles = found[LEVELS].to_numpy()
    assert len(found) == horizon
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()


@pytest.fixture(scope="module")
def shops() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Six shops, shut on Sundays, with promotions that double sales; and what is known of the three weeks ahead."""
    days = pd.date_range("2024-01-01", periods=221)
    draws = np.random.default_rng(1)
    shut, promoted = (days.dayofweek == 6) * 1.0, (np.arange(221) % 17 < 4) * 1.0
    parts = []
    for shop in range(6):
        sales = 100 * (shop + 1) * (1 + promoted) * (1 - shut) * draws.lognormal(0, 0.05, 221)
        words = np.where(promoted > 0, "yes", "no")
        parts.append(
            pd.DataFrame({"unique_id": f"shop{shop}", "ds": days, "y": sales, "shut": shut, "promoted": words})
        )
    rows = pd.concat(parts)
    ahead = rows["ds"] >= days[200]
    return rows[~ahead], rows[ahead].drop(columns="y")


def test_closed_days_are_zero_and_promotions_in_words_lift_theirs(shops):
    history, future = shops
    found = forecast_panel(history, 21, freq="D", future=future, jobs=1).merge(future, on=["unique_id", "ds"])
    assert (found.loc[found["shut"] == 1, ["mean", *LEVELS]] == 0).all(axis=None)
    is_open = found[found["shut"] == 0].assign(size=lambda rows: rows["unique_id"].str[-1].astype(int) + 1)
    lifted = (is_open["q0.5"] / is_open["size"]).groupby(is_open["promoted"]).mean()
    np.testing.assert_allclose(lifted[["no", "yes"]], [100, 200], rtol=0.08)


def test_a_series_that_is_only_known_ahead_is_forecast_from_the_others(shops):
    history, future = shops
    without = history[history["unique_id"] != "shop2"]
    found = forecast_panel(without, 21, freq="D", future=future, jobs=1)
    new = found[found["unique_id"] == "shop2"]
    assert len(new) == 21
    assert set(new["note"]) == {"no history: forecast from the other series"}
    assert new["mean"].max() > 0


def test_other_levels_lie_between_and_beyond_the_nine(odd, answer):
    some = odd[odd["unique_id"].str.startswith("ordinary")]
    nine = forecast_panel(some, 4, freq="W", jobs=1)
    found = forecast_panel(some, 4, freq="W", jobs=1, quantiles=(0.05, 0.5, 0.85, 0.95))
    np.testing.assert_allclose(found["q0.5"], nine["q0.5"])
    assert (found["q0.05"] < nine["q0.1"]).all()
    assert found["q0.85"].between(nine["q0.8"], nine["q0.9"]).all()
    assert (found["q0.95"] > nine["q0.9"]).all()


def test_other_names_of_columns(odd):
    some = odd[odd["unique_id"] == "ordinary00"].set_axis(["shop", "week", "sold"], axis=1)
    found = forecast_panel(some, 2, freq="W", id_col="shop", time_col="week", target_col="sold", jobs=1)
    assert list(found.columns[:3]) == ["shop", "week", "mean"]


def test_all_problems_come_at_once_and_sorted():
    history = pd.DataFrame(
        {"unique_id": ["a", "a", None], "ds": ["2024-01-01", "2024-01-01", "soon"], "y": ["1", "x", np.inf]}
    )
    with pytest.raises(InputError) as caught:
        forecast_panel(history, 0, freq="D", static=pd.DataFrame({"id": [1]}), country="Atlantis")
    problems = str(caught.value).splitlines()
    assert problems[0] == "7 problems:"
    assert problems[1:] == sorted(problems[1:])
    for part in (
        "horizon of 0",
        "'Atlantis'",
        "not a date in 1",
        "not a number in 1",
        "infinite in 1",
        "missing in 1",
        "static lacks",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: pd.concat([rows, rows.head(2)]), "2 rows that repeat"),
        (lambda rows: rows.assign(ds=rows["ds"].dt.tz_localize("UTC")), "has a time zone"),
        (lambda rows: rows.drop(columns="y"), "history lacks y"),
        (lambda rows: rows.iloc[:0], "no rows"),
        (
            lambda rows: pd.concat([rows, series("late", [1], "2023-01-04", "D")]),
            "1 rows that are not on the grid of frequency W-MON",
        ),
    ],
)
def test_input_that_cannot_be_used_is_refused_with_a_sentence(change, message):
    with pytest.raises(InputError, match=message):
        forecast_panel(change(series("a", range(10))), 2, freq="W-MON")


def test_an_unknown_frequency_is_wrong_use():
    with pytest.raises(UsageError, match="no frequency 'fortnight'"):
        forecast_panel(series("a", range(10)), 2, freq="fortnight")
