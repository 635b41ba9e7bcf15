"""Invented shops: their files, the source file proposed for them, and what a sample says of it."""

from decimal import Decimal

import pytest
import yaml

from etl.errors import InputError
from etl.onboarding.check import check_source
from etl.onboarding.plan import plan
from etl.onboarding.sample import column_names, look_at
from etl.onboarding.writing import write_source
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.source import Source
from tests.etl.onboarding.shops import SHOPS
from tests.etl.refining import refine


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """The shop's folder, the plan for it and the text of its source file."""
    drafts = {}

    def draft(name):
        if name not in drafts:
            folder = SHOPS[name](tmp_path_factory.mktemp(name) / "files")
            found = plan(*look_at(folder))
            drafts[name] = folder, found, write_source(name, found)
        return drafts[name]

    return draft


def declared(text, **changes):
    return Source.model_validate(yaml.safe_load(text) | changes)


def expressions(drafted, name):
    return yaml.safe_load(drafted(name)[2])["tables"]["order_items"]["columns"]


def test_a_till_with_line_totals_only_is_expressed(drafted):
    _, found, text = drafted("bakery")
    source = declared(text)
    feed = source.feeds["order_items"]
    assert (feed.path, feed.delimiter, feed.encoding, feed.personal) == ("till/till*.csv", ";", "cp1252", ("Kunde",))
    assert feed.headers == {"Bon_Nr": "Bon-Nr", "Gesamt_EUR": "Gesamt (EUR)"}
    assert (source.reporting_currency, dict(source.dimensions)) == ("EUR", {"filiale": "trim(Filiale)"})
    columns = expressions(drafted, "bakery")
    assert columns["line_amount"] == "replace(regexp_replace(Gesamt_EUR, '[^0-9,-]', ''), ',', '.')"
    assert columns["order_date"] == "cast(try_to_timestamp(trim(Datum), 'dd.MM.yyyy') as date)"
    assert (columns["order_id"], columns["seq_no"], columns["currency"]) == ("trim(Bon_Nr)", "line_number", "'EUR'")
    assert [sentence.split(":")[0] for sentence in found.to_decide] == ["time_zone", "tables.order_items.order_date"]


def test_a_parquet_export_leaves_the_rate_to_decide_and_says_so(drafted):
    _, found, text = drafted("web_shop")
    assert "base_rates.USD: units of EUR for one USD" in found.to_decide
    with pytest.raises(ValueError, match=r"base_rates\.USD\s.*'\?' is not a rate"):
        declared(text)
    source = declared(text, base_rates={"EUR": "1", "USD": "0.9"})
    assert source.feeds["order_items"].format == "parquet"
    assert str(source.arrived_on("export_20250903.parquet")) == "2025-09-03"
    assert (source.countries, "customers" in source.tables) == ({"Germany": "DE", "France": "FR"}, False)


def test_json_lines_with_customers_of_their_own_are_expressed(drafted):
    source = declared(drafted("toy_shop")[2])
    assert sorted(source.feeds) == ["customers", "order_items"]
    columns = expressions(drafted, "toy_shop")
    assert columns["unit_price"] == "regexp_replace(unitPrice, '[^0-9.-]', '')"
    assert columns["is_return_line"] == "coalesce(try_cast(units as decimal(18,4)) < 0, false)"
    assert columns["order_ts"] == "try_to_timestamp(trim(orderDate), 'M/d/yyyy H:mm')"
    assert source.tables["customers"].columns["state"] == "trim(State)"
    assert source.feeds["customers"].personal == ("Customer_ID", "Phone")


def test_a_file_that_describes_the_stores_of_the_lines_is_taken_for_stores(drafted):
    source = declared(drafted("chain")[2])
    assert source.feeds["stores"].path == "stores*.csv"
    assert source.tables["order_items"].columns["store_id"] == "trim(store)"
    assert source.tables["stores"].columns == {
        "store_id": "trim(store_id)", "own_region": "trim(region)", "format": "trim(format)",
    }  # fmt: skip
    assert source.own_dimensions.of_lines == ("store",)


