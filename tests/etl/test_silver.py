from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from etl.quarantine import BROKEN
from etl.schemas.ops import OPS_FILES, OPS_QUARANTINE
from etl.silver import silver_table
from etl.source import load_source
from tests.etl.refining import ATOZ_LINES, judged_lines, refine, write_landing

pytestmark = pytest.mark.embedded

ATOZ, RETAIL = load_source("atoz"), load_source("online_retail")


@pytest.fixture
def judged(session):
    """The first judged row of one line."""
    return lambda name, line, source=ATOZ: judged_lines(session, source, name, [line]).collect()[0].asDict()


def order_line(**changes):
    names = ATOZ.feeds["order_items"].columns
    good = dict(zip(names, ATOZ_LINES["order_items"][0].split(","), strict=True))
    return ",".join((good | changes)[name] for name in names)


def changed(name, **changes):
    columns = ATOZ.feeds[name].columns
    good = dict(zip(columns, ATOZ_LINES[name][0].split(","), strict=True))
    return ",".join((good | changes)[column] for column in columns)


@pytest.mark.parametrize(
    ("table", "raw", "column", "expected"),
    [
        ("brands", {"brand_name": "  Acme Toys "}, "brand_name", "Acme Toys"),
        ("brands", {"brand_code": "B-ND@12"}, "brand_code", "BND12"),
        ("brands", {"brand_code": " b#1 "}, "brand_code", "b1"),
        ("brands", {"category_code": "GROCERY"}, "category_code", "GRCY"),
        ("brands", {"category_code": "BOOKS"}, "category_code", "BKS"),
        ("brands", {"category_code": "TOYS"}, "category_code", "TOY"),
        ("brands", {"category_code": "ELEC"}, "category_code", "ELEC"),
        ("category", {"category_code": " toy "}, "category_code", "TOY"),
        ("products", {"weight_grams": "1200g"}, "weight_grams", 1200),
        ("products", {"weight_grams": "1200"}, "weight_grams", 1200),
        ("products", {"weight_grams": "heavy"}, "weight_grams", None),
        ("products", {"category_code": "toy"}, "category_code", "TOY"),
        ("products", {"brand_code": "bnd12"}, "brand_code", "BND12"),
        ("products", {"material": "Coton"}, "material", "Cotton"),
        ("products", {"material": "Alumium"}, "material", "Aluminum"),
        ("products", {"material": "Ruber"}, "material", "Rubber"),
        ("products", {"material": "Steel"}, "material", "Steel"),
        ("products", {"rating_count": "-12"}, "rating_count", 12),
        ("products", {"rating_count": ""}, "rating_count", 0),
        ("products", {"length_cm": "12.5"}, "length_cm", 12.5),
        ("customers", {"phone": ""}, "phone", "Not Available"),
        ("customers", {"phone": "+911"}, "phone", "+911"),
        ("calendar", {"date": "03-08-2025"}, "date", date(2025, 8, 3)),
        ("calendar", {"day_name": "sUNDAY"}, "day_name", "Sunday"),
        ("calendar", {"day_name": "MONDAY"}, "day_name", "Monday"),
        ("calendar", {"quarter": "3"}, "quarter", "Q3-2025"),
        ("calendar", {"quarter": "Q3"}, "quarter", "Q3-2025"),
        ("calendar", {"week_of_year": "-31"}, "week", "Week31-2025"),
        ("calendar", {"week_of_year": "31"}, "week", "Week31-2025"),
        ("fx_rates", {"currency": " usd "}, "currency", "USD"),
        ("fx_rates", {"rate_to_inr": "88.1234"}, "rate", Decimal("88.123400")),
        ("promotions", {"country": ""}, "country", None),
        ("promotions", {"end_date": "2025-09-30"}, "end_date", date(2025, 9, 30)),
        ("order_items", {"quantity": "Two"}, "quantity", 2),
        ("order_items", {"quantity": " 3 "}, "quantity", 3),
        ("order_items", {"unit_price": "$12.5"}, "unit_price", Decimal("12.5000")),
        ("order_items", {"discount_pct": "7%"}, "discount_percent", Decimal("7.00")),
        ("order_items", {"tax_amount": "₹ 18.00"}, "tax_amount", Decimal("18.0000")),
        ("order_items", {"tax_amount": "#-1.5*"}, "tax_amount", Decimal("-1.5000")),
        ("order_items", {"coupon_code": "  DiWali "}, "coupon_code", "diwali"),
        ("order_items", {"coupon_code": ""}, "coupon_code", None),
        ("order_items", {"channel": "web"}, "channel", "Website"),
        ("order_items", {"channel": "app"}, "channel", "Mobile"),
        ("order_items", {"channel": "Website"}, "channel", "Website"),
        ("order_items", {"unit_price_currency": " inr "}, "currency", "INR"),
        ("order_items", {"item_seq": "7"}, "seq_no", 7),
        ("order_items", {"dt": "2025-09-03"}, "order_date", date(2025, 9, 3)),
        ("order_items", {"dt": "2025-09-30"}, "order_month", date(2025, 9, 1)),
    ],
)
def test_atozs_rules_give_the_value_that_was_meant(judged, table, raw, column, expected):
    row = judged(table, changed(table, **raw))
    assert row[column] == expected
    assert row[BROKEN] is None


