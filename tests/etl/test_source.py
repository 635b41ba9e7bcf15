from datetime import date

import holidays
import pytest
import yaml

from etl.errors import InputError
from etl.schemas.daily import GLD_DAILY_CELLS
from etl.schemas.silver import SLV_ORDER_ITEMS, SLV_STORES
from etl.source import load_source, shipped_sources

ORDER_ITEMS = {
    "order_id": "code", "seq_no": "line_number", "order_date": "code", "product_id": "code", "currency": "'EUR'",
    "quantity": "code", "line_amount": "code", "discount_percent": "'0'", "tax_amount": "'0'",
    "is_return_line": "false", "is_product": "true",
}  # fmt: skip
SMALL = {
    "name": "shop",
    "description": "a shop",
    "time_zone": "Europe/Paris",
    "reporting_currency": "EUR",
    "base_rates": {"EUR": "1"},
    "arrival_date": r"(\d{4}-\d{2}-\d{2})",
    "feeds": {"order_items": {"path": "*.csv", "columns": ["code"]}},
    "tables": {"order_items": {"feed": "order_items", "columns": ORDER_ITEMS}},
}


@pytest.fixture
def declared(tmp_path):
    """A source file that says what ``SMALL`` says, but for the given keys."""

    def write(**changes):
        path = tmp_path / "shop.yaml"
        path.write_text(yaml.safe_dump({key: value for key, value in (SMALL | changes).items() if value is not None}))
        return str(path)

    return write


def refusal(name):
    with pytest.raises(InputError) as refused:
        load_source(name)
    return str(refused.value)


def test_both_shipped_sources_load_by_name():
    assert shipped_sources() == ["atoz", "online_retail"]
    assert [load_source(name).name for name in shipped_sources()] == ["atoz", "online_retail"]


def test_atoz_keeps_its_published_rates_zone_and_regions():
    atoz = load_source("atoz")
    rates = {
        "INR": "1",
        "AED": "24.18",
        "AUD": "57.55",
        "CAD": "62.93",
        "GBP": "117.98",
        "SGD": "68.18",
        "USD": "88.29",
    }
    assert (atoz.base_rates, atoz.time_zone, atoz.reporting_currency) == (rates, "Asia/Kolkata", "INR")
    assert atoz.legacy_measure
    assert atoz.regions["India"]["West"] == ("MH", "GJ", "RJ")
    assert set(atoz.regions) == set(atoz.countries)


@pytest.mark.parametrize("name", shipped_sources())
def test_every_declared_country_has_a_calendar_of_holidays(name):
    supported = holidays.list_supported_countries()
    assert [code for code in load_source(name).countries.values() if code not in supported] == []


def test_a_users_own_file_is_taken_by_its_path(declared):
    source = load_source(declared(name="my_shop"))
    assert (source.name, source.zone.key) == ("my_shop", "Europe/Paris")
    assert source.feeds["order_items"].delimiter == ","
    assert not source.legacy_measure


def test_an_unknown_source_is_told_which_there_are(tmp_path):
    message = "There is no source 'atos': name one of atoz, online_retail, or give the path of your own source file"
    assert refusal("atos") == f"{message} ending in .yaml."
    assert "There is no source" in refusal(str(tmp_path / "absent.yaml"))
    assert "There is no source" in refusal(str(tmp_path))


def test_every_problem_of_a_declaration_is_in_one_sorted_message(declared):
    message = refusal(
        declared(
            name="My Shop",
            time_zone="Mars/Olympus",
            reporting_currency="euro",
            arrival_date="(",
            base_rates=None,
            feed={"path": "x"},
            feeds={"brands": {"path": "*.csv", "colums": ["code"]}},
        )
    )
    first, *problems = message.splitlines()
    assert first == "8 problems:"
    assert problems == sorted(problems)
    for part in (
        "arrival_date: Value error, is not a regular expression",
        "base_rates: Field required",
        "feed: Extra inputs are not permitted",
        "feeds.brands.colums: Extra inputs are not permitted",
        "feeds.brands.columns: Field required",
        "name: String should match pattern",
        "reporting_currency: String should match pattern",
        "time_zone: Value error, 'Mars/Olympus' is not an IANA time zone such as Asia/Kolkata",
    ):
        assert part in message


@pytest.mark.parametrize("rates", [{"USD": "1"}, {"EUR": "1.1"}])
def test_the_reporting_currency_has_the_rate_1(declared, rates):
    said = "base_rates: give EUR, which is reported in, the rate 1, as in {EUR: '1'}"
    assert said in refusal(declared(base_rates=rates))


def test_tables_are_held_against_the_contracts_of_silver(declared):
    message = refusal(
        declared(
            tables={
                "brands": {"feed": "brand", "columns": {"brand_name": "code", "colour": "code"}},
                "customers": {"feed": "order_items", "columns": {"customer_id": "code", "valid_from": "code"}},
                "shops": {"feed": "order_items", "columns": {}},
            }
        )
    )
    for part in (
        "tables: order_items is missing",
        "feeds.order_items: name it customers: a feed is called after the table that its lines are accounted for in",
        "tables.brands: column 'brand_code' is missing",
        "tables.brands: slv_brands has no column 'colour'",
        "tables.brands: there is no feed 'brand'",
        "tables.customers: column 'valid_from' follows from the arrival of files: leave it out",
        "there is no Silver table slv_shops",
    ):
        assert part in message


