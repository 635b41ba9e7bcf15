import pytest

from etl.contracts import Table
from etl.schemas.daily import GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.tables import TABLES


def test_the_list_has_every_table_that_was_written_with_its_version(assay, demonstrated, versions):
    answer = assay("show", "--json", *demonstrated.options)
    assert (answer.code, answer.err) == (0, "")
    assert all(list(row) == ["table", "version", "grain"] for row in answer.json)
    written = versions(demonstrated.warehouse)
    listed = {row["table"].partition(".")[2]: row["version"] for row in answer.json}
    assert listed == {name: version for name, version in written.items() if name in TABLES}
    assert "gld_forecast_accuracy" not in listed


@pytest.mark.parametrize("table", [GLD_DAILY_ORDERS, GLD_FACT_ORDER_ITEMS], ids=lambda table: table.name)
@pytest.mark.parametrize("full", [True, False])
def test_a_table_is_shown_with_its_contract_and_first_rows(assay, refreshed, table: Table, full):
    answer = assay("show", table.full_name if full else table.name, "--limit", 3, "--json", *refreshed.options)
    assert (answer.code, answer.err) == (0, "")
    document = answer.json
    assert list(document) == ["table", "version", "grain", "key", "columns", "rows"]
    assert (document["table"], document["grain"], document["key"]) == (table.full_name, table.grain, list(table.key))
    assert document["version"] >= 1
    assert [(c["name"], c["type"], c["comment"]) for c in document["columns"]] == [
        (c.name, c.type, c.comment) for c in table.columns
    ]
    assert len(document["rows"]) == 3
    assert all(tuple(row) == table.column_names for row in document["rows"])


def test_decimals_are_numbers_and_dates_and_instants_are_iso_text(assay, refreshed):
    (row,) = assay("show", "gld_fact_order_items", "--limit", 1, "--json", *refreshed.options).json["rows"]
    assert isinstance(row["net_revenue"], int | float)
    assert isinstance(row["net_amount_inr"], int | float)
    assert len(row["transaction_date"]) == len("2025-09-01")
    assert row["transaction_ts"][10] == "T"
    assert row["transaction_ts"].endswith("Z")
    assert row["is_returned"] in (True, False)


def test_no_rows_can_be_asked_for(assay, refreshed):
    assert assay("show", "gld_calendar", "--limit", 0, "--json", *refreshed.options).json["rows"] == []


def test_a_table_that_was_never_written_leaves_with_3(assay, demonstrated):
    answer = assay("show", "gld_forecast_accuracy", *demonstrated.options)
    assert (answer.code, answer.out) == (3, "")
    assert answer.message == (
        f"assay: gold.gld_forecast_accuracy is not in {demonstrated.warehouse} yet: run assay refresh first."
    )


def test_the_terminal_shows_the_grain_the_columns_and_the_rows(assay, refreshed):
    answer = assay("show", "gld_daily_orders", *refreshed.options)
    assert answer.code == 0
    assert answer.out.startswith(f"gold.gld_daily_orders: {GLD_DAILY_ORDERS.grain}. Key: date, ")
    assert all(column.comment in answer.out for column in GLD_DAILY_ORDERS.columns)
    assert answer.out.index("Columns") < answer.out.index("Rows")


def test_the_terminal_lists_the_tables(assay, refreshed):
    answer = assay("show", *refreshed.options)
    assert answer.code == 0
    written = {log.parent.name for log in refreshed.warehouse.glob("*/*/_delta_log")}
    listed = {name for name, table in TABLES.items() if table.full_name in answer.out}
    assert listed == written & TABLES.keys()
    assert "gld_revenue_bridge" in listed
