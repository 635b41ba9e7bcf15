"""A dimension of a source's own, from the files to the bridge."""

from datetime import date, timedelta

import pytest

from etl.periods import Period
from etl.schemas.results import GLD_REVENUE_BRIDGE
from etl.source import load_source
from experiments.attribution import Question, explain, published_bridge
from experiments.showing import show_table
from tests.etl.refining import refine, write_landing

pytestmark = pytest.mark.embedded

FIRST = date(2025, 8, 4)


def line(day, number, customer, quantity):
    when = FIRST + timedelta(days=day)
    return f"{when},{when} 10:00:00,{customer},O{day}-{number},1,P1,{quantity},INR,100.00,0,0,Website,"


def test_explain_divides_the_change_over_it_and_gold_shows_it(lakehouse, tmp_path):
    source = load_source("atoz").model_copy(update={"dimensions": {"store": "concat('S', substr(customer_id, 2))"}})
    # in the second week store S1 sells five times as much, S2 as before
    lines = [line(day, c, f"C{c}", 5 if c == 1 and day >= 7 else 1) for day in range(14) for c in (1, 2)]
    refine(lakehouse, source, write_landing(tmp_path / "landing", order_items=lines))
    weeks = [Period(FIRST + timedelta(days=n), FIRST + timedelta(days=n + 6)) for n in (0, 7)]
    question = Question("net_revenue", *weeks)
    explain(lakehouse, question, tags={})
    cells = lakehouse.read(GLD_REVENUE_BRIDGE).where("scope = 'cell'").toPandas()
    assert cells.groupby("store")["amount"].sum().astype(float).to_dict() == {"S1": 2800.0, "S2": 0.0}
    assert published_bridge(lakehouse, question)["amount"].iloc[0] == 1400
    shown = show_table(lakehouse, "gld_daily_cells", 3).document
    assert shown["key"][-1] == "store"
    assert {row["store"] for row in shown["rows"]} <= {"S1", "S2"}
