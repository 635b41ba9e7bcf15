import pytest

from etl.errors import InputError
from reports.bridge import Certainty, read_bridge
from reports.narrative.answer import findings
from tests.reports.atoz_data import bridge_rows

TOTALS = [("baseline", "total", 100.0, None), ("volume", "total", -10.0, (-15.0, -5.0)), ("aov", "total", 0.0, None)]
PERIOD = [("period", "total", 90.0, None)]


def certainty_of(amount, ends):
    rows = bridge_rows([*TOTALS, ("customers", "orders", amount, ends), *PERIOD])
    return read_bridge(rows).driver("customers").certainty


def test_no_rows_are_no_bridge(bare):
    assert read_bridge(bare.bridge) is None


def test_the_totals_are_read_apart_from_the_drivers(atoz):
    bridge = read_bridge(atoz.bridge)
    by_driver = atoz.bridge.set_index("driver")["amount"]
    assert (bridge.baseline, bridge.period) == (by_driver["baseline"], by_driver["period"])
    assert sum(driver.amount for driver in bridge.drivers) == pytest.approx(bridge.change)
    assert bridge.volume.amount + bridge.aov.amount == pytest.approx(bridge.change)


@pytest.mark.parametrize(
    ("amount", "ends", "certainty"),
    [
        (-10.0, (-15.0, -5.0), Certainty.DISTINGUISHABLE),
        (-10.0, (-25.0, 5.0), Certainty.UNCERTAIN),
        (0.0, (-1.0, 1.0), Certainty.UNCERTAIN),
        (-10.0, None, Certainty.EXACT),
        (0.0, None, Certainty.NOTHING),
        (0.0, (0.0, 0.0), Certainty.NOTHING),
    ],
)
def test_certainty_follows_the_interval(amount, ends, certainty):
    assert certainty_of(amount, ends) is certainty


def test_gold_has_the_last_word_on_what_is_distinguishable():
    rows = bridge_rows([*TOTALS, ("customers", "orders", -10.0, (-15.0, -5.0)), *PERIOD])
    rows["distinguishable"] = rows["distinguishable"].where(rows["driver"] != "customers", False)
    assert read_bridge(rows).driver("customers").certainty is Certainty.UNCERTAIN


def test_a_bridge_without_its_totals_says_what_to_do():
    with pytest.raises(InputError, match=r"no row 'aov'.*run `assay explain`"):
        read_bridge(bridge_rows([*TOTALS[:2], *PERIOD]))


def test_the_calendar_is_a_sum_within_volume_and_no_driver():
    rows = bridge_rows([*TOTALS, ("days", "calendar", -3.0, None), *PERIOD, ("calendar", "total", -3.0, None)])
    bridge = read_bridge(rows)
    assert [side.label for side in bridge.sums] == ["Volume", "Calendar in volume", "Order value"]
    assert [driver.name for driver in bridge.drivers] == ["days"]


def test_a_bridge_published_without_the_sum_of_the_calendar_is_still_read():
    assert [side.name for side in read_bridge(bridge_rows([*TOTALS, *PERIOD])).sums] == ["volume", "aov"]


def test_an_unknown_driver_is_still_named():
    rows = bridge_rows([*TOTALS, ("store_openings", "orders", -10.0, None), *PERIOD])
    assert read_bridge(rows).driver("store_openings").label == "Store openings"


def test_an_amount_whose_noise_is_not_known_is_not_called_exact():
    rows = bridge_rows([*TOTALS, ("customers", "orders", -10.0, None), *PERIOD])
    rows["distinguishable"] = rows["distinguishable"].where(rows["driver"] != "customers", False)
    driver = read_bridge(rows).driver("customers")
    assert driver.certainty is Certainty.UNKNOWN
    assert not driver.stands
    assert findings(read_bridge(rows))[-1].text == "Too little is known to say how much customers normally vary."
