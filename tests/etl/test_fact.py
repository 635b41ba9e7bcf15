import math
import random
from datetime import date
from decimal import Decimal

import pytest

from etl.exchange import daily_rates
from etl.fact import fact_order_items
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.silver import SLV_ORDER_ITEMS
from etl.source import Source, load_source
from tests.etl.refining import literal

pytestmark = pytest.mark.embedded

DAY = date(2025, 9, 1)
LINE = {
    "order_id": "O1",
    "seq_no": 1,
    "order_date": DAY,
    "customer_id": "C1",
    "product_id": "P1",
    "channel": "Website",
    "currency": "INR",
    "quantity": 1,
    "unit_price": Decimal("100.00"),
    "discount_percent": Decimal(0),
    "tax_amount": Decimal(0),
    "is_return_line": False,
    "is_product": True,
    "order_month": DAY,
    "file_name": "f.csv",
    "line_number": 2,
}
VERSION = "valid_from date, valid_to date"
EVER, MOVED = date(1900, 1, 1), date(2025, 9, 2)
HOMES = [
    ("C1", EVER, None, "India", "West"),
    ("C2", EVER, None, None, "Other"),
    ("C3", EVER, MOVED, "India", "West"),
    ("C3", MOVED, None, "US", "South"),
]
CATEGORIES = [("P1", EVER, None, "Toys"), ("P2", EVER, DAY, "Toys"), ("P2", DAY, None, "Books")]
FX = {("USD", DAY): Decimal("88.123456"), ("AED", DAY): Decimal("24.000001")}


@pytest.fixture
def fact(session):
    """The fact of ``lines`` (each ``LINE`` but for what it says), by order and line."""

    def build(*lines, returned=None, source="atoz"):
        declared = source if isinstance(source, Source) else load_source(source)
        landed = [(day, currency, rate) for (currency, day), rate in FX.items()]
        frame = fact_order_items(
            literal(session, SLV_ORDER_ITEMS, [LINE | line for line in lines]),
            returned and session.createDataFrame(returned, "order_id string, seq_no int, returned_quantity int"),
            session.createDataFrame(HOMES, f"customer_id string, {VERSION}, home_country string, home_region string"),
            session.createDataFrame(CATEGORIES, f"product_id string, {VERSION}, category string"),
            None,
            daily_rates(
                session,
                session.createDataFrame(landed, "date date, currency string, rate decimal(12,6)"),
                declared.base_rates,
                (DAY, DAY),
            ),
            declared,
        )
        assert frame.columns == list(GLD_FACT_ORDER_ITEMS.column_names)
        rows = [row.asDict() for row in frame.collect()]
        found = {(row["transaction_id"], row["seq_no"]): row for row in rows}
        assert len(found) == len(rows)
        return found

    return build


def by_hand(line, returned):
    """A line's amounts in Python's decimals, as atoz.md states them."""
    rates = {code: Decimal(rate) for code, rate in load_source("atoz").base_rates.items()}
    base = rates[line["currency"]]
    fx = FX.get((line["currency"], DAY), base)
    quantity, price, percent, tax = (line[key] for key in ("quantity", "unit_price", "discount_percent", "tax_amount"))
    gross = quantity * price
    discount = math.ceil(gross * percent / 100)
    net = gross - discount + tax
    sold = 0 if line["is_return_line"] else quantity
    share = 1 - percent / 100
    return {
        "gross_amount": gross,
        "discount_amount": Decimal(discount),
        "net_amount": net,
        "net_amount_inr": Decimal(math.ceil(net * base)),
        "list_amount": sold * price * base,
        "discounted_amount": sold * price * share * base,
        "converted_amount": sold * price * share * fx,
        "net_revenue": (quantity - returned) * price * share * fx,
        "taxed_amount": sold * price * share * base + tax * base,
        "fx_rate": fx,
        "fx_rate_origin": "landed" if (line["currency"], DAY) in FX else "fixed",
        "returned_quantity": returned,
        "is_returned": line["is_return_line"] or returned >= quantity,
    }


