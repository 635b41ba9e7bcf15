"""What is read from a warehouse on disk: the right slice, the newest vintage, and no line as it came."""

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest
from deltalake import DeltaTable

from etl.errors import InputError, UsageError
from etl.periods import parse_period
from etl.release import publish, readable_versions
from etl.schemas.daily import GLD_DAILY_CELLS, GLD_DAILY_CUSTOMERS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_SOURCE
from etl.schemas.results import GLD_FORECAST, GLD_REVENUE_BRIDGE
from reports.customers import by_channel_and_month, by_region
from reports.explanation import computed
from reports.gold import load
from reports.question import Question
from reports.site import write_single
from reports.snapshot import newest
from reports.sold import Sold
from tests.reports.warehouse import make_warehouse, store

AUGUST, SEPTEMBER = parse_period("2025-08"), parse_period("2025-09")


@pytest.fixture
def one_table(tmp_path):
    """A warehouse whose source is known, and nothing else."""
    source = {"name": "shop", "time_zone": "UTC", "reporting_currency": "INR", "has_legacy_measure": False}
    days = {"first_day": AUGUST.first, "last_day": SEPTEMBER.last}
    store(tmp_path, OPS_SOURCE, pd.DataFrame([{**source, **days}]))
    return tmp_path


def test_money_is_a_number_and_days_are_days(snapshot):
    rows = snapshot.rows(GLD_DAILY_ORDERS, ["date", "net_revenue", "orders"])
    assert rows.dtypes.astype(str).to_dict() == {"date": "datetime64[ns]", "net_revenue": "float64", "orders": "int64"}
    assert rows["date"].is_monotonic_increasing


def test_a_table_that_was_never_written_is_empty_and_keeps_its_columns(one_table):
    found = newest(one_table)
    rows = found.rows(GLD_FORECAST, ["as_of", "mean"])
    assert rows.empty
    assert rows.dtypes.astype(str).to_dict() == {"as_of": "datetime64[ns]", "mean": "float64"}
    assert not found.holds(GLD_FORECAST)


def test_a_folder_without_tables_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match="assay refresh"):
        newest(tmp_path)


def test_a_snapshot_stays_at_its_versions(one_table):
    before = newest(one_table)
    changed = {"name": "other", "time_zone": "UTC", "reporting_currency": "GBP", "has_legacy_measure": False}
    store(one_table, OPS_SOURCE, pd.DataFrame([changed]))
    assert before.rows(OPS_SOURCE, ["name"])["name"].tolist() == ["shop"]
    assert newest(one_table).rows(OPS_SOURCE, ["name"])["name"].tolist() == ["other"]


def test_a_release_is_what_readers_see(one_table):
    versions = readable_versions(one_table)
    created = datetime(2025, 10, 1, tzinfo=UTC)
    publish(one_table, versions, "b1", created, whole=True)
    publish(one_table, {"ops.ops_source": 99}, "b2", created, whole=False)
    store(one_table, OPS_SOURCE, pd.DataFrame([{"name": "not released yet"}]))
    assert readable_versions(one_table) == versions


def test_a_value_from_a_user_is_never_part_of_the_statement(snapshot):
    name = "'; drop table gld_daily_orders; --"
    sql = "select count(*) as rows from gld_daily_orders where channel = $1"
    assert snapshot.query(sql, [GLD_DAILY_ORDERS], [name])["rows"].tolist() == [0]
    assert len(snapshot.rows(GLD_DAILY_ORDERS, ["date"])) > 0


def test_files_outside_the_warehouse_cannot_be_reached(snapshot, tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with pytest.raises(Exception, match="disabled"):
        snapshot.query(f"select * from read_csv('{tmp_path}/secret.csv')", [])


def test_stored_sizes_are_those_on_disk(snapshot, warehouse):
    sizes = snapshot.stored().set_index("name")
    files = (warehouse / "gold" / "gld_fact_order_items").glob("*.parquet")
    assert sizes.loc["gold.gld_fact_order_items", "bytes"] == sum(file.stat().st_size for file in files)


def test_the_daily_tables_and_the_fact_agree(snapshot, reading):
    rows = snapshot.query("select sum(net_revenue) as total from gld_fact_order_items", [GLD_FACT_ORDER_ITEMS])
    assert reading.data.orders["net_revenue"].sum() == pytest.approx(rows["total"].iloc[0])


def test_the_newest_forecast_of_the_total_is_read(reading):
    assert set(reading.data.forecast["measure"]) == {"net_revenue", "orders"}
    assert reading.data.forecast["as_of"].dt.date.unique().tolist() == [date(2025, 9, 30)]


def test_the_steps_are_those_of_the_last_run(reading):
    assert reading.data.runs[["run_id", "step"]].to_numpy().tolist() == [["new", "step1"], ["new", "step2"]]


def test_quarantine_is_counted_and_its_lines_stay_where_they_are(reading, tmp_path):
    assert reading.data.quarantine.to_dict("records") == [
        {"feed": "order_items", "rule": "known_channel", "reason": "channel must be web or app", "rows": 2}
    ]
    assert "secret-line" not in write_single(reading, tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_published_bridge_is_shown_as_it_is(tmp_path, question):
    make_warehouse(tmp_path)
    place = {"country": None, "region": None, "channel": None, "category": None}
    spans = {
        "baseline_first": AUGUST.first, "baseline_last": AUGUST.last,
        "period_first": SEPTEMBER.first, "period_last": SEPTEMBER.last,
    }  # fmt: skip
    drivers = ("baseline", "days", "period", "volume", "aov")
    rows = [
        {**place, **spans, "measure": "net_revenue", "unit": "INR", "scope": "total", "position": n, "driver": driver,
         "stage": "calendar" if driver == "days" else "total", "amount": Decimal(n)}
        for n, driver in enumerate(drivers)
    ]  # fmt: skip
    store(tmp_path, GLD_REVENUE_BRIDGE, pd.DataFrame(rows))
    data = load(Sold(newest(tmp_path)), question)
    assert data.bridge["driver"].tolist() == list(drivers)
    assert data.bridge["amount"].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question("profit", AUGUST, SEPTEMBER), "There is no measure 'profit'"),
        (Question("net_revenue", SEPTEMBER, SEPTEMBER), "have days in common"),
        (Question("net_revenue", AUGUST, parse_period("2031-01")), "There are no data for 2031-01"),
        (Question("net_revenue", parse_period("1000-01-01:2025-07-31"), SEPTEMBER), "ask for at most"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(snapshot, question, message):
    with pytest.raises((UsageError, InputError), match=message):
        load(Sold(snapshot), question)


def test_versions_name_what_was_read(reading):
    assert reading.data.versions["gold.gld_daily_orders"] == 0
    assert "gold.gld_revenue_bridge" not in reading.data.versions


def test_no_figure_depends_on_the_order_of_rows(snapshot, warehouse, tmp_path, question):
    shuffled = shutil.copytree(warehouse, tmp_path / "shop")
    for table in (GLD_FACT_ORDER_ITEMS, GLD_DAILY_CUSTOMERS, GLD_DAILY_CELLS, GLD_DAILY_ORDERS):
        rows = DeltaTable(str(shuffled / table.layer / table.name)).to_pandas()
        store(shuffled, table, rows.sample(frac=1.0, random_state=7))
    other = newest(shuffled)
    for ask in (by_channel_and_month, by_region):
        pd.testing.assert_frame_equal(
            ask(snapshot, "net_revenue", question.period), ask(other, "net_revenue", question.period), check_exact=True
        )
    pd.testing.assert_frame_equal(computed(Sold(snapshot), question), computed(Sold(other), question), check_exact=True)
