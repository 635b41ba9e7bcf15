import pytest

from etl.bronze import feed_table
from etl.errors import UsageError
from etl.frames import arrow_type
from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_DIM_DATE, GLD_DIM_PRODUCTS, GLD_FACT_ORDER_ITEMS
from etl.source import load_source
from etl.tables import TABLES, table

PREFIXES = {"silver": "slv_", "gold": "gld_", "ops": "ops_"}

# AtoZ's Gold by name and column, kept in its order; what is new comes after.
ATOZ_GOLD = {
    GLD_DIM_PRODUCTS: "product_id sku category_code category_name brand_code brand_name color size material "
    "weight_grams length_cm width_cm height_cm rating_count file_name ingest_timestamp",
    GLD_DIM_CUSTOMERS: "customer_id phone country_code country state region",
    GLD_DIM_DATE: "date_id date year month_name day_name is_weekend quarter week",
    GLD_FACT_ORDER_ITEMS: "date_id transaction_date transaction_ts transaction_id customer_id seq_no product_id "
    "channel coupon_code coupon_flag unit_price_currency quantity unit_price gross_amount discount_percent "
    "discount_amount tax_amount net_amount net_amount_inr",
}


@pytest.mark.parametrize("contract", TABLES.values(), ids=TABLES)
def test_a_contract_is_whole(contract):
    names = contract.column_names
    assert contract.name.startswith(PREFIXES[contract.layer])
    assert len({name.lower() for name in names}) == len(names)
    assert set(contract.key) <= set(names)
    assert contract.key
    assert set(contract.partition_by) <= set(names)
    assert all(column.comment and arrow_type(column) is not None for column in contract.columns)


@pytest.mark.parametrize("contract", ATOZ_GOLD, ids=lambda contract: contract.name)
def test_atoz_finds_its_gold_by_name_and_column(contract):
    expected = ATOZ_GOLD[contract].split()
    assert list(contract.column_names[: len(expected)]) == expected


def test_money_is_decimal_wherever_it_is_summed():
    money = [column for contract in TABLES.values() for column in contract.columns if column.name.endswith("_amount")]
    assert money
    assert {column.type.partition("(")[0] for column in money} == {"decimal"}


def test_whoever_is_named_is_personal_in_every_table():
    named = {"customer_id", "phone", "cluster", "raw_text"}
    bronze = [
        feed_table(source, feed) for source in map(load_source, ("atoz", "online_retail")) for feed in source.feeds
    ]
    open_columns = [
        f"{contract.full_name}.{column.name}"
        for contract in (*TABLES.values(), *bronze)
        for column in contract.columns
        if column.name in named | {"CustomerID"} and not column.personal
    ]
    assert open_columns == []


def test_ingest_time_is_volatile_in_every_table():
    times = [column for contract in TABLES.values() for column in contract.columns if column.name == "ingest_timestamp"]
    assert times
    assert all(column.volatile for column in times)


def test_a_table_is_found_with_and_without_its_layer():
    assert table("gold.gld_dim_date") is table("gld_dim_date") is GLD_DIM_DATE


def test_an_unknown_table_is_told_which_there_are():
    with pytest.raises(UsageError, match=r"There is no table 'gld_dim_dates'\. Tables: gld_calendar, gld_"):
        table("gld_dim_dates")
