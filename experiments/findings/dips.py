"""The dip scan on Gold: every month, week and day of every series, kept in ``gld_dips``."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.lakehouse import Lakehouse
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_ORDERS
from etl.schemas.ops import OPS_SOURCE
from etl.schemas.results import GLD_DIPS, GLD_FORECAST
from features.panel import MEASURES, main_country, members, panel
from models.attribution.findings.expectation import History
from models.attribution.findings.movements import TOTAL, Key, outside, scan_all, with_courses, with_explanations
from models.attribution.findings.scan import Published

READS = (GLD_DAILY_ORDERS, GLD_CALENDAR, GLD_FORECAST)
MODEL = "level of four weeks, weekdays, events and season of the days before"


def publish_dips(lakehouse: Lakehouse, run_id: str | None) -> int:
    """Scan every series, keep what lies outside its interval, and return the number of movements kept."""
    source = lakehouse.pandas(OPS_SOURCE).iloc[0]
    orders = lakehouse.pandas(GLD_DAILY_ORDERS)
    histories = _histories(orders, lakehouse.pandas(GLD_CALENDAR))
    kept = lakehouse.pandas(GLD_DIPS) if lakehouse.exists(GLD_DIPS) else pd.DataFrame({"dip_id": [], "found_as_of": []})
    judged = scan_all(histories, _published(lakehouse))
    found = with_explanations(with_courses(outside(judged, set(kept["dip_id"])), histories), judged)
    before = found["dip_id"].map(kept.set_index("dip_id")["found_as_of"])
    rows = found.assign(
        unit=found["measure"].map({"orders": "orders", "net_revenue": source["reporting_currency"]}),
        expected_by=[MODEL if pd.isna(day) else f"forecast of {day:%Y-%m-%d}" for day in found["published_as_of"]],
        found_as_of=pd.to_datetime(before).fillna(source["last_day"]),
        as_of=source["last_day"],
        run_id=run_id,
    )
    return lakehouse.write(GLD_DIPS, lakehouse.frame(GLD_DIPS, rows))


def _histories(orders: pd.DataFrame, calendar: pd.DataFrame) -> dict[Key, History]:
    """The daily series of both measures, each with the festivals and holidays of its main country."""
    names = calendar["festival"].fillna(calendar["holiday"]).fillna("")
    countries = main_country(members(orders)).set_index("series")["country"]
    events = calendar.assign(event=names).pivot_table(index="date", columns="country", values="event", aggfunc="first")
    return {
        (measure, str(series)): History(rows["date"].iloc[0], rows[measure].to_numpy(), _events(events, country, rows))
        for series, rows in panel(orders).groupby("series")
        if series == TOTAL or not _everything(str(series), orders)
        for country in [countries[series]]
        for measure in MEASURES
    }


def _everything(series: str, orders: pd.DataFrame) -> bool:
    """Whether a part is the total under another name, because its dimension has one value."""
    return orders[series.partition("=")[0]].nunique() == 1


def _events(events: pd.DataFrame, country: str, rows: pd.DataFrame) -> NDArray[np.object_]:
    return events[country].reindex(rows["date"]).fillna("").to_numpy(dtype=object)


def _published(lakehouse: Lakehouse) -> Mapping[Key, Published]:
    if not lakehouse.exists(GLD_FORECAST):
        return {}
    rows = lakehouse.pandas(GLD_FORECAST, ["as_of", "measure", "series", "date", "mean"])
    return {(str(key[0]), str(key[1])): _vintages(each) for key, each in rows.groupby(["measure", "series"])}


def _vintages(rows: pd.DataFrame) -> Published:
    days = rows["as_of"].drop_duplicates()
    return Published({day: rows[rows["as_of"] == day].set_index("date")["mean"] for day in days})
