"""What a champion publishes day after day: forecasts that add up, why they changed, what if, and how they did."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from etl.errors import InputError, UsageError
from etl.schemas.results import (
    GLD_CHAMPION_DECISIONS,
    GLD_FORECAST,
    GLD_FORECAST_ACCURACY,
    GLD_FORECAST_CHANGE,
    GLD_FORECAST_DRIFT,
    GLD_FORECAST_MONTHS,
    GLD_FORECAST_SCENARIOS,
)
from experiments.forecasting.data import read_demand
from experiments.forecasting.jobs import forecast, train, watch, what_if
from models.forecasting.change import EFFECTS
from models.forecasting.quantiles import NAMES
from models.forecasting.scenario import parse_setting
from tests.experiments.forecasting.conftest import PROMOTIONS, cells, promotion

SALE = "promotion:2025-05-05..2025-05-06=1"


@pytest.fixture(scope="module")
def shop(make_shop, settings):
    """120 days, forecast by a champion whose forecasts follow promotions."""
    made = make_shop()
    made.fill(days=120)
    train(made.lakehouse, settings("Promoted"))
    forecast(made.lakehouse, settings())
    return made


def newest(shop, table) -> pd.DataFrame:
    rows = shop.rows(table)
    return rows[rows["as_of"] == rows["as_of"].max()]


def test_every_series_is_forecast_by_the_champion_with_its_place_beside_it(shop):
    rows = shop.rows(GLD_FORECAST)
    assert len(rows) == 14 * 14
    assert set(rows["level"]) == {
        "total", "country", "channel", "country/region", "country/channel", "country/region/channel",
    }  # fmt: skip
    assert set(rows["model"]) == {"tests.experiments.forecasting.candidates:Promoted coherent"}
    place = rows[rows["series"] == "country=India/region=West"].iloc[0]
    assert (place["country"], place["region"], place["channel"]) == ("India", "West", None)
    assert rows["date"].min() == pd.Timestamp("2025-05-01")
    assert (rows[NAMES].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_means_add_up_and_quantiles_are_narrower_than_sums_of_quantiles(shop):
    rows = shop.rows(GLD_FORECAST)
    sums = rows.groupby(["level", "date"])[["mean", "q10", "q90"]].sum().unstack("level")
    for level in set(rows["level"]):
        np.testing.assert_allclose(sums["mean"][level], sums["mean"]["total"], rtol=1e-9)
    width = (sums["q90"] - sums["q10"]).mean()
    assert width["total"] < 0.95 * width["country/region/channel"]


def test_forecasting_twice_changes_nothing(shop, settings):
    before = shop.rows(GLD_FORECAST)
    again = forecast(shop.lakehouse, settings(jobs=2))
    kept = [name for name in before if name != "run_id"]
    keys = ["series", "date"]
    pd.testing.assert_frame_equal(
        before.sort_values(keys, ignore_index=True)[kept],
        again.sort_values(keys, ignore_index=True)[kept],
        check_dtype=False,
        check_exact=True,
    )


def test_months_hold_what_is_known_and_expected(shop):
    months = shop.rows(GLD_FORECAST_MONTHS)
    total = months[months["series"] == "total"].iloc[0]
    ahead = shop.rows(GLD_FORECAST).query("series == 'total'")
    assert (total["month"], total["days_known"], total["days_expected"]) == (pd.Timestamp("2025-05-01"), 0, 14)
    assert total["mean"] == pytest.approx(ahead["mean"].sum())
    assert total["q90"] - total["q10"] < (ahead["q90"] - ahead["q10"]).sum()


def test_a_scenario_stands_beside_the_baseline_and_leaves_it_as_it_is(shop, settings):
    before = shop.rows(GLD_FORECAST)
    rows = what_if(shop.lakehouse, settings(), [parse_setting(SALE)], "sale")
    stored = shop.rows(GLD_FORECAST_SCENARIOS)
    assert len(rows) == len(stored) == len(before)
    assert set(stored["scenario"]) == {"sale"}
    assert set(stored["settings"]) == {SALE}
    total = stored[stored["series"] == "total"].set_index("date").sort_index()
    lift = total["mean"] / total["baseline"]
    np.testing.assert_allclose(lift["2025-05-05":"2025-05-06"], 1.5)
    np.testing.assert_allclose(lift.drop(pd.to_datetime(["2025-05-05", "2025-05-06"])), 1)
    pd.testing.assert_frame_equal(shop.rows(GLD_FORECAST), before)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("weather:2025-05-05=1", "no covariate 'weather' to set: discount, promotion"),
        ("promotion:2026-01-01=1", "no day"),
    ],
)
def test_a_scenario_that_sets_nothing_is_refused(shop, settings, setting, said):
    with pytest.raises(UsageError, match=said):
        what_if(shop.lakehouse, settings(), [parse_setting(setting)])


def test_no_days_is_an_input_error_that_says_what_to_do(shop, settings):
    with pytest.raises(InputError, match="no days up to 2020-01-01: land files"):
        forecast(shop.lakehouse, settings(as_of=date(2020, 1, 1)))


class TestThreeDaysLater:
    """A day was restated, three days came, and a sale was announced: each is told from the others."""

    @pytest.fixture(scope="class")
    def later(self, make_shop, settings):
        made = make_shop()
        made.fill(days=120)
        train(made.lakehouse, settings("Promoted"))
        forecast(made.lakehouse, settings())
        restated = cells(123)
        restated.loc[restated["date"] == "2025-04-29", ["quantity"]] += 80
        made.fill(123, restated, (*PROMOTIONS, promotion("2025-05-08", "2025-05-09", "2025-05-02", "UK")))
        forecast(made.lakehouse, settings())
        return made

    def test_the_effects_add_up_and_name_their_days(self, later):
        change = later.rows(GLD_FORECAST_CHANGE)
        assert set(change["previous_as_of"]) == {pd.Timestamp("2025-04-30")}
        assert set(change["date"]) == set(pd.date_range("2025-05-04", "2025-05-14"))
        effects = change[list(EFFECTS)].sum(axis=1)
        np.testing.assert_allclose(change["previous"] + effects, change["current"])
        total = change[change["series"] == "total"].set_index("date").sort_index()
        tuesdays = total.index.dayofweek == 1
        assert (total.loc[tuesdays, "restated_history"] > 20).all()
        np.testing.assert_allclose(total.loc[~tuesdays, "restated_history"], 0, atol=1e-9)
        on_sale = total.index.isin(pd.date_range("2025-05-08", "2025-05-09"))
        assert (total.loc[on_sale, "covariates"] > 1).all()
        np.testing.assert_allclose(total.loc[~on_sale, "covariates"], 0, atol=1e-9)
        assert (total["model"] == 0).all()
        assert (total["new_data"].abs() > 0).any()

    def test_days_ahead_are_those_that_could_be_read_on_an_evening_and_the_past_is_todays(self, later):
        demand = read_demand(later.lakehouse, None, ("orders",))
        panel = demand.panel("orders", demand.as_of, 14)
        before, today = (demand.uninformed("orders", panel, day) for day in (pd.Timestamp("2025-04-30"), demand.as_of))
        assert today.fingerprint == panel.fingerprint
        sale = panel.dates.isin(pd.date_range("2025-05-08", "2025-05-09"))
        for name, values in panel.known.items():
            assert np.array_equal(before.known[name], np.where(sale, 0.0, values))
        assert panel.known["promotion"][:, sale].any()

    def test_the_sale_concerns_the_country_it_is_in(self, later):
        change = later.rows(GLD_FORECAST_CHANGE)
        by_country = (
            change[change["series"].isin(["country=UK", "country=India"])].groupby("series")["covariates"].sum()
        )
        assert by_country["country=UK"] > 10
        assert by_country["country=India"] == pytest.approx(0, abs=1e-9)

    def test_another_champion_is_charged_with_the_rest(self, later, settings):
        train(later.lakehouse, settings("WeekdayMean"))
        from experiments.forecasting.jobs import promote

        promote(later.lakehouse, settings(), force=True)
        forecast(later.lakehouse, settings())
        change = later.rows(GLD_FORECAST_CHANGE).query("series == 'total'").set_index("date").sort_index()
        np.testing.assert_allclose(change[list(EFFECTS)].sum(axis=1) + change["previous"], change["current"])
        assert (change.loc["2025-05-08":"2025-05-09", "model"] < -1).all()


class TestWeeksLater:
    """A champion that was trained on quiet weeks and then saw demand jump, watched once a week."""

    @pytest.fixture(scope="class")
    def later(self, make_shop, settings):
        made = make_shop()
        made.fill(days=120)
        train(made.lakehouse, settings("SeasonalNaive"))
        sales = cells(160)
        late = sales["date"] > "2025-04-30"
        noise = np.random.default_rng(1).integers(0, 5, late.sum())
        sales.loc[late, "quantity"] = sales.loc[late, "quantity"] * noise
        made.fill(160, sales)
        for days in range(0, 41, 8):
            morning = settings(as_of=date.fromordinal(date(2025, 4, 30).toordinal() + days))
            watch(made.lakehouse, morning)
            forecast(made.lakehouse, morning)
        return made

    def test_live_accuracy_is_by_series_and_range(self, later):
        live = newest(later, GLD_FORECAST_ACCURACY).query("kind == 'live'")
        assert set(live["horizon_first"]) == {1, 8}
        assert live["series"].nunique() == 14
        assert (live["coverage_80"] < 0.95).all()

    def test_the_variance_of_the_total_has_drifted(self, later):
        rows = newest(later, GLD_FORECAST_DRIFT).query("series == 'total'").set_index("kind")
        assert rows["drifted"].loc["variance"]

    def test_intervals_that_hold_no_longer_are_recalibrated_and_it_is_recorded(self, later):
        decided = later.rows(GLD_CHAMPION_DECISIONS).query("decision == 'recalibrated'")
        assert len(decided) >= 1
        assert "80% intervals held" in decided["reason"].iloc[0]
        assert decided["champion_version"].iloc[0] == "1"
