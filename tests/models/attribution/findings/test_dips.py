import numpy as np
import pandas as pd
import pytest

from models.attribution.findings.course import course
from models.attribution.findings.errors import false_discovery_rates
from models.attribution.findings.expectation import History, expected
from models.attribution.findings.movements import outside, scan_all, with_courses, with_explanations
from models.attribution.findings.scan import Published, scan, scan_each, together

FIRST = pd.Timestamp("2024-01-01")
NOTHING = Published({})


def history(values, events=None):
    names = np.full(len(values) + 60, "", dtype=object)
    names[[*(events or {})]] = [*(events or {}).values()]
    return History(FIRST, np.asarray(values, dtype=float), names)


def steady(days=420, level=1000.0):
    """Every Saturday twice a weekday."""
    weekdays = (FIRST.dayofweek + np.arange(days)) % 7
    return np.where(weekdays == 5, 2 * level, level)


def noisy(seed=0, days=420):
    return steady(days) * np.exp(0.03 * np.random.default_rng(seed).standard_normal(days))


def test_a_steady_series_is_expected_to_go_on_as_it_was():
    days = expected(history(steady()), 400, 400, 414)
    assert days.tolist() == pytest.approx(steady()[400:414].tolist())


def test_nothing_of_the_days_to_come_is_looked_at():
    values = noisy()
    changed = np.where(np.arange(420) < 300, values, 7.0)
    assert (expected(history(values), 300, 300, 330) == expected(history(changed), 300, 300, 330)).all()


def test_an_event_seen_before_is_expected_again_in_part():
    values = steady()
    values[50:60] *= 2
    seen = range(50, 60)
    ordinary = expected(history(values, dict.fromkeys(seen, "Fair")), 400, 400, 401)[0]
    festive = expected(history(values, dict.fromkeys([*seen, 400], "Fair")), 400, 400, 401)[0]
    assert festive / ordinary == pytest.approx((10 * 2 + 5) / 15)


def test_too_short_a_history_expects_nothing():
    assert np.isnan(expected(history(steady(60)), 55, 55, 60)).all()
    assert scan(history(steady(60)), NOTHING).empty


def test_a_week_that_falls_is_found_and_one_that_was_forecast_is_not():
    values = noisy()
    values[350:357] *= 0.6
    judged = scan(history(values), NOTHING)
    week = judged[(judged["kind"] == "week") & (judged["first_day"] == FIRST + pd.Timedelta(days=350))].iloc[0]
    assert week["high"] < 0
    assert week["probability"] < 0.001
    assert week["amount"] == week["actual"] - week["expected"] == pytest.approx(-0.4 * 8000, rel=0.1)
    days = pd.date_range(FIRST + pd.Timedelta(days=350), periods=7)
    known = Published({FIRST + pd.Timedelta(days=340): pd.Series(values[350:357], index=days)})
    again = scan(history(values), known)
    foreseen = again[(again["kind"] == "week") & (again["first_day"] == week["first_day"])].iloc[0]
    assert foreseen["published_as_of"] == FIRST + pd.Timedelta(days=340)
    assert foreseen["amount"] == pytest.approx(0, abs=1e-6)


def test_series_are_judged_together_as_each_alone():
    events = {**dict.fromkeys([50, 51, 352], "Fair"), 390: "Day of the Founder"}
    lost = np.where(np.arange(420) < 200, noisy(2), 0.0)
    series = [history(values, events) for values in (noisy(1), lost, noisy(3) / 1000)]
    days = pd.date_range(FIRST + pd.Timedelta(days=350), periods=14)
    published = [NOTHING, NOTHING, Published({days[0]: pd.Series(7.0, index=days)})]
    judged = scan_each(together(series), published)
    assert judged["published_as_of"].notna().any()
    for place, (one, known) in enumerate(zip(series, published, strict=True)):
        rows = judged[judged["place"] == place].drop(columns="place").reset_index(drop=True)
        pd.testing.assert_frame_equal(rows, scan(one, known).reset_index(drop=True), rtol=1e-9)


def test_a_forecast_made_within_the_stretch_is_hindsight():
    days = pd.date_range(FIRST, periods=10)
    assert Published({FIRST: pd.Series(1.0, index=days)}).before(FIRST, FIRST) is None
    assert Published({FIRST: pd.Series(1.0, index=days)}).before(days[1], days[9]) == (FIRST, 9.0)
    assert Published({FIRST: pd.Series(1.0, index=days)}).before(days[1], days[9] + pd.Timedelta(days=1)) is None


