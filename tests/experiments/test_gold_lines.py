from datetime import date
from decimal import Decimal

import pytest

from etl.periods import parse_period
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from experiments.gold_lines import gold_lines
from models.attribution import explain
from tests.etl.refining import literal

pytestmark = pytest.mark.embedded
PLACES = ["country", "region", "channel", "category"]


def line(order, day, quantity, net_revenue, *, is_return_line=False):
    listed = Decimal(0) if is_return_line else Decimal(10 * quantity)
    return {
        "transaction_id": order, "seq_no": 1, "customer_id": f"C{order}", "transaction_date": day,
        "quantity": quantity, "unit_price": Decimal(10), "unit_price_currency": "GBP", "discount_percent": Decimal(0),
        "fx_rate": Decimal(1), "is_return_line": is_return_line, "is_returned": is_return_line or not net_revenue,
        "net_revenue": Decimal(net_revenue), "list_amount": listed, "discounted_amount": listed,
        **dict.fromkeys(PLACES, "Not Available"),
    }  # fmt: skip


def test_lines_of_every_kind_come_to_the_facts_revenue(session):
    fact = [
        line("1", date(2025, 8, 1), 3, 30),
        line("2", date(2025, 8, 2), 4, 20),  # two of four came back
        line("3", date(2025, 9, 1), 5, 50),
        line("4", date(2025, 9, 2), 2, 0),  # all of it came back
        line("C1", date(2025, 9, 3), -2, -20, is_return_line=True),
    ]
    rows = literal(session, GLD_FACT_ORDER_ITEMS, fact)
    lines = gold_lines(rows, date(2025, 8, 1), date(2025, 9, 30), "net_revenue", PLACES)
    found = explain(lines, period=parse_period("2025-09"), baseline=parse_period("2025-08"), dimensions=[])
    assert found.total == {"baseline": 50.0, "period": 30.0, "change": -20.0}
