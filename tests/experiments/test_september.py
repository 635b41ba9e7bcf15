"""The dip the product was made for: what was planted in September 2025 is what the bridge finds."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from math import log

import pytest

from etl.engine import Engine, open_session
from etl.lakehouse import Lakehouse
from etl.medallion import Medallion
from etl.periods import parse_period
from etl.simulator import SimulationOptions, simulate
from etl.source import load_source
from etl.work import find_work
from experiments.attribution import explain
from reports.question import Question

pytestmark = pytest.mark.slow

SCALE = 0.05
VOLUME = {"days", "weekday_mix", "events", "orders_per_day", "customers", "orders_per_customer"}


@pytest.fixture(scope="module")
def dip(tmp_path_factory) -> Iterator[tuple[dict, dict]]:
    """The planted truth, and the bridge from August to September by the legacy measure."""
    folder = tmp_path_factory.mktemp("september")
    simulation = simulate(folder / "atoz", SimulationOptions(scale=SCALE))
    source = load_source("atoz")
    with open_session(Engine()) as session:
        lakehouse = Lakehouse(session, folder / "warehouse")
        work = find_work(source, lakehouse.warehouse, simulation.landing, date(2025, 11, 1))
        Medallion(lakehouse, source, work, datetime(2025, 11, 1, tzinfo=UTC), lambda _: None).run()
        question = Question("net_amount_inr", parse_period("2025-08"), parse_period("2025-09"))
        yield json.loads(simulation.truth.read_text()), explain(lakehouse, question, tags={}).to_dict()


def test_the_totals_are_the_published_ones(dip):
    truth, bridge = dip
    assert bridge["total"]["baseline"] == truth["months"]["2025-08"] == pytest.approx(621_676_303 * SCALE, rel=0.001)
    assert bridge["total"]["period"] == truth["months"]["2025-09"] == pytest.approx(574_903_806 * SCALE, rel=0.001)


def test_the_shorter_month_takes_its_logarithmic_mean(dip):
    _, bridge = dip
    before, after = bridge["total"]["baseline"], bridge["total"]["period"]
    days = next(driver for driver in bridge["drivers"] if driver["driver"] == "days")
    assert days["amount"] == pytest.approx((after - before) / log(after / before) * log(30 / 31), abs=0.01)
    assert days["amount"] == pytest.approx(-19.6e6 * SCALE, rel=0.03)
    assert (days["low"], days["high"]) == (None, None)


@pytest.mark.parametrize("side", ["volume", "aov"])
def test_the_planted_amount_lies_inside_the_interval(dip, side):
    truth, bridge = dip
    planted = sum(
        row["amount"] for row in truth["rows"] if row["driver"] and (row["driver"] in VOLUME) == (side == "volume")
    )
    assert bridge[side]["low"] <= planted <= bridge[side]["high"]


def test_the_planted_discount_and_fortnight_are_named(dip):
    _, bridge = dip
    found = {driver["driver"]: driver for driver in bridge["drivers"]}
    assert found["discount"]["distinguishable"]
    assert found["discount"]["amount"] < 0
    assert found["events"]["amount"] < 0


def test_the_deepened_discount_is_named_with_its_amount_and_nothing_that_was_not_planted_is(dip):
    truth, bridge = dip
    planted = {json.dumps(row["where"], sort_keys=True): row["amount"] for row in truth["rows"] if row["where"]}
    named = {json.dumps(segment["where"], sort_keys=True): segment for segment in bridge["segments"]}
    assert '{"category": "Toys"}' in named
    assert set(named) <= set(planted)
    assert all(segment["low"] <= planted[where] <= segment["high"] for where, segment in named.items())
