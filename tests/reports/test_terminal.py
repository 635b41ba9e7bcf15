from io import StringIO

from rich.console import Console

from reports.terminal import bridge_table


def lines_of(table, width=100):
    text = StringIO()
    Console(width=width, file=text).print(table)
    return text.getvalue().splitlines()


def line_of(lines, start):
    return next(line for line in lines if line.strip("│ ").startswith(start))


def test_every_driver_has_a_line_in_order(atoz):
    lines = lines_of(bridge_table(atoz.bridge))
    labels = [
        "Baseline",
        "Days in the period",
        "Weekday mix",
        "Customers",
        "Returns",
        "Period",
        "Volume",
        "Order value",
    ]
    places = [lines.index(line_of(lines, label)) for label in labels]
    assert places == sorted(places)


def test_amounts_intervals_and_certainty_are_shown(atoz):
    lines = lines_of(bridge_table(atoz.bridge))
    assert "INR 613.2M" in line_of(lines, "Baseline")
    customers = line_of(lines, "Customers")
    assert "\N{MINUS SIGN}15.6M" in customers
    assert "\N{MINUS SIGN}21.0M to \N{MINUS SIGN}10.2M" in customers
    assert "not distinguishable from normal variation" in line_of(lines, "Weekday mix")


def test_a_title_is_printed_above(atoz):
    assert "September against August" in lines_of(bridge_table(atoz.bridge, "September against August"))[0]


def test_no_bridge_is_a_table_without_rows(bare):
    assert bridge_table(bare.bridge).row_count == 0