def test_a_calm_series_is_rarely_outside_its_interval():
    judged = pd.concat([scan(history(noisy(seed)), NOTHING) for seed in range(10)])
    shares = (judged["probability"] < 0.05).groupby(judged["kind"]).mean()
    assert (shares < 0.08).all()


@pytest.mark.parametrize(
    ("after", "weeks", "name"),
    [(1.0, 10, "temporary"), (0.7, 10, "level_shift"), (0.7, 3, "open"), (1.0, 0, "open")],
)
def test_what_became_of_a_dip(after, weeks, name):
    values = noisy(days=364 + 14 + 7 * weeks)
    values[364:378] *= 0.7
    values[378:] *= after
    found = course(history(values), 364, 378, -1.0)
    assert found.name == name
    assert found.recovered_on == (FIRST + pd.Timedelta(days=378) if name == "temporary" else None)


@pytest.fixture(scope="module")
def shops():
    """Two shops, one with a feast of its own, and their total; the other loses a third of a week's orders."""
    north, south = noisy(1), noisy(2)
    south[350:357] *= 0.65
    orders = {"country=North": north, "country=South": south, "total": north + south}
    feasts = {"country=North": {30: "Feast"}}
    histories = {("orders", series): history(values, feasts.get(series)) for series, values in orders.items()}
    revenue = {("net_revenue", series): history(values * 20, feasts.get(series)) for series, values in orders.items()}
    return histories | revenue


def test_the_movement_is_found_ranked_explained_and_named_alike_again(shops):
    judged = scan_all(shops, {})
    found = with_explanations(with_courses(outside(judged, set()), shops), judged)
    ids = set(found["dip_id"])
    assert {"orders:2024-12-16:week:country=South", "net_revenue:2024-12-16:week:total"} <= ids
    assert not any("North" in name for name in ids)
    assert found["rank"].tolist() == [*range(1, len(found) + 1)]
    total = found[found["dip_id"] == "net_revenue:2024-12-16:week:total"].iloc[0]
    assert (total["course"], total["recovered_on"]) == ("temporary", pd.Timestamp("2024-12-23"))
    assert "orders 1" in total["explanation"]
    assert "by country most in South" in total["explanation"]
    assert found["dip_id"].is_unique
    pd.testing.assert_frame_equal(outside(scan_all(shops, {}), set()), outside(judged, set()))


def test_what_was_found_stays_while_it_lies_outside_its_interval(shops):
    judged = scan_all(shops, {})
    off = judged[(judged["q_value"] > 0.05) & ((judged["low"] > 0) | (judged["high"] < 0))]
    inside = judged[(judged["low"] < 0) & (judged["high"] > 0)]
    kept = outside(judged, {off["dip_id"].iloc[0], inside["dip_id"].iloc[0]})
    assert off["dip_id"].iloc[0] in set(kept["dip_id"])
    assert inside["dip_id"].iloc[0] not in set(kept["dip_id"])


def test_series_of_few_orders_are_not_judged(shops):
    few = {key: history(value.values / 100) for key, value in shops.items() if key[0] == "orders"}
    assert set(scan_all(few, {})["kind"]) == {"month", "week"}


def test_of_a_category_revenue_is_judged_where_its_lines_are_enough(shops):
    books = {("net_revenue", "category=Books"): history(noisy(3)), ("lines", "category=Books"): history(noisy(3))}
    toys = {("net_revenue", "category=Toys"): history(noisy(4)), ("lines", "category=Toys"): history(noisy(4) / 1e5)}
    judged = scan_all(shops | books | toys, {})
    assert "lines" not in set(judged["measure"])
    assert set(judged.loc[judged["series"].str.startswith("category"), "series"]) == {"category=Books"}


def test_more_series_neither_rename_a_movement_nor_lose_one_that_was_found(shops):
    before = set(outside(scan_all(shops, {}), set())["dip_id"])
    quiet = {
        (measure, f"country=South/region={n}"): history(noisy(n))
        for n in range(10, 30)
        for measure in ("orders", "net")
    }
    assert before <= set(outside(scan_all(shops | quiet, {}), before)["dip_id"])


def test_the_rates_are_those_of_benjamini_and_hochberg():
    p = np.array([0.01, 0.04, 0.03, 0.5])
    order = np.sort(p)
    slow = [min(order[j] * 4 / (j + 1) for j in range(i, 4)) for i in range(4)]
    assert sorted(false_discovery_rates(p)) == pytest.approx(slow)
