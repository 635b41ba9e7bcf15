"""One planted cause at a time: it alone is named, with its days and an amount that holds the truth."""

import numpy as np
import pandas as pd
import pytest

from etl.errors import InputError, UsageError
from models.attribution import explain
from tests.models.attribution.shop_lines import held, lose, revenue, shop_lines

DIMENSIONS = ["region", "channel", "category"]
AUGUST = ("2025-08-01", "2025-08-31")


@pytest.fixture(scope="module")
def shop():
    return shop_lines()


def explained(lines, **options):
    usual = {"period": "2025-09", "baseline": "2025-08", "dimensions": DIMENSIONS}
    past = lines["order_date"] < "2025-08-01"
    return explain(lines[~past], history=lines[past], **{**usual, **options})


def named(explanation):
    """Every verdict but the calendar's: code and place."""
    told = explanation.verdicts[explanation.verdicts["code"] != "calendar"]
    return [(row.code, row.where) for row in told.itertuples()]


def assert_adds_up(explanation):
    """Drivers, and volume, AOV and data, sum to the change to the last decimal."""
    drivers = dict(zip(explanation.drivers["driver"], explanation.drivers["amount"], strict=True))
    change = explanation.total["change"]
    assert round(sum(drivers.values()), 2) == change
    sides = float(explanation.volume.amount + explanation.aov.amount)
    assert round(sides + drivers.get("data", 0.0), 2) == change


def test_nothing_is_named_where_nothing_happened(shop):
    explanation = explained(shop)
    assert named(explanation) == [("normal_variation", {})]
    assert explanation.segments.empty
    assert_adds_up(explanation)


def test_the_total_is_that_of_plain_sums(shop):
    explanation = explained(shop)
    assert explanation.total["baseline"] == pytest.approx(revenue(shop[held(shop, *AUGUST)]), abs=0.01)
    assert explanation.total["period"] == pytest.approx(revenue(shop[held(shop)]), abs=0.01)


@pytest.mark.parametrize(
    "where", [{}, {"region": "South"}, {"region": "South", "channel": "app"}], ids=["all", "region", "conjunction"]
)
def test_lost_orders_are_named_where_they_were_lost(shop, where):
    left = lose(shop, 0.35, **where)
    explanation = explained(left)
    assert named(explanation) == [("volume_change", where)]
    only = explanation.segments.iloc[0]
    assert only["driver"] == "orders_per_day"
    assert only["low"] <= revenue(left) - revenue(shop) <= only["high"] < 0


def test_an_outage_is_named_by_its_days(shop):
    left = lose(shop, 0.95, "2025-09-10", "2025-09-13", region="North", channel="web")
    explanation = explained(left)
    assert named(explanation) == [("outage", {"region": "North", "channel": "web"})]
    only = explanation.segments.iloc[0]
    assert only["dates"] == ["2025-09-10", "2025-09-13"]
    assert only["low"] <= revenue(left) - revenue(shop) <= only["high"]


def known_event(first, last):
    return pd.DataFrame({"date": pd.date_range(first, last), "event": "fast"})


def test_an_event_of_the_calendar_is_named_where_it_was_kept(shop):
    left = lose(shop, 0.3, "2025-09-08", "2025-09-19", region="North")
    explanation = explained(left, calendar=known_event("2025-09-08", "2025-09-19"))
    assert named(explanation) == [("event_shift", {"region": "North"})]
    only = explanation.segments.iloc[0]
    assert only["dates"] == ["2025-09-08", "2025-09-19"]
    assert only["driver"] == "events"
    assert only["low"] <= revenue(left) - revenue(shop) <= only["high"] < 0


def test_an_event_of_the_calendar_that_changed_nothing_is_not_named(shop):
    assert named(explained(shop, calendar=known_event("2025-09-08", "2025-09-19"))) == [("normal_variation", {})]


@pytest.mark.parametrize(
    ("code", "column", "change"),
    [
        ("price_change", "list_price", lambda value: value * 1.15),
        ("aov_change", "quantity", lambda value: value + 1),
        ("discount_change", "discount_rate", lambda value: value + 0.1),
        ("returns_change", "is_returned", lambda value: value | (np.arange(len(value)) % 8 == 0)),
    ],
)
def test_a_factor_of_a_line_is_named_where_it_moved(shop, code, column, change):
    moved = held(shop, category="toys")
    changed = shop.assign(**{column: shop[column].mask(moved, change(shop[column]))})
    explanation = explained(changed)
    assert named(explanation) == [(code, {"category": "toys"})]
    only = explanation.segments.iloc[0]
    assert only["low"] <= revenue(changed) - revenue(shop) <= only["high"]


