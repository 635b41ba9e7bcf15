"""The pages over a small warehouse: their numbers are those of its tables."""

import pandas as pd
import pytest

from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from reports.customers import by_channel_and_month, by_country, by_region, by_region_as_published, concentration, lorenz
from reports.numbers import MINUS, short
from reports.pages import pages
from reports.pages.dips import dips
from reports.yesterday import against_weekday, by_coupon, by_promotion, forecast_of
from tests.reports.test_sentences import sentences_of, states
from tests.reports.warehouse import LAST, make_fact


@pytest.fixture(scope="module")
def found(reading):
    return {page.name: page for page in pages(reading)}


@pytest.fixture(scope="module")
def fact():
    return make_fact()


def text_of(page):
    return " ".join(sentence.text for sentence in sentences_of(page))


def test_every_value_is_stated_as_it_is(found):
    for page in found.values():
        for sentence in sentences_of(page):
            for value in sentence.values.values():
                assert value.shown in sentence.text
                assert states(value), sentence.text


def test_every_page_says_something_first(found):
    assert all(page.lead and page.title for page in found.values())


def test_revenue_per_customer_is_the_mean_over_customers(snapshot, question, fact):
    rows = by_channel_and_month(snapshot, "net_revenue", question.period).set_index("name")
    known = fact[fact["customer_id"].notna() & (fact["transaction_date"] >= "2025-09-01")]
    spent = known.groupby(["channel", "customer_id"])["net_revenue"].sum()
    for channel, by_customer in spent.groupby("channel"):
        half = 1.959964 * by_customer.std() / len(by_customer) ** 0.5
        assert rows.loc[channel, "mean"] == pytest.approx(by_customer.mean())
        assert rows.loc[channel, "high"] == pytest.approx(by_customer.mean() + half)


def test_countries_count_customers_once(snapshot, question, fact):
    rows = by_country(snapshot, "net_revenue", question.period).set_index("name")
    known = fact[fact["customer_id"].notna()]
    assert rows["registered"].to_dict() == known.groupby("country")["customer_id"].nunique().to_dict()
    september = known[known["transaction_date"] >= "2025-09-01"]
    assert rows["customers"].to_dict() == september.groupby("country")["customer_id"].nunique().to_dict()


def test_regions_of_one_name_are_kept_apart_and_the_published_figure_mixes_them(snapshot, question):
    assert len(by_region(snapshot, "net_revenue", question.period)) == 4
    published = by_region_as_published(snapshot, question.period).set_index("name")
    assert published.loc["West", ["countries", "currencies"]].tolist() == [2, 2]
    assert published.loc["South", ["countries", "currencies"]].tolist() == [1, 1]


def test_concentration_is_that_of_an_obvious_loop():
    shared = lorenz(pd.Series([1.0, 1.0, 2.0, 6.0]).to_numpy())
    assert shared.shares[50] == pytest.approx(0.2)
    assert shared.top(25) == pytest.approx(0.6)
    pairs = [abs(one - other) for one in (1, 1, 2, 6) for other in (1, 1, 2, 6)]
    assert shared.gini == pytest.approx(sum(pairs) / (2 * 4 * 4 * 2.5))
    assert shared.herfindahl == pytest.approx((1 + 1 + 4 + 36) / 100)


def test_equal_customers_have_no_concentration():
    shared = lorenz(pd.Series([5.0] * 8).to_numpy())
    assert (shared.gini, shared.herfindahl) == (pytest.approx(0), pytest.approx(1 / 8))


def test_a_period_without_known_customers_has_no_concentration(snapshot, question):
    assert concentration(snapshot, "net_revenue", question.period.following) is None


@pytest.mark.parametrize("dimension", ["channel", "country", "category"])
def test_yesterday_is_compared_with_the_same_weekdays(snapshot, fact, dimension):
    rows = against_weekday(snapshot, dimension, LAST).set_index("name")
    by_day = fact.groupby(["transaction_date", dimension])["net_revenue"].sum()
    last = pd.Timestamp(LAST)
    for name in rows.index:
        before = [by_day.get((last - pd.Timedelta(weeks=weeks), name), 0.0) for weeks in (1, 2, 3, 4)]
        assert rows.loc[name, "day"] == pytest.approx(by_day.get((last, name), 0.0))
        assert rows.loc[name, "week_before"] == pytest.approx(before[0])
        assert rows.loc[name, "usual"] == pytest.approx(sum(before) / 4)