def test_seven_percent_of_three_hundred_is_twenty_one(fact):
    (row,) = fact({"quantity": 3, "discount_percent": Decimal(7)}).values()
    assert (row["gross_amount"], row["discount_amount"], row["net_amount_inr"]) == (300, 21, 279)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"unit_price": Decimal("100.01"), "discount_percent": Decimal(10)}, (11, Decimal("89.01"), 90)),
        ({"unit_price": Decimal("99.99"), "tax_amount": Decimal("0.01")}, (0, 100, 100)),
        ({"currency": "USD", "unit_price": Decimal("1.00")}, (0, 1, 89)),
        ({"currency": "GBP", "unit_price": Decimal("100.00")}, (0, 100, 11798)),
        ({"currency": "AED", "unit_price": Decimal("0.01")}, (0, Decimal("0.01"), 1)),
        ({"discount_percent": Decimal(100)}, (100, 0, 0)),
        ({"unit_price": Decimal(0), "tax_amount": Decimal("-0.50")}, (0, Decimal("-0.50"), 0)),
    ],
)
def test_the_legacy_measure_is_kept_to_the_rupee(fact, line, expected):
    (row,) = fact(line).values()
    assert (row["discount_amount"], row["net_amount"], row["net_amount_inr"]) == expected


@pytest.mark.parametrize("seed", range(3))
def test_amounts_agree_with_decimals_line_by_line(fact, seed):
    chance = random.Random(seed)
    lines, returned = [], []
    for seq in range(1, 150):
        return_line = chance.random() < 0.1
        quantity = chance.choice([1, 2, 3, 17, 999, 80_995])
        line = LINE | {
            "seq_no": seq,
            "currency": chance.choice(["INR", "AED", "AUD", "CAD", "GBP", "SGD", "USD"]),
            "quantity": -quantity if return_line else quantity,
            "unit_price": Decimal(chance.randrange(0, 10 ** chance.randrange(1, 9))).scaleb(-4),
            "discount_percent": Decimal(chance.choice([0, 700, 3300, 1250, 1, 9999, 10_000])).scaleb(-2),
            "tax_amount": Decimal(chance.randrange(-50_000, 5_000_000)).scaleb(-4),
            "is_return_line": return_line,
        }
        lines.append(line)
        if not return_line and chance.random() < 0.3:
            returned.append(("O1", seq, chance.randint(1, quantity)))
    back = {seq: units for _, seq, units in returned}
    found = fact(*lines, returned=returned)
    for line in lines:
        expected = by_hand(line, back.get(line["seq_no"], 0))
        row = found["O1", line["seq_no"]]
        assert {name: row[name] for name in expected} == expected


def test_a_partial_return_takes_its_share_and_a_full_one_everything(fact):
    lines = [{"seq_no": seq, "quantity": 4, "discount_percent": Decimal(25)} for seq in (1, 2, 3)]
    found = fact(*lines, returned=[("O1", 1, 1), ("O1", 2, 4), ("O9", 1, 1)])
    assert [(row["net_revenue"], row["returned_quantity"], row["is_returned"]) for row in found.values()] == [
        (225, 1, False),
        (0, 4, True),
        (300, 0, False),
    ]
    assert {row["converted_amount"] for row in found.values()} == {300}
    assert {row["net_amount_inr"] for row in found.values()} == {300}


def test_a_return_line_sells_nothing_and_takes_its_revenue_back(fact):
    (row,) = fact({"quantity": -2, "is_return_line": True, "currency": "GBP"}, source="online_retail").values()
    assert row["is_returned"]
    assert (row["list_amount"], row["discounted_amount"], row["converted_amount"]) == (0, 0, 0)
    assert (row["net_revenue"], row["gross_amount"], row["returned_quantity"]) == (-200, -200, 0)


def priced_as_a_whole():
    """The shipped retail source, as if it stated no unit prices."""
    retail = load_source("online_retail")
    order_items = retail.tables["order_items"]
    columns = {name: text for name, text in order_items.columns.items() if name != "unit_price"}
    tables = {"order_items": order_items.model_copy(update={"columns": columns | {"line_amount": "total"}})}
    return retail.model_copy(update={"tables": tables})