def test_a_lost_category_is_mix_and_not_a_fall_of_orders(shop):
    explanation = explained(shop[~held(shop, category="tools")])
    assert named(explanation) == [("mix_shift", {"category": "tools"})]


@pytest.mark.parametrize("where", [{}, {"region": "East"}], ids=["all", "region"])
def test_a_double_load_is_taken_out_before_anything_is_explained(shop, where):
    twice = held(shop, "2025-09-05", "2025-09-06", **where)
    doubled = pd.concat([shop, shop[twice]], ignore_index=True)
    explanation = explained(doubled)
    assert named(explanation) == [("double_load_suspected", where)]
    data = explanation.drivers.set_index("driver").loc["data", "amount"]
    assert data == pytest.approx(revenue(shop[twice]), abs=0.02)
    assert_adds_up(explanation)


@pytest.mark.parametrize("where", [{}, {"region": "South"}], ids=["all", "region"])
def test_missing_days_are_suspected_and_what_they_took_is_data(shop, where):
    gone = held(shop, "2025-09-16", "2025-09-18", **where)
    explanation = explained(shop[~gone])
    assert named(explanation) == [("data_loss_suspected", where)]
    data = explanation.drivers.set_index("driver").loc["data"]
    assert data["low"] <= -revenue(shop[gone]) <= data["high"]
    assert_adds_up(explanation)


def test_an_outage_with_a_day_without_any_order_is_no_lost_file(shop):
    left = lose(shop, 0.9, "2025-09-10", "2025-09-13", region="East")
    left = left[~held(left, "2025-09-11", "2025-09-11", region="East")]
    assert named(explained(left)) == [("outage", {"region": "East"})]


@pytest.mark.parametrize("factor", [100.0, 0.01, 83.0])
def test_a_change_of_unit_is_suspected_and_undone(shop, factor):
    moved = held(shop, "2025-09-20", "2025-09-30", category="food")
    changed = shop.assign(list_price=shop["list_price"].mask(moved, shop["list_price"] * factor))
    explanation = explained(changed)
    assert named(explanation) == [("unit_change_suspected", {"category": "food"})]
    data = explanation.drivers.set_index("driver").loc["data", "amount"]
    assert data == pytest.approx(revenue(changed) - revenue(shop), rel=0.1)
    assert_adds_up(explanation)


def test_two_causes_that_cancel_out_are_both_named(shop):
    left = lose(shop, 0.4, region="South", channel="web")
    dearer = left.assign(list_price=left["list_price"].mask(held(left, category="books"), left["list_price"] * 1.2))
    codes = {("volume_change", "South"), ("price_change", "books")}
    told = {(code, where.get("region", where.get("category"))) for code, where in named(explained(dearer))}
    assert told == codes


def test_without_history_no_cause_is_named_and_the_verdict_says_why(shop):
    lines = lose(shop, 0.5, region="South")
    explanation = explain(
        lines[lines["order_date"] >= "2025-08-01"], period="2025-09", baseline="2025-08", dimensions=DIMENSIONS
    )
    assert named(explanation) == [("normal_variation", {})]
    assert "no cause was looked for" in explanation.verdicts["evidence"].iloc[-1]
    assert_adds_up(explanation)


def test_the_order_of_lines_changes_nothing(shop):
    left = lose(shop, 0.35, region="South")
    shuffled = explained(left.sample(frac=1.0, random_state=3))
    as_drawn = explained(left)
    pd.testing.assert_frame_equal(as_drawn.drivers, shuffled.drivers, atol=0.02)
    pd.testing.assert_frame_equal(as_drawn.segments, shuffled.segments, atol=0.02)


def test_a_pair_of_dates_is_a_period(shop):
    given = explained(shop, period=("2025-09-01", "2025-09-30"), baseline=tuple(map(pd.Timestamp, AUGUST)))
    assert given.to_dict() == explained(shop).to_dict()