def test_coupons_of_yesterday_add_up_to_the_day(snapshot, fact):
    rows = by_coupon(snapshot, LAST)
    assert set(rows["name"]) == {"save10", "without coupon"}
    assert rows["day"].sum() == pytest.approx(fact[fact["transaction_date"] == str(LAST)]["net_revenue"].sum())


def test_a_promotion_is_held_against_what_it_covers(snapshot, fact):
    rows = by_promotion(snapshot, LAST).set_index("where")
    toys = fact[(fact["category"] == "Toys") & (fact["country"] == "India")]
    assert set(rows.index) == {"Toys, India", "every country"}
    for where, lines in {"Toys, India": toys, "every country": fact}.items():
        by_day = lines.groupby("transaction_date")["net_revenue"].sum()
        before = [by_day.get(pd.Timestamp(LAST) - pd.Timedelta(weeks=weeks), 0.0) for weeks in (1, 2, 3, 4)]
        assert rows.loc[where, "day"] == pytest.approx(by_day.get(pd.Timestamp(LAST), 0.0))
        assert rows.loc[where, "usual"] == pytest.approx(sum(before) / 4)


def test_a_dip_has_the_bridge_from_the_month_before(found, reading):
    (chart,) = next(section for section in found["dip-1"].sections if section.name == "bridge").charts
    assert (chart.table.rows[0][0].text, chart.table.rows[-4][0].text) == ("August 2025", "September 2025")
    assert chart.table.rows[-4][1].text == short(reading.bridge.period, reading.bridge.unit)


def test_a_forecast_that_had_seen_the_day_is_no_forecast_of_it(snapshot):
    assert forecast_of(snapshot, LAST) is None
    assert forecast_of(snapshot, pd.Timestamp("2025-10-05").date()).mean == 4500.0


def test_what_the_pilot_claimed_is_judged(found):
    page = found["claims"]
    assert "Of 1 published claim, 0 hold, 1 does not and 0 cannot be told." in text_of(page)
    assert page.sections[0].verdict == "broken"
    assert "Does not hold, which is news: 40% (95%: 30% to 50%)." in text_of(page)


def test_every_dip_has_a_page_that_the_list_leads_to(found, reading):
    assert len(dips(reading)) == 1
    links = [row[0].link for section in found["why"].sections for table in section.tables for row in table.rows]
    assert "dip-1.html" in links
    assert f"INR {MINUS}50.0K (95% interval INR {MINUS}60.0K to {MINUS}40.0K)" in text_of(found["dip-1"])


def test_the_forecast_says_why_it_changed_and_what_if(found):
    text = text_of(found["forecast"])
    assert "October 2025 is expected to bring INR 140K of net revenue (80% interval INR 130K to 150K)" in text
    assert "this one expects INR 140K: INR +6,200." in text
    assert "The level of orders (total) drifted below its forecast, by 1.5 of its" in text
    assert "It sets promotion to 1 on 5 to 9 October 2025." in text_of(found["scenario-1"])
    assert "Over these days it expects INR 140K, the baseline INR 136K: INR +3,100." in text_of(found["scenario-1"])


def test_the_storage_and_the_time_are_told(found):
    text = text_of(found["cost"])
    assert "The last run took 4.0 seconds for 2 steps, 6.0 seconds of CPU time, and 0.50 GB of memory at most." in text


def test_the_fact_is_only_read(snapshot):
    counted = "select count(*) as rows from gld_fact_order_items"
    assert snapshot.query(counted, [GLD_FACT_ORDER_ITEMS])["rows"].iloc[0] == len(make_fact())


def test_causes_are_named_with_place_days_and_interval(found):
    told = "Outage, South, Mobile, 16 to 19 September 2025: took INR 2,100 (95% interval"
    assert told in text_of(found["why"])
    assert told in text_of(found["index"])
    assert "Normal variation: The rest is noise." in text_of(found["why"])


def test_recommendations_say_what_they_rest_on_as_the_other_pages_do(found):
    text = text_of(found["recommendations"])
    interval = "took INR 2,100 (95% interval INR 1,200 to 3,000)"
    assert "3 findings call for somebody to act" in text
    assert f"Outage, South, Mobile, 16 to 19 September 2025: {interval}." in text
    assert f"Returns {interval} in September 2025." in text