def test_a_decimal_comma_is_a_dot(session):
    source = ATOZ.model_copy(
        update={"feeds": ATOZ.feeds | {"products": ATOZ.feeds["products"].model_copy(update={"delimiter": ";"})}}
    )
    line = ATOZ_LINES["products"][0].replace(",", ";").replace("1.5;2.5;3.5", "12,5;1,0;0,25")
    row = judged_lines(session, source, "products", [line]).collect()[0]
    assert (row["length_cm"], row["width_cm"], row["height_cm"]) == (12.5, 1.0, 0.25)


@pytest.mark.parametrize("stamp", ["2025-09-03 00:20:00", "03-09-2025 00:20"])
def test_both_formats_of_an_orders_time_are_the_same_instant_in_utc(session, stamp):
    rows = judged_lines(session, ATOZ, "order_items", [order_line(order_ts=stamp)]).select("order_ts", "order_date")
    (row,) = rows.toArrow().to_pylist()
    assert row["order_ts"] == datetime(2025, 9, 2, 18, 50, tzinfo=UTC)
    assert row["order_date"] == date(2025, 9, 3)


@pytest.mark.parametrize(
    ("table", "raw", "rule"),
    [
        ("brands", {"brand_code": ""}, "brand_code_unreadable"),
        ("customers", {"customer_id": ""}, "customer_id_unreadable"),
        ("calendar", {"date": "2025-08-03"}, "date_unreadable"),
        ("calendar", {"date": "31-02-2025"}, "date_unreadable"),
        ("calendar", {"year": ""}, "year_unreadable"),
        ("calendar", {"day_name": ""}, "day_name_unreadable"),
        ("calendar", {"quarter": ""}, "quarter_unreadable"),
        ("calendar", {"week_of_year": "x"}, "week_unreadable"),
        ("fx_rates", {"rate_to_inr": "0"}, "rate_positive"),
        ("fx_rates", {"rate_to_inr": "-1"}, "rate_positive"),
        ("fx_rates", {"rate_to_inr": "88.1234567"}, "rate_unreadable"),
        ("promotions", {"end_date": "2025-08-01"}, "ends_after_start"),
        ("promotions", {"start_date": "soon"}, "start_date_unreadable"),
        ("returns", {"quantity": "0"}, "quantity_positive"),
        ("returns", {"order_id": ""}, "order_id_unreadable"),
        ("order_items", {"order_id": ""}, "order_id_unreadable"),
        ("order_items", {"item_seq": "1.5"}, "seq_no_unreadable"),
        ("order_items", {"dt": "03-09-2025"}, "order_date_unreadable"),
        ("order_items", {"dt": "3025-09-03"}, "order_date_unreadable"),
        ("order_items", {"product_id": ""}, "product_id_unreadable"),
        ("order_items", {"quantity": "Three"}, "quantity_unreadable"),
        ("order_items", {"quantity": "1.5"}, "quantity_unreadable"),
        ("order_items", {"quantity": "0"}, "sold_quantity_positive"),
        ("order_items", {"quantity": "-1"}, "sold_quantity_positive"),
        ("order_items", {"unit_price": "free"}, "unit_price_unreadable"),
        ("order_items", {"unit_price": "1.00001"}, "unit_price_unreadable"),
        ("order_items", {"unit_price": "-1"}, "unit_price_not_negative"),
        ("order_items", {"discount_pct": "101"}, "discount_within_0_and_100"),
        ("order_items", {"discount_pct": "-1%"}, "discount_within_0_and_100"),
        ("order_items", {"discount_pct": ""}, "discount_percent_unreadable"),
        ("order_items", {"tax_amount": "none"}, "tax_amount_unreadable"),
        ("order_items", {"unit_price_currency": "EUR"}, "currency_known"),
        ("order_items", {"unit_price_currency": ""}, "currency_unreadable"),
        ("order_items", {"quantity": "x", "unit_price": "-1"}, "quantity_unreadable"),
    ],
)
def test_what_cannot_be_mended_is_kept_out_by_the_first_rule_it_breaks(judged, table, raw, rule):
    assert judged(table, changed(table, **raw))[BROKEN] == rule


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("536365,85123a,T-LIGHT,6,2010-12-01 08:26:00,2.55,17850,United Kingdom", ("85123A", True, False)),
        ("C536365,85123A,T-LIGHT,-6,2010-12-01 08:26:00,2.55,17850,United Kingdom", ("85123A", True, True)),
        ("C536365,85123A,T-LIGHT,6,2010-12-01 08:26:00,2.55,17850,United Kingdom", ("85123A", True, True)),
        ("536365,85123A,lost,-6,2010-12-01 08:26:00,0,,United Kingdom", ("85123A", True, True)),
        ("536365,POST,POSTAGE,1,2010-12-01 08:26:00,18.0,17850,France", ("POST", False, False)),
        ("536365,2285,short code,1,2010-12-01 08:26:00,18.0,17850,France", ("2285", False, False)),
    ],
)
def test_online_retails_lines_are_products_or_charges_sales_or_returns(judged, line, expected):
    row = judged("order_items", line, RETAIL)
    assert (row["product_id"], row["is_product"], row["is_return_line"]) == expected
    assert row[BROKEN] is None


