"""What is read from a real lakehouse: the right slice, the newest vintage, and no line as it came."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest

import reports
from etl.engine import Engine, open_session
from etl.errors import UsageError
from etl.lakehouse import Lakehouse
from etl.periods import month_of
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS
from etl.schemas.ops import OPS_FILES, OPS_QUARANTINE, OPS_RUNS, OPS_SOURCE
from etl.schemas.results import GLD_FORECAST, GLD_FORECAST_ACCURACY, GLD_REVENUE_BRIDGE
from reports.gold import load

pytestmark = pytest.mark.embedded
AUGUST, SEPTEMBER = month_of(date(2025, 8, 1)), month_of(date(2025, 9, 1))
COMPARED = {"period": SEPTEMBER, "baseline": AUGUST, "measure": "net_revenue"}
PLACE = {"country": "India", "region": "West", "channel": "Mobile"}
FILLERS = {
    "string": "x", "int": 1, "bigint": 1, "double": 1.0, "boolean": False,
    "date": date(2025, 9, 5), "decimal": Decimal(0),
}  # fmt: skip
SECRET = "secret-customer-line"


@pytest.fixture(scope="module")
def lakehouse(tmp_path_factory):
    with open_session(Engine()) as session:
        yield Lakehouse(session, tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def before(lakehouse):
    """The source alone, before anything else was written."""
    lakehouse.write(OPS_SOURCE, lakehouse.frame(OPS_SOURCE, filled(OPS_SOURCE, [source()])))
    return load(lakehouse, **COMPARED)


@pytest.fixture(scope="module")
def loaded(before, lakehouse):
    for table, rows in tables().items():
        lakehouse.write(table, lakehouse.frame(table, filled(table, rows)))
    return load(lakehouse, **COMPARED)


def filled(table, rows):
    """The rows with something in every required column that they leave out."""
    kind = {column.name: column.type.partition("(")[0] for column in table.columns if column.required}
    return pd.DataFrame([{**{name: FILLERS[type_] for name, type_ in kind.items()}, **row} for row in rows])


def source():
    return {"name": "atoz", "time_zone": "Asia/Kolkata", "reporting_currency": "INR", "has_legacy_measure": True}


def tables():
    return {
        GLD_DAILY_ORDERS: [daily(day) for day in (date(2025, 8, 5), date(2025, 9, 5))],
        GLD_DAILY_CELLS: [cell(date(2025, 9, 5), category) for category in ("Books", "Toys")],
        GLD_REVENUE_BRIDGE: [
            *bridge(SEPTEMBER, "total"),
            *bridge(SEPTEMBER, "cell"),
            *bridge(AUGUST.following.following, "total"),
        ],
        GLD_FORECAST: [forecast(as_of, series) for as_of in (1, 2) for series in ("total", "country=India")],
        GLD_FORECAST_ACCURACY: [accuracy(as_of) for as_of in (1, 2)],
        GLD_CALENDAR: [calendar()],
        OPS_FILES: [file()],
        OPS_QUARANTINE: [quarantined(line) for line in (2, 3)],
        OPS_RUNS: [run(name, step) for name in ("old", "new") for step in (1, 2)],
    }


def daily(day):
    amounts = {
        "orders": 2,
        "customers": 2,
        "units": 5,
        "net_revenue": Decimal("100.5"),
        "net_amount_inr": Decimal("105"),
    }
    return {"date": day, **PLACE, **amounts}


def cell(day, category):
    amounts = {name: Decimal("50") for name in ("list_amount", "discounted_amount", "converted_amount", "net_revenue")}
    legacy = {"taxed_amount": Decimal("52"), "net_amount_inr": Decimal("53")}
    return {"date": day, **PLACE, "category": category, "lines": 2, "quantity": 3, **amounts, **legacy}


def bridge(period, scope):
    place = {**PLACE, "category": "Books"} if scope == "cell" else {}
    spans = {
        "baseline_first": AUGUST.first, "baseline_last": AUGUST.last,
        "period_first": period.first, "period_last": period.last,
    }  # fmt: skip
    same = {"measure": "net_revenue", "unit": "INR", **spans, "scope": scope, **place, "run_id": "r1"}
    drivers = ("days",) if scope == "cell" else ("baseline", "volume", "aov", "days", "period")
    return [
        {
            **same,
            "position": n,
            "driver": driver,
            "stage": "calendar" if driver == "days" else "total",
            "amount": Decimal(n),
        }
        for n, driver in enumerate(drivers)
    ]


def forecast(as_of, series):
    quantiles = {f"q{level}": float(level) for level in range(10, 100, 10)}
    day = {"as_of": date(2025, 9, as_of), "date": date(2025, 9, 6), "horizon": 6 - as_of}
    return {**day, "measure": "net_revenue", "series": series, "mean": 50.0, **quantiles, "model": "Panel"}


def accuracy(as_of):
    horizons = {"horizon_first": 1, "horizon_last": 7, "cutoffs": 3}
    return {
        "as_of": date(2025, 9, as_of),
        "measure": "net_revenue",
        "series": "total",
        "model": "Panel",
        **horizons,
        "wape": 0.1,
    }


def calendar():
    month = {"weekday": 5, "days_in_month": 30, "weekdays_in_month": 4, "promotions": 0}
    holiday = {"is_holiday": True, "holiday": "Onam", "is_festival": False}
    return {"date": date(2025, 9, 5), "country": "India", **holiday, **month}


def file():
    rows = {"rows_landed": 4, "rows_kept": 2, "rows_quarantined": 2, "rows_superseded": 0}
    return {
        "file_name": "a.csv",
        "feed": "order_items",
        "size_bytes": 9,
        "content_hash": "x",
        **rows,
        "state": "loaded",
    }


def quarantined(line):
    rule = {"feed": "order_items", "rule": "known_channel", "reason": "channel must be web or app"}
    return {**rule, "file_name": "a.csv", "line_number": line, "raw_text": SECRET}


def run(name, step):
    started = datetime(2025, 9, 6 if name == "old" else 7, step, tzinfo=UTC)
    return {
        "run_id": name,
        "step": f"step{step}",
        "position": step,
        "source": "atoz",
        "rows": 1,
        "seconds": 1.0,
        "started_at": started,
    }


def test_only_the_compared_periods_are_read_from_the_bridge(loaded):
    assert loaded.bridge["driver"].tolist() == ["baseline", "volume", "aov", "days", "period"]
    assert loaded.cells[["country", "region", "channel", "category", "driver"]].to_numpy().tolist() == [
        ["India", "West", "Mobile", "Books", "days"]
    ]


def test_money_is_a_number_and_days_are_days(loaded):
    assert loaded.orders["net_revenue"].tolist() == [100.5, 100.5]
    assert sorted(loaded.orders["date"].dt.date) == [date(2025, 8, 5), date(2025, 9, 5)]
    steps = ["converted_amount", "net_revenue", "taxed_amount", "net_amount_inr"]
    assert loaded.amounts["date"].dt.date.tolist() == [date(2025, 9, 5)]
    assert loaded.amounts[steps].iloc[0].tolist() == [100.0, 100.0, 104.0, 106.0]


def test_the_newest_forecast_of_the_total_is_read(loaded):
    assert loaded.forecast["as_of"].dt.date.tolist() == [date(2025, 9, 2)]
    assert loaded.accuracy["as_of"].dt.date.tolist() == [date(2025, 9, 2)]


def test_the_steps_are_those_of_the_last_run(loaded):
    assert loaded.runs[["run_id", "step"]].to_numpy().tolist() == [["new", "step1"], ["new", "step2"]]


def test_quarantine_is_counted_and_its_lines_stay_where_they_are(loaded, tmp_path):
    assert loaded.quarantine.to_dict("records") == [
        {"feed": "order_items", "rule": "known_channel", "reason": "channel must be web or app", "rows": 2}
    ]
    assert SECRET not in reports.write(loaded, tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_versions_of_what_was_read_are_kept(loaded, lakehouse):
    assert loaded.versions["gold.gld_revenue_bridge"] == lakehouse.version(GLD_REVENUE_BRIDGE)
    assert "gold.gld_fact_order_items" not in loaded.versions


def test_tables_that_were_never_written_are_empty(before, tmp_path):
    assert before.newest_day is None
    assert list(before.versions) == ["ops.ops_source"]
    assert reports.write(before, tmp_path / "report.html").exists()


def test_the_file_is_written_from_what_was_loaded(loaded, tmp_path):
    text = reports.write(loaded, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Revenue rose by INR 4.00 from August 2025 to September 2025, to INR 4.00." in text


def test_an_unknown_measure_is_wrong_use(lakehouse):
    with pytest.raises(UsageError, match="There is no measure 'profit'"):
        load(lakehouse, **{**COMPARED, "measure": "profit"})