def test_days_of_a_spreadsheet_and_amounts_in_brackets_are_expressed_and_the_days_left_to_confirm(drafted):
    _, found, _ = drafted("kiosk")
    columns = expressions(drafted, "kiosk")
    assert columns["order_date"] == "cast(date_add(date'1899-12-30', try_cast(trim(Sale_date) as int)) as date)"
    assert columns["line_amount"].startswith("concat(if(trim(Sales_value) like '(%', '-', ''), ")
    assert [sentence.split(":")[0] for sentence in found.to_decide] == ["time_zone", "tables.order_items.order_date"]


@pytest.mark.parametrize("name", SHOPS)
def test_no_value_that_says_who_somebody_is_gets_into_the_source_file(drafted, name):
    text = drafted(name)[2]
    assert not any(who in text for who in ("K1", "C1", "+11", "Name 1"))


def test_a_file_that_is_no_table_is_named_and_nothing_else_suffers(tmp_path):
    folder = SHOPS["toy_shop"](tmp_path / "files")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\xff")
    (folder / "empty.csv").touch()
    assert any("picture.png" in sentence for sentence in plan(*look_at(folder)).not_taken)
    with pytest.raises(InputError, match="There is no file with columns"):
        look_at(tmp_path.joinpath("none"))


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (["id", "Unit price (€)", "Stück", "1st"], ["id", "Unit_price", "Stuck", "column_1st"]),
        (["file_name", "a", "A", ""], ["file_name_1", "a", "A_3", "column_4"]),
    ],
)
def test_every_header_gets_a_name_that_a_column_can_have(headers, names):
    assert column_names(headers) == names


@pytest.mark.embedded
def test_a_check_says_what_parses_what_is_kept_out_and_why(session, drafted):
    folder, _, text = drafted("bakery")
    checked = check_source(session, declared(text), folder)
    assert [(each.files, each.lines, each.kept, each.repeated) for each in checked.feeds] == [(2, 42, 40, 0)]
    of_orders = {each.column: each for each in checked.columns if each.table == "order_items"}
    assert (of_orders["quantity"].values, of_orders["quantity"].without) == (40, 2)
    assert of_orders["quantity"].examples == ("zwei",)
    assert (of_orders["customer_id"].values, of_orders["customer_id"].without) == (20, 0)
    (kept_out,) = checked.kept_out
    assert (kept_out.rule, kept_out.lines) == ("quantity_unreadable", 2)
    assert kept_out.examples == ("till/till_2025-08-01.csv line 22", "till/till_2025-08-02.csv line 22")


@pytest.mark.embedded
def test_a_check_names_every_expression_that_the_engine_cannot_read(session, drafted):
    folder, _, text = drafted("bakery")
    source = declared(text)
    broken = {"quantity": "Mengen", "order_id": "trim("}
    order_items = source.tables["order_items"]
    tables = source.tables | {"order_items": order_items.model_copy(update={"columns": order_items.columns | broken})}
    with pytest.raises(InputError) as refused:
        check_source(session, source.model_copy(update={"tables": tables}), folder)
    first, *problems = str(refused.value).splitlines()
    assert first == "2 problems:"
    assert "tables.order_items.order_id: trim( cannot be read" in problems[0]
    assert "tables.order_items.quantity: Mengen cannot be read" in problems[1]


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("name", "rows", "revenue", "changes"),
    [
        ("bakery", 40, Decimal("24890.00"), {}),
        ("web_shop", 40, None, {"base_rates": {"EUR": "1", "USD": "0.9"}}),
        ("toy_shop", 60, None, {}),
        ("kiosk", 40, 36 * Decimal("1020.00") - 4 * Decimal("12.50"), {}),
        ("chain", 60, Decimal("405.00"), {"reporting_currency": "EUR", "base_rates": {"EUR": "1", "XXX": "1"}}),
    ],
)
def test_a_proposed_source_refines_to_gold(lakehouse, drafted, name, rows, revenue, changes):
    folder, _, text = drafted(name)
    source = declared(text, **changes)
    assert refine(lakehouse, source, folder) == rows
    fact = lakehouse.read(GLD_FACT_ORDER_ITEMS).toPandas()
    assert set(source.own_dimensions.names) <= set(fact.columns)
    if revenue is not None:
        assert fact["net_revenue"].sum() == revenue