def test_what_is_wrong_is_told_all_at_once(shop):
    wrong = shop.assign(list_price=shop["list_price"].where(shop.index > 2), discount_rate=5.0)
    with pytest.raises(InputError) as problems:
        explained(wrong)
    assert "list_price has 3 values that are not finite numbers" in str(problems.value)
    assert "discount_rate" in str(problems.value)
    assert "share, .15 for 15%" in str(problems.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"period": "2025-08-20:2025-09-10"}, "days in common"),
        ({"period": "2026-01"}, "no day of the period 2026-01"),
        ({"dimensions": ["country"]}, "lacks country"),
        ({"dimensions": ["region", "region"]}, "named twice"),
        ({"dimensions": ["quantity"]}, "is a column of the lines"),
        ({"calendar": pd.DataFrame({"day": []})}, "calendar lacks date, event"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(shop, options, said):
    with pytest.raises(InputError, match=said):
        explained(shop, **options)


def test_a_period_that_is_none_is_wrong_use(shop):
    with pytest.raises(UsageError):
        explained(shop, period="September")


def test_a_period_of_returns_alone_is_no_period_of_sales(shop):
    with pytest.raises(InputError, match="period 2025-09 only take back what was sold before"):
        explained(shop.assign(quantity=shop["quantity"].mask(held(shop), -1)))


def test_a_month_without_an_order_in_history_was_closed_and_says_nothing(shop):
    closed = held(shop, "2025-04-01", "2025-05-15")
    assert named(explained(shop[~closed])) == [("normal_variation", {})]
    assert named(explained(lose(shop[~closed], 0.35, region="South"))) == [("volume_change", {"region": "South"})]


def test_prices_of_nothing_stop_no_answer(shop):
    given_away = held(shop, "2025-09-10", "2025-09-12")
    explanation = explained(shop.assign(list_price=shop["list_price"].mask(given_away, 0.0)))
    assert_adds_up(explanation)


def test_two_currencies_need_rates(shop):
    with pytest.raises(InputError, match="INR, USD without fx_rate"):
        explained(shop.assign(currency=np.where(shop["region"] == "East", "USD", "INR")))


def test_odd_dimensions_have_defined_answers(shop):
    odd = shop.assign(
        constant="x", basket=shop["order_id"].astype(str), region=shop["region"].where(shop["region"] != "East")
    )
    explanation = explained(odd, dimensions=["region", "constant", "basket"])
    assert named(explanation) == [("normal_variation", {})]
    notes = " ".join(explanation.method["notes"])
    assert "constant has one value only" in notes
    assert "values of basket are too rare" in notes


def test_a_dimension_of_a_hundred_thousand_values_is_noted_and_hides_no_other_cause():
    lines = shop_lines(orders_a_day=240)
    lines = lines.assign(basket=np.arange(len(lines)).astype(str))
    assert lines["basket"].nunique() > 100_000
    explanation = explained(lose(lines, 0.25, region="East"), dimensions=["region", "basket"])
    assert named(explanation) == [("volume_change", {"region": "East"})]
    assert any(note.endswith("values of basket are too rare to be looked at") for note in explanation.method["notes"])
    assert_adds_up(explanation)


def test_missing_values_of_a_dimension_are_a_value(shop):
    unknown = lose(shop.assign(region=shop["region"].where(shop["region"] != "East")), 0.0)
    gone = np.random.default_rng(1).random(len(unknown)) < 0.5
    left = unknown[~(held(unknown) & unknown["region"].isna() & gone)]
    assert ("volume_change", {"region": "Not Available"}) in named(explained(left))


def test_negative_quantities_take_back_and_sell_nothing(shop):
    credit = shop[held(shop)].head(50).assign(quantity=-1, order_id=10**6 + np.arange(50))
    explanation = explained(pd.concat([shop, credit], ignore_index=True))
    assert named(explanation) == [("normal_variation", {})]
    assert explanation.total["period"] == pytest.approx(revenue(shop[held(shop)]) + revenue(credit), abs=0.01)
    assert_adds_up(explanation)


def test_one_day_against_another_is_answered(shop):
    explanation = explained(shop, period="2025-09-09", baseline="2025-09-02")
    assert_adds_up(explanation)


def in_a_rhythm_of_promotions(lines):
    """A tenth off for a share of the lines that comes and goes by week, from next to none to most of them."""
    generator = np.random.default_rng(5)
    week = (lines["order_date"] - lines["order_date"].min()).dt.days // 7
    share = generator.choice([0.02, 0.2, 0.45, 0.7], week.max() + 1)[week]
    return lines.assign(discount_rate=np.where(generator.random(len(lines)) < share, 0.1, 0.0))


def test_a_small_discount_on_every_line_is_named_where_promotions_come_and_go(shop):
    lively = in_a_rhythm_of_promotions(shop)
    given = lively["discount_rate"].mask(held(shop, category="books"), lively["discount_rate"] + 0.02)
    changed = lively.assign(discount_rate=given)
    assert named(explained(lively)) == [("normal_variation", {})]
    explanation = explained(changed)
    assert named(explanation) == [("discount_change", {"category": "books"})]
    only = explanation.segments.iloc[0]
    assert only["low"] <= revenue(changed) - revenue(lively) <= only["high"]


def test_lines_of_no_unit_are_lines_still(shop):
    emptied = held(shop, region="North") & (np.arange(len(shop)) % 5 == 0)
    left = shop.assign(quantity=shop["quantity"].mask(emptied, 0))
    assert named(explained(left)) == [("aov_change", {"region": "North"})]
