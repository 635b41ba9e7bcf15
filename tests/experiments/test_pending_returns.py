"""Returns that have not come back yet: the newest month only seems to lose less to them."""

from datetime import date, timedelta

import pytest

from etl.periods import Period
from etl.source import load_source
from experiments.attribution import explain
from reports.question import Question
from tests.etl.refining import refine, write_landing

pytestmark = pytest.mark.embedded

FIRST = date(2025, 5, 5)
DAYS = 140
LATER = 25  # days until a line comes back
ORDERS = 10


def bought(day, number):
    when = FIRST + timedelta(days=day)
    return f"{when},{when} 10:00:00,C{number},O{day}-{number},1,P1,1,INR,{100 + number}.00,0,5.00,web,"


def test_what_is_still_to_come_back_is_said_and_makes_returns_uncertain(lakehouse, tmp_path):
    orders = [bought(day, number) for day in range(DAYS) for number in range(ORDERS)]
    back = [
        f"{FIRST + timedelta(days=day + LATER)} 10:00:00,O{day}-{day % ORDERS},1,1,too small"
        for day in range(DAYS - LATER)
    ]
    refine(lakehouse, load_source("atoz"), write_landing(tmp_path / "landing", order_items=orders, returns=back))
    last = FIRST + timedelta(days=DAYS - 1)
    baseline, period = (Period(last - timedelta(days=end + 27), last - timedelta(days=end)) for end in (28, 0))
    answer = explain(lakehouse, Question("net_revenue", baseline, period), tags={}).to_dict()
    returns = next(row for row in answer["drivers"] if row["driver"] == "returns")
    assert returns["amount"] > 0
    assert not returns["distinguishable"]
    assert returns["low"] < 0
    assert any("is still to come back" in note for note in answer["method"]["notes"])
