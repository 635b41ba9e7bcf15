import numpy as np
import pandas as pd

from etl.periods import parse_period
from models.attribution.faults.doubles import without_doubles
from models.attribution.lines import read_lines
from models.attribution.periods import Comparison

DAYS = pd.date_range("2025-08-01", "2025-09-30")
AUGUST_TO_SEPTEMBER = Comparison(parse_period("2025-08"), parse_period("2025-09"))


def day_of(day, pairs, lines=100):
    """So many lines of one customer, whose ``pairs`` are the same but for what was bought, which is not told."""
    price = np.concatenate([np.repeat(np.arange(pairs), 2), np.arange(pairs, lines - pairs)]) + 1.0
    return pd.DataFrame(
        {"order_id": f"O{day}", "customer_id": "C1", "order_date": day, "quantity": 1, "list_price": price}
    )


def suspected(pairs):
    table = pd.concat([day_of(day, number) for day, number in zip(DAYS, pairs, strict=True)], ignore_index=True)
    lines = read_lines(table.assign(currency="EUR"), None, AUGUST_TO_SEPTEMBER, [])
    return [finding.dates for finding in without_doubles(lines)[1]]


def test_a_day_of_more_repeats_is_no_second_load_where_their_number_varies():
    usual = [20, 26, 32] * 20
    assert suspected([*usual, 38]) == []


def test_a_day_of_more_repeats_is_one_where_their_number_does_not_vary():
    assert suspected([*[26] * 60, 38]) == [(DAYS[-1].date(), DAYS[-1].date())]