def test_stores_have_columns_of_their_own_and_order_lines_say_which_they_name(declared):
    def with_stores(columns, store_id="code", **others):
        lines = ORDER_ITEMS | ({"store_id": store_id} if store_id else {})
        feeds = {name: {"path": f"{name}*.csv", "columns": ["code"]} for name in ("order_items", "stores")}
        told = {"order_items": lines, "stores": columns}
        return declared(feeds=feeds, tables={n: {"feed": n, "columns": c} for n, c in told.items()}, **others)

    source = load_source(with_stores({"store_id": "code", "format": "code"}, dimensions={"shelf": "code"}))
    assert source.own_dimensions.names == ("shelf", "format")
    assert source.contract(SLV_STORES).column_names[-1] == "format"
    assert source.contract(SLV_ORDER_ITEMS).column_names[-1] == "shelf"
    assert source.contract(GLD_DAILY_CELLS).key[-2:] == ("shelf", "format")
    assert "tables.stores: column 'store_id' is missing" in refusal(with_stores({"format": "code"}))
    taken = refusal(with_stores({"store_id": "code", "region": "code"}))
    assert "tables.stores: 'region' is a column already" in taken
    unnamed = refusal(with_stores({"store_id": "code"}, store_id=None))
    assert "tables.order_items: column 'store_id' is missing, which says the store of a line" in unnamed
    twice = refusal(with_stores({"store_id": "code", "shelf": "code"}, dimensions={"shelf": "code"}))
    assert "dimensions: 'shelf' is told by tables.stores, too: leave one of them out" in twice


def test_a_unit_price_is_stated_or_follows_from_the_whole_lines_and_nothing_else(declared):
    def with_columns(columns):
        return declared(tables={"order_items": {"feed": "order_items", "columns": columns}})

    neither = {name: code for name, code in ORDER_ITEMS.items() if name != "line_amount"}
    assert "tables.order_items: column 'unit_price' is missing" in refusal(with_columns(neither))
    both = ORDER_ITEMS | {"unit_price": "code"}
    assert "tables.order_items: give unit_price or line_amount" in refusal(with_columns(both))


def test_an_arrival_date_without_a_group_would_find_nothing(declared):
    assert r"arrival_date: Value error, has no group around the date: write (\d{4}-\d{2}-\d{2})" in refusal(
        declared(arrival_date=r"\d{4}-\d{2}-\d{2}")
    )


@pytest.mark.parametrize("content", ["", "- a\n- b", "just words", "1"])
def test_a_file_that_is_no_declaration_is_refused(tmp_path, content):
    path = tmp_path / "source.yml"
    path.write_text(content)
    assert refusal(str(path)).startswith(f"{path}: Input should be")


def test_a_file_that_is_not_yaml_is_refused_in_one_line(tmp_path):
    path = tmp_path / "source.yaml"
    path.write_text("name: [unclosed\nother: }")
    message = refusal(str(path))
    assert message.startswith(f"{path} is not YAML: ")
    assert "\n" not in message


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "source.yaml"
    path.write_bytes(b"name: \xff\xfe")
    assert refusal(str(path)) == f"{path} is not UTF-8 text."


def test_arrival_is_the_date_in_a_files_name():
    atoz = load_source("atoz")
    assert atoz.arrived_on("order_items/landing/order_items_2025-09-03.csv") == date(2025, 9, 3)
    assert atoz.arrived_on("order_items/landing/order_items_2025-09-03_copy.csv") == date(2025, 9, 3)
    assert atoz.arrived_on("brands/brands.csv") is None


def test_a_name_with_an_impossible_date_is_refused():
    with pytest.raises(InputError) as refused:
        load_source("atoz").arrived_on("order_items/landing/order_items_2025-02-30.csv")
    assert str(refused.value) == (
        "order_items/landing/order_items_2025-02-30.csv: 2025-02-30 is not a date, "
        "so when the file arrived is unknown: give the file its right name."
    )


def test_only_tables_that_take_their_own_feed_are_accounted_for():
    assert load_source("online_retail").accounted_tables == ["order_items"]
    assert load_source("atoz").accounted_tables == list(load_source("atoz").tables)


def test_each_feed_of_a_shipped_source_is_accounted_for_once():
    for name in shipped_sources():
        source = load_source(name)
        assert sorted(source.accounted_tables) == sorted(source.feeds)


def test_a_dimension_of_ones_own_cannot_take_a_columns_name(declared):
    taken = refusal(declared(dimensions={"store": "code", "country": "code", "Shop": "code"}))
    assert "dimensions: 'country' is a column already: give the dimension another name, such as own_country" in taken
    assert "dimensions: 'Shop' is not a name of lower-case letters" in taken
    assert "'store'" not in taken


def test_what_cannot_name_a_column_is_refused_with_what_to_write_instead(declared):
    message = refusal(
        declared(feeds={"order_items": {"path": "*.csv", "columns": ["code", "Unit price", "file_name", "Code"]}})
    )
    for part in ("'Unit price' cannot name a column", "file_name is a column of every feed", "code is listed twice",
                 "give it a name and say headers: {name: text in the files}"):  # fmt: skip
        assert part in message
