"""Days that never landed: from the files to the bridge, whose line for them is apart from what the business did."""

from datetime import date, timedelta

import pytest

from etl.periods import Period
from etl.schemas.results import GLD_REVENUE_BRIDGE
from etl.source import load_source
from experiments.attribution import explain, published_bridge
from reports.question import Question
from tests.etl.refining import refine, write_landing

pytestmark = pytest.mark.embedded

FIRST = date(2025, 8, 4)
WEEKS = 4
LOST = {40, 41, 42}
ORDERS = 12
MEASURES = ("net_revenue", "net_amount_inr", "units", "orders")


def line(day, number):
    when, channel = FIRST + timedelta(days=day), "web" if number % 3 else "app"
    return f"{when},{when} 10:00:00,C{number},O{day}-{number},1,P1,1,INR,{100 + number}.00,0,5.00,{channel},"


@pytest.fixture
def warehouse(lakehouse, tmp_path):
    days = [day for day in range(14 * WEEKS) if day not in LOST]
    lines = [line(day, number) for day in days for number in range(ORDERS)]
    refine(lakehouse, load_source("atoz"), write_landing(tmp_path / "landing", order_items=lines))
    return lakehouse


def test_missing_days_are_a_line_of_their_own_and_the_rest_is_as_if_they_were_there(warehouse):
    length = 7 * WEEKS
    periods = [Period(FIRST + timedelta(days=n), FIRST + timedelta(days=n + length - 1)) for n in (0, length)]
    for measure in MEASURES:
        question = Question(measure, *periods)
        answer = explain(warehouse, question, tags={}).to_dict()
        drivers, total = {row["driver"]: row["amount"] for row in answer["drivers"]}, answer["total"]
        told = [(verdict["code"], verdict["dates"]) for verdict in answer["verdicts"]]
        assert told == [("data_loss_suspected", ["2025-09-13", "2025-09-15"])]
        assert drivers["data"] == pytest.approx(total["change"], abs=0.02)
        assert drivers["data"] == pytest.approx(-total["baseline"] * len(LOST) / length, abs=0.02)
        assert sum(drivers.values()) == pytest.approx(total["change"], abs=0.001)
        published = published_bridge(warehouse, question).set_index("driver")["amount"].astype(float)
        assert (published["data"], published["period"]) == (drivers["data"], total["period"])
    cells = warehouse.read(GLD_REVENUE_BRIDGE).where("scope = 'cell'").toPandas()
    assert cells.loc[cells["measure"] != "orders", ["country", "region", "channel", "category"]].notna().all(axis=None)
