from dataclasses import replace

import pytest

from etl.periods import Period, month_of
from reports.bridge import read_bridge
from reports.marks import Mark, marks, special_days
from reports.narrative.calendar import calendar_sentences, what_followed
from reports.sections import calendar
from tests.reports.atoz_data import AUGUST, SEPTEMBER


def test_the_length_is_told_with_its_share_of_the_fall(atoz):
    bridge = read_bridge(atoz.bridge)
    length = calendar_sentences(atoz, bridge)[0]
    assert length.text == (
        "September 2025 has 30 days and August 2025 31 days: the shorter month alone took INR 19.4M, 42% of the fall."
    )
    assert length.values["share.share"].number == pytest.approx(-19.4e6 / bridge.change)


def test_equal_lengths_change_nothing(quiet):
    first = calendar_sentences(quiet, read_bridge(quiet.bridge))[0]
    assert first.text == "August 2025 has 31 days and July 2025 31 days: the length changed nothing."


def test_the_calendar_adds_up_and_says_that_its_intervals_do_not(atoz):
    total = calendar_sentences(atoz, read_bridge(atoz.bridge))[-1]
    lines = atoz.bridge[atoz.bridge["stage"] == "calendar"]["amount"]
    assert total.values["amount"].number == pytest.approx(lines.sum())
    assert "intervals do not add up" in total.text


def test_what_followed_is_evidence_and_not_proof(atoz):
    bridge = read_bridge(atoz.bridge)
    later = what_followed(atoz, bridge)
    october = atoz.orders[atoz.orders["date"] >= "2025-10-01"]["net_revenue"].sum()
    assert later.values["amount"].number == pytest.approx(october)
    assert later.values["on_period"].number == pytest.approx(october / bridge.period - 1)
    assert later.values["verdict.back"].number == pytest.approx((october - bridge.period) / -bridge.change)
    assert later.text.endswith("It made good 94% of the fall; one later period does not prove that it was temporary.")


def test_nothing_is_said_to_recover_where_nothing_moved(quiet):
    assert what_followed(quiet, read_bridge(quiet.bridge)).text.endswith("on July 2025.")


def test_a_fall_that_went_on_is_not_said_to_be_made_good(atoz):
    halved = atoz.orders["net_revenue"].where(atoz.orders["date"] < "2025-10-01", atoz.orders["net_revenue"] / 2)
    later = what_followed(replace(atoz, orders=atoz.orders.assign(net_revenue=halved)), read_bridge(atoz.bridge))
    assert later.text.endswith("The fall was not made good in it.")


def test_an_unfinished_later_month_is_not_spoken_of(atoz):
    cut = replace(atoz, orders=atoz.orders[atoz.orders["date"] <= "2025-10-30"])
    assert what_followed(cut, read_bridge(atoz.bridge)) is None


def test_the_section_names_the_festivals_of_the_largest_country(atoz):
    texts = [sentence.text for sentence in calendar.section(atoz, read_bridge(atoz.bridge)).sentences]
    assert (
        "Festivals and public holidays in India. August 2025: Independence Day (15 Aug); "
        "September 2025: Pitru Paksha (7 Sep to 21 Sep)."
    ) in texts


def test_a_holiday_within_a_festival_is_not_marked_twice(atoz):
    found = marks(atoz.calendar, "India", Period(AUGUST.first, month_of(SEPTEMBER.following.first).last))
    assert [(mark.name, mark.days) for mark in found] == [
        ("Independence Day", "15 Aug"),
        ("Pitru Paksha", "7 Sep to 21 Sep"),
        ("Diwali", "1 Oct to 20 Oct"),
    ]


def test_a_country_without_a_calendar_has_no_marks(atoz, bare):
    assert marks(atoz.calendar, "Atlantis", SEPTEMBER) == []
    assert marks(bare.calendar, "India", SEPTEMBER) == []


def test_special_days_are_named_by_date(atoz):
    days = special_days(atoz.calendar, "India")
    assert days["2025-09-07"] == "Pitru Paksha"
    assert days["2025-08-15"] == "Independence Day"
    assert "2025-08-20" not in days.index


def test_a_mark_of_one_day_has_one_date():
    assert Mark("holiday", "Gandhi Jayanti", SEPTEMBER.first, SEPTEMBER.first).days == "1 Sep"