def test_online_retails_price_of_nothing_is_kept_but_no_quantity_of_zero_nor_a_price_below_zero_of_a_product(judged):
    free = judged("order_items", "536365,85123A,X,1,2010-12-01 08:26:00,0,,France", RETAIL)
    assert (free["unit_price"], free["customer_id"], free[BROKEN]) == (0, None, None)
    corrected, debt = (
        judged("order_items", f"A506401,{code},X,1,2010-04-29 13:36:00,-53.36,,France", RETAIL)
        for code in ("85123A", "B")
    )
    assert (corrected[BROKEN], debt[BROKEN]) == ("price_of_product_not_negative", None)
    none = judged("order_items", "536365,85123A,X,0,2010-12-01 08:26:00,1,,France", RETAIL)
    assert none[BROKEN] == "quantity_not_zero"


def published(lakehouse, tmp_path, **lines):
    landing = write_landing(tmp_path / "landing", **lines)
    refine(lakehouse, ATOZ, landing)
    return lakehouse


def test_categories_in_another_case_do_not_multiply_rows(lakehouse, tmp_path):
    published(lakehouse, tmp_path, category=["toy,Toys old", "TOY,Toys", "Toy ,Toys", "BKS,Books"])
    rows = lakehouse.read(silver_table("category")).collect()
    assert sorted((row["category_code"], row["category_name"]) for row in rows) == [("BKS", "Books"), ("TOY", "Toys")]


def test_a_table_of_one_key_alone_is_settled_too(lakehouse, tmp_path):
    published(lakehouse, tmp_path, category=["toy,Toys old", "TOY,Toys"])
    assert [row["category_name"] for row in lakehouse.read(silver_table("category")).collect()] == ["Toys"]


def test_customers_without_an_id_are_quarantined_and_counted(lakehouse, tmp_path):
    nameless = [",+91123,IN,India,MH"] * 300
    published(lakehouse, tmp_path, customers=[*nameless[:100], *ATOZ_LINES["customers"], *nameless[100:]])
    assert lakehouse.read(silver_table("customers")).count() == len(ATOZ_LINES["customers"])
    rows = lakehouse.read(OPS_QUARANTINE).collect()
    assert len(rows) == 300
    assert {(row["feed"], row["rule"], row["reason"]) for row in rows} == {
        ("customers", "customer_id_unreadable", "no readable customer_id")
    }
    assert {row["raw_text"] for row in rows} == {",+91123,IN,India,MH"}


