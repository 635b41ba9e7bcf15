import pytest


def test_rows_come_as_a_list_of_objects(assay, refreshed, rows):
    sql = "select country, sum(orders) as orders from gold.gld_daily_orders group by country order by country"
    answer = assay("query", sql, "--json", *refreshed.options)
    assert (answer.code, answer.err) == (0, "")
    daily = rows(refreshed.warehouse, "gold/gld_daily_orders")
    expected = daily.groupby("country")["orders"].sum().sort_index()
    assert answer.json == [{"country": name, "orders": int(orders)} for name, orders in expected.items()]


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("select cast(1.10 as decimal(5, 2)) as x", 1.1),
        ("select cast(2.00 as decimal(5, 2)) as x", 2),
        ("select date'2025-09-01' as x", "2025-09-01"),
        ("select timestamp'2025-09-01 12:30:00' as x", "2025-09-01T12:30:00Z"),
        ("select cast(null as string) as x", None),
        ("select double('nan') as x", None),
        ("select true as x", True),
        ("select array(date'2025-09-01') as x", ["2025-09-01"]),
        ("select named_struct('day', date'2025-09-01', 'amount', 1.50) as x", {"day": "2025-09-01", "amount": 1.5}),
        ("select 'Ünïted [red]' as x", "Ünïted [red]"),
    ],
)
def test_every_value_is_as_json_has_it(assay, refreshed, sql, value):
    answer = assay("query", sql, "--json", *refreshed.options)
    assert answer.code == 0
    assert answer.json == [{"x": value}]
    assert type(answer.json[0]["x"]) is type(value)


def test_no_rows_are_an_empty_list(assay, refreshed):
    sql = "select * from gold.gld_daily_orders where orders < 0"
    assert assay("query", sql, "--json", *refreshed.options).json == []
    assert assay("query", sql, *refreshed.options).out == "No rows.\n"


@pytest.mark.parametrize("sql", ["show tables in gold", "with a as (select 1 as x) select * from a"])
def test_other_reading_statements_are_taken(assay, refreshed, sql):
    answer = assay("query", sql, "--json", *refreshed.options)
    assert answer.code == 0
    assert answer.json


def test_every_layer_can_be_asked(assay, refreshed):
    sql = """select (select count(*) from bronze.brz_order_items) as landed,
                    (select count(*) from silver.slv_order_items) as kept,
                    (select count(*) from ops.ops_files) as files"""
    (counted,) = assay("query", sql, "--json", *refreshed.options).json
    assert counted["landed"] >= counted["kept"] >= 9007
    assert counted["files"] == 1076


def test_the_terminal_shows_a_table_and_text_as_it_is(assay, refreshed):
    answer = assay("query", "select '[red]x[/red]' as m, 1234567 as n", *refreshed.options)
    assert answer.code == 0
    assert "│ [red]x[/red] │ 1,234,567 │" in answer.out


def test_the_script_answers_a_query_on_standard_output_alone(assay_script, refreshed):
    answer = assay_script("query", "select 1 as one", "--json", *refreshed.options)
    assert (answer.code, answer.err) == (0, "")
    assert answer.json == [{"one": 1}]
