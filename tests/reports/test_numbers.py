import pytest

from reports import numbers
from reports.numbers import Unit

INR, ORDERS = Unit("INR"), Unit("orders")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (621_676_303, "INR 621.7M"),
        (46_772_497, "INR 46.8M"),
        (2_100_000, "INR 2.10M"),
        (1_234_000_000, "INR 1.23B"),
        (999_600, "INR 1.00M"),
        (600_000, "INR 600K"),
        (17_912, "INR 17.9K"),
        (3_412.4, "INR 3,412"),
        (12.34, "INR 12.3"),
        (0.4, "INR 0.40"),
        (0.001, "INR 0"),
        (0, "INR 0"),
        (-19_600_000, "INR \N{MINUS SIGN}19.6M"),
    ],
)
def test_amounts_of_money_are_rounded_to_what_a_reader_needs(value, text):
    assert numbers.amount(value, INR) == text


@pytest.mark.parametrize(("value", "text"), [(176_291, "176,291 orders"), (1, "1 order"), (2_300_000, "2.30M orders")])
def test_counts_keep_their_thousands_and_grammatical_number(value, text):
    assert numbers.amount(value, ORDERS) == text


def test_signs_are_explicit_and_nothing_has_none():
    texts = [numbers.signed_short(value, INR) for value in (3.4e6, -3.4e6, 0.0, 0.0001, -0.0001)]
    assert texts == ["+3.40M", "\N{MINUS SIGN}3.40M", "0", "0", "0"]


def test_a_number_beside_a_larger_one_takes_its_scale():
    assert numbers.signed_short(400_000, INR, among=613e6) == "+0.40M"
    assert numbers.signed_short(-400, INR, among=613e6) == "0.00M"


def test_an_interval_has_one_unit_and_is_signed_where_it_reaches_below_zero():
    assert numbers.interval(600_000, 3_600_000, INR) == "INR 0.60M to 3.60M"
    assert numbers.interval(-2_100_000, 2_900_000, INR) == "INR \N{MINUS SIGN}2.10M to +2.90M"
    assert numbers.interval(1200, 1500, ORDERS) == "1,200 to 1,500 orders"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0753, "7.5%"), (0.42, "42%"), (0.9962, "99.6%"), (1.0, "100%"), (0.9999, "more than 99.9%"), (0.0, "0.0%"),
     (0.0002, "less than 0.1%"), (-0.31, "\N{MINUS SIGN}31%"), (12.5, "1,250%")],
)  # fmt: skip
def test_percentages_never_round_to_all_or_nothing(share, text):
    assert numbers.percent(share) == text


def test_relative_changes_are_signed():
    assert [numbers.signed_percent(share) for share in (0.076, -0.005, 0.0, 0.4)] == [
        "+7.6%",
        "\N{MINUS SIGN}0.5%",
        "0.0%",
        "+40%",
    ]


def test_things_are_counted_in_the_right_number():
    assert [numbers.count(number, "file") for number in (0, 1, 1204)] == ["0 files", "1 file", "1,204 files"]


def test_a_share_of_nothing_is_unknown():
    assert numbers.ratio(1.0, 0.0) is None
