"""What the record of landed files says of the data, before anything is explained."""

from datetime import date

import pandas as pd
import pytest

from etl.periods import Period
from models.attribution.faults.ledger import read_records
from models.attribution.periods import Comparison

COMPARISON = Comparison(Period(date(2025, 8, 1), date(2025, 8, 31)), Period(date(2025, 9, 1), date(2025, 9, 30)))
DAYS = pd.date_range("2025-06-01", "2025-10-15")
QUALITY = pd.DataFrame(columns=["table_name", "name", "meaning", "value", "warn", "outcome"])


def files(**states):
    """One file a day, loaded but where ``states`` (such as d0905) say otherwise; none leaves it out."""
    rows = [(f"orders_{day:%Y-%m-%d}.csv", day.date(), states.get(f"d{day:%m%d}", "loaded"), 50) for day in DAYS]
    return pd.DataFrame(
        [row for row in rows if row[2] != "none"], columns=["file_name", "arrival_date", "state", "rows_landed"]
    )


def orders(*without):
    daily = pd.DataFrame({"date": DAYS, "orders": 40})
    return daily[~daily["date"].isin(pd.to_datetime(list(without)))]


def test_a_complete_record_says_nothing():
    records = read_records(files(), QUALITY, orders(), COMPARISON)
    assert (records.verdicts, records.notes) == ((), ())


def test_days_without_a_file_and_without_orders_are_missing():
    ledger = files(d0905="none", d0906="none", d0910="none", d1005="none", d0803="quarantined")
    records = read_records(ledger, QUALITY, orders("2025-09-05", "2025-09-06", "2025-10-05"), COMPARISON)
    told = [(verdict.code, verdict.dates) for verdict in records.verdicts]
    lost, kept_out = (date(2025, 9, 5), date(2025, 9, 6)), (date(2025, 8, 3), date(2025, 8, 3))
    assert told == [("data_loss_suspected", lost), ("data_loss_suspected", kept_out)]
    assert records.verdicts[0].evidence == "no file of orders of 2 days is on record as loaded"
    assert "orders_2025-08-03.csv with 50 lines is in quarantine" in records.verdicts[1].evidence


def test_where_orders_are_few_a_day_without_any_is_no_lost_file():
    few = orders("2025-09-05").assign(orders=5)
    assert read_records(files(d0905="none"), QUALITY, few, COMPARISON).verdicts == ()


@pytest.mark.parametrize("ledger", [files().iloc[::7], files().assign(arrival_date=None)], ids=["weekly", "undated"])
def test_where_files_do_not_come_daily_none_is_missing(ledger):
    assert read_records(ledger, QUALITY, orders("2025-09-05"), COMPARISON).verdicts == ()


def test_refused_copies_and_warnings_are_notes():
    warning = {"table_name": "gld_fact", "name": "rates", "meaning": "share of old rates", "outcome": "warns"}
    quality = pd.DataFrame([{**warning, "value": 0.31, "warn": 0.25}, {**warning, "value": 0.1, "outcome": "holds"}])
    records = read_records(files(d0912="duplicate"), quality, orders(), COMPARISON)
    assert records.verdicts == ()
    assert records.notes == (
        "1 files with the content of others were refused, so that nothing counts twice: orders_2025-09-12.csv",
        "quality of gld_fact: share of old rates is 0.31, above 0.25",
    )


def test_a_weekday_on_which_no_file_ever_comes_lacks_none():
    closed = {f"d{day:%m%d}": "none" for day in DAYS if day.day_name() == "Saturday"}
    saturdays = [day for day in DAYS if day.day_name() == "Saturday"]
    records = read_records(files(**closed, d0905="none"), QUALITY, orders("2025-09-05", *saturdays), COMPARISON)
    assert [verdict.dates for verdict in records.verdicts] == [(date(2025, 9, 5), date(2025, 9, 5))]