def test_one_line_is_left_of_an_order_line_the_latest_files_last(lakehouse, tmp_path):
    published(
        lakehouse,
        tmp_path,
        order_items={
            "2025-09-03": [order_line(quantity="5"), order_line(quantity="6")],
            "2025-09-04": [order_line(quantity="7"), order_line(quantity="8"), order_line(item_seq="2", quantity="1")],
        },
    )
    rows = lakehouse.read(silver_table("order_items")).collect()
    assert sorted((row["seq_no"], row["quantity"], row["line_number"]) for row in rows) == [(1, 8, 3), (2, 1, 4)]


def test_a_line_that_breaks_a_rule_does_not_take_the_place_of_a_good_one(lakehouse, tmp_path):
    published(lakehouse, tmp_path, order_items={"2025-09-03": [order_line(quantity="5"), order_line(quantity="x")]})
    assert [row["quantity"] for row in lakehouse.read(silver_table("order_items")).collect()] == [5]


def test_every_kind_of_rejection_is_in_quarantine_with_its_reason_and_text(lakehouse, tmp_path):
    good = ATOZ_LINES["order_items"][0]
    bad = {
        order_line(order_id="Q1", quantity="x"): ("quantity_unreadable", "no readable quantity"),
        order_line(order_id="Q2", unit_price_currency="EUR"): ("currency_known", "the currency has no rate"),
        order_line(order_id="Q3", unit_price="-1"): ("unit_price_not_negative", "the unit price is negative"),
        order_line(order_id="Q4", quantity="0"): (
            "sold_quantity_positive",
            "breaks the contract: sold quantity positive",
        ),
        good + ",x": ("line_unreadable", "has 14 fields instead of 13"),
        good + '5" nails': None,
        '"' + good: ("line_unreadable", "a quote is not closed"),
        "2025-09-09 10:00:00,O9,1,1,Damaged": ("order_line_known", "no such order line was sold"),
        "2025-09-09 10:00:00,O1,1,9,Damaged": ("returned_within_sold", "more came back than was sold"),
    }
    orders = [line for line in bad if not line.startswith("2025-09-09")]
    returns = [line for line in bad if line.startswith("2025-09-09")]
    published(lakehouse, tmp_path, order_items={"2025-09-03": [good, *orders]}, returns=returns)
    found = {
        (row["file_name"].partition("/")[0], row["line_number"]): (row["rule"], row["reason"], row["raw_text"])
        for row in lakehouse.read(OPS_QUARANTINE).collect()
    }
    texts = {("order_items", number): line for number, line in enumerate(orders, start=3)}
    texts |= {("returns", number): line for number, line in enumerate(returns, start=2)}
    expected = {place: (*bad[line], line) for place, line in texts.items() if bad[line]}
    assert {place: reason for place, (*reason, _) in found.items()} == {p: [*r] for p, (*r, _) in expected.items()}
    assert {place: text for place, (*_, text) in found.items() if place[0] == "order_items"} == {
        place: text for place, (*_, text) in expected.items() if place[0] == "order_items"
    }
    assert all(found[place][2].startswith(text.split(",")[1]) for place, text in texts.items() if place[0] == "returns")


def test_every_line_about_a_customer_is_kept_as_a_version_or_accounted_for(lakehouse, tmp_path):
    home = "C1,+911,IN,India,{}".format
    files = {"2025-09-01": [home("MH"), "C2,+12,US,US,CA"], "2025-09-02": [home("UP"), home("KA")],
             "2025-09-03": [home("KA"), ",+911,IN,India,KA"]}  # fmt: skip
    published(lakehouse, tmp_path, customers=files)
    versions = lakehouse.read(silver_table("customers")).orderBy("customer_id", "valid_from").collect()
    assert [(row["customer_id"], row["state"], row["valid_from"], row["valid_to"]) for row in versions] == [
        ("C1", "MH", date(1900, 1, 1), date(2025, 9, 2)),
        ("C1", "KA", date(2025, 9, 2), None),
        ("C2", "CA", date(1900, 1, 1), None),
    ]
    accounts = lakehouse.read(OPS_FILES).where("feed = 'customers'").orderBy("file_name").collect()
    counts = ("rows_landed", "rows_kept", "rows_quarantined", "rows_superseded")
    assert [tuple(row[name] for name in counts) for row in accounts] == [(2, 2, 0, 0), (2, 1, 0, 1), (2, 0, 1, 1)]