def test_a_line_priced_as_a_whole_keeps_its_amount_to_the_last_decimal(fact):
    ten = {"currency": "GBP", "quantity": 3, "line_amount": Decimal(10), "unit_price": Decimal("3.3333")}
    back = {"quantity": -3, "line_amount": Decimal(-10), "is_return_line": True}
    found = fact(
        ten, ten | {"seq_no": 2}, ten | back | {"seq_no": 3}, ten | {"seq_no": 4, "discount_percent": Decimal(25)},
        returned=[("O1", 2, 1), ("O1", 4, 3)], source=priced_as_a_whole(),
    )  # fmt: skip
    assert [(row["gross_amount"], row["list_amount"], row["net_revenue"]) for _, row in sorted(found.items())] == [
        (10, 10, 10), (10, 10, Decimal("6.6667")), (-10, 0, -10), (10, 10, 0),
    ]  # fmt: skip


def test_gross_is_quantity_times_price_exactly_unless_the_source_states_whole_lines(session):
    ten = {"quantity": 3, "unit_price": Decimal("3.3333"), "gross_amount": Decimal(10)}
    off_by = {"rounding": ten, "nothing": ten | {"gross_amount": Decimal("9.9999")},
              "more": ten | {"gross_amount": Decimal("10.0001")}}  # fmt: skip

    def broken(source):
        contract = source.contract(GLD_FACT_ORDER_ITEMS)
        (invariant,) = (each for each in contract.invariants if each.name == "gross_is_quantity_times_price")
        held = literal(session, contract, list(off_by.values())).selectExpr(f"{invariant.condition} as held")
        return [name for name, row in zip(off_by, held.collect(), strict=True) if not row["held"]]

    assert broken(load_source("atoz")) == ["rounding", "more"]
    assert broken(priced_as_a_whole()) == ["more"]


def test_a_source_without_the_legacy_measure_has_none(fact):
    (row,) = fact({"currency": "GBP", "tax_amount": Decimal(5)}, source="online_retail").values()
    assert (row["net_amount_inr"], row["taxed_amount"]) == (None, None)
    assert (row["currency"], row["net_revenue"], row["net_amount"]) == ("GBP", 100, 105)


def test_charges_stay_out(fact):
    assert list(fact({"seq_no": 1}, {"seq_no": 2, "is_product": False})) == [("O1", 1)]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ({}, ("India", "West", "Toys", "Website")),
        ({"country": "Nepal"}, ("Nepal", "West", "Toys", "Website")),
        ({"customer_id": "C2"}, ("Not Available", "Other", "Toys", "Website")),
        ({"customer_id": "C9"}, ("Not Available", "Not Available", "Toys", "Website")),
        ({"customer_id": None}, ("Not Available", "Not Available", "Toys", "Website")),
        ({"product_id": "P9", "channel": None}, ("India", "West", "Not Available", "Not Available")),
        ({"customer_id": "C3"}, ("India", "West", "Toys", "Website")),
        ({"customer_id": "C3", "order_date": MOVED}, ("US", "South", "Toys", "Website")),
        ({"customer_id": "C3", "order_date": MOVED, "country": "India"}, ("India", "South", "Toys", "Website")),
        ({"product_id": "P2"}, ("India", "West", "Books", "Website")),
        ({"product_id": "P2", "order_date": date(2025, 8, 31)}, ("India", "West", "Toys", "Website")),
    ],
)
def test_a_line_has_its_orders_place_or_says_that_it_is_not_known(fact, line, place):
    (row,) = fact(line).values()
    assert (row["country"], row["region"], row["category"], row["channel"]) == place
    assert row["customer_id"] == line.get("customer_id", "C1")


def test_a_line_is_described_in_atozs_words(fact):
    (with_coupon,) = fact({"coupon_code": "diwali", "currency": "USD"}).values()
    expected = {
        "date_id": 20250901,
        "transaction_date": DAY,
        "transaction_id": "O1",
        "unit_price_currency": "USD",
        "currency": "INR",
        "coupon_code": "diwali",
        "coupon_flag": 1,
        "transaction_month": DAY,
        "file_name": "f.csv",
        "line_number": 2,
    }
    assert {name: with_coupon[name] for name in expected} == expected
    (without,) = fact({}).values()
    assert (without["coupon_code"], without["coupon_flag"]) == (None, 0)
