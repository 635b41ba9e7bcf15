from dataclasses import replace

import pandas as pd
import pytest

from reports.narrative.outlook import outlook_sentences
from reports.outlook import forecast_months, next_whole_month
from reports.sections import outlook
from tests.reports.atoz_data import forecast


def test_the_next_month_is_the_sum_of_its_expected_days(atoz):
    told = outlook_sentences(atoz)[0]
    rows = atoz.forecast[atoz.forecast["date"].between("2025-11-01", "2025-11-30")]
    means = rows.groupby("measure")["mean"].sum()
    assert told.text.startswith("November 2025 is expected to bring INR ")
    assert told.values["total"].number == pytest.approx(means["net_revenue"])
    assert told.values["orders.orders"].number == pytest.approx(means["orders"])


def test_days_already_known_are_part_of_the_month(atoz):
    cut = replace(atoz, orders=atoz.orders[atoz.orders["date"] <= "2025-10-20"], forecast=forecast("2025-10-20"))
    october = next_whole_month(cut, "net_revenue")
    known = cut.orders[cut.orders["date"] >= "2025-10-01"]["net_revenue"].sum()
    assert (october.days_known, october.days_expected) == (20, 11)
    assert october.known == pytest.approx(known)
    assert ", of which INR " in outlook_sentences(cut)[0].text


def test_a_month_that_is_not_covered_is_not_called_whole(atoz):
    cut = replace(atoz, forecast=atoz.forecast[atoz.forecast["date"] <= "2025-11-20"])
    assert not any(month.is_whole for month in forecast_months(cut, "net_revenue"))
    assert outlook_sentences(cut)[0].text == "The forecast does not cover a whole month."


def test_intervals_are_given_by_day_and_never_added_up(atoz):
    told = outlook_sentences(atoz)[1]
    days = atoz.forecast[atoz.forecast["measure"] == "net_revenue"]
    assert told.values["first.ends.low"].number == days["q10"].iloc[0]
    assert told.values["last.ends.high"].number == days["q90"].iloc[-1]
    assert "do not add up" in told.text
    assert [header for header in outlook.section(atoz).tables[0].headers if "%" in header] == []


def test_the_backtest_is_told_in_plain_words(atoz):
    told = " ".join(sentence.text for sentence in outlook_sentences(atoz))
    assert "In a backtest from 6 past dates, Panel missed 6.0% of daily revenue on average, 1 to 7 days ahead" in told
    assert "repeating the last season missed 11%" in told
    assert (
        "The 80% interval held 79% of days 1 to 7 ahead and 79% of days 8 to 61 ahead, close to the 80% it promises."
        in told
    )


@pytest.mark.parametrize(
    ("coverage", "meaning"),
    [(0.6, "so its bands are too narrow."), (0.95, "so its bands are wider than they need be.")],
)
def test_bands_that_promise_too_much_or_too_little_are_said_to(atoz, coverage, meaning):
    data = replace(atoz, accuracy=atoz.accuracy.assign(coverage_80=coverage))
    assert outlook_sentences(data)[-1].text.endswith(meaning)


def test_no_forecast_is_said_to_be_none(wholesaler):
    section = outlook.section(wholesaler)
    assert [sentence.text for sentence in section.sentences] == [
        "There is no forecast in Gold yet, so this report says nothing about the days ahead."
    ]
    assert section.tables == ()


def test_a_forecast_without_a_backtest_is_said_to_have_none(atoz):
    data = replace(atoz, accuracy=atoz.accuracy.iloc[:0])
    assert outlook_sentences(data)[-1].text == "Gold holds no backtest of Panel, the model of this forecast."


def test_a_forecast_of_orders_alone_breaks_nothing(atoz):
    orders = replace(atoz, forecast=atoz.forecast[atoz.forecast["measure"] == "orders"])
    assert outlook_sentences(orders)[0].text == "The forecast does not cover a whole month."
    assert pd.notna(next_whole_month(orders, "orders").total)


def test_what_is_known_of_a_month_has_columns_only_where_a_month_has_begun(atoz):
    assert outlook.section(atoz).tables[0].headers == ("Month", "Expected", "Orders")
    earlier = {name: atoz.forecast[name] - pd.Timedelta(days=10) for name in ("as_of", "date")}
    begun = replace(atoz, forecast=atoz.forecast.assign(**earlier))
    assert outlook.section(begun).tables[0].headers == ("Month", "Known", "Expected", "Together", "Orders")
