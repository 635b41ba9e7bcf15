"""The dip scan on Gold: every month, week and day of every series, kept in ``gld_dips``."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.lakehouse import Lakehouse, sql_text
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS
from etl.schemas.ops import OPS_SOURCE
from etl.schemas.results import GLD_DIPS, GLD_FORECAST
from features.panel import MEASURES, Parts, main_country, members, panel
from models.attribution.findings.expectation import History
from models.attribution.findings.movements import LINES, TOTAL, Key, outside, scan_all, with_courses, with_explanations
from models.attribution.findings.scan import Published

PARTS = (("country",), ("channel",), ("country", "region"))
CATEGORIES = (("category",),)
CELLS = ["date", "country", "channel", "category", "lines", "net_revenue"]
MODEL = "level of four weeks, weekdays, events and season of the days before"


def publish_dips(lakehouse: Lakehouse, run_id: str | None) -> int:
    """Scan every series, keep what lies outside its interval, and return the number of movements kept."""
    source = lakehouse.pandas(OPS_SOURCE).iloc[0]
    histories = _histories(lakehouse)
    kept = lakehouse.pandas(GLD_DIPS) if lakehouse.exists(GLD_DIPS) else pd.DataFrame({"dip_id": [], "found_as_of": []})
    judged = scan_all(histories, _published(lakehouse, list(histories)))
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


def _histories(lakehouse: Lakehouse) -> dict[Key, History]:
    """The daily series, each with the festivals and holidays of its main country.

    An order holds several categories: of one, revenue is judged where its lines are enough.
    """
    calendar = lakehouse.pandas(GLD_CALENDAR)
    orders, cells = lakehouse.pandas(GLD_DAILY_ORDERS), lakehouse.pandas(GLD_DAILY_CELLS, CELLS)
    of_lines = cells.groupby(CELLS[:-2], as_index=False).sum().rename(columns={"lines": "orders"})
    by_category = _of(of_lines, CATEGORIES, calendar)
    lines = {
        (LINES if measure == "orders" else measure, series): history
        for (measure, series), history in by_category.items()
        if series != TOTAL
    }
    return _of(orders, PARTS, calendar) | lines


def _of(rows: pd.DataFrame, parts: Parts, calendar: pd.DataFrame) -> dict[Key, History]:
    """Both measures of the total and of the parts that are not another part under another name."""
    countries = main_country(members(rows, parts)).set_index("series")["country"]
    names = calendar["festival"].fillna(calendar["holiday"]).fillna("")
    events = calendar.assign(event=names).pivot_table(index="date", columns="country", values="event", aggfunc="first")
    series = panel(rows, _divided(rows, parts))
    return {
        (measure, str(name)): History(
            days["date"].iloc[0], days[measure].to_numpy(), _events(events, countries[name], days)
        )
        for name, days in series.groupby("series")
        if not _alone(str(name), rows)
        for measure in MEASURES
    }


def _divided(rows: pd.DataFrame, parts: Parts) -> Parts:
    """The parts whose dimension has more than one value; else they are the total under another name."""
    return [part for part in parts if rows[part[-1]].nunique() > 1]


def _alone(series: str, rows: pd.DataFrame) -> bool:
    """Whether a region is all of its country."""
    country, _, region = series.removeprefix("country=").partition("/region=")
    return bool(region) and rows.loc[rows["country"] == country, "region"].nunique() == 1


def _events(events: pd.DataFrame, country: str, rows: pd.DataFrame) -> NDArray[np.object_]:
    return events[country].reindex(rows["date"]).fillna("").to_numpy(dtype=object)


def _published(lakehouse: Lakehouse, keys: Sequence[Key]) -> Mapping[Key, Published]:
    """What was forecast of the series looked at, which are few of those forecast."""
    if not lakehouse.exists(GLD_FORECAST):
        return {}
    series = ", ".join(sql_text(name) for name in dict.fromkeys(name for _, name in keys))
    columns = ["as_of", "measure", "series", "date", "mean"]
    rows = lakehouse.pandas(GLD_FORECAST, columns, f"series in ({series})")
    return {(str(key[0]), str(key[1])): _vintages(each) for key, each in rows.groupby(["measure", "series"])}


def _vintages(rows: pd.DataFrame) -> Published:
    means = rows.set_index(["as_of", "date"])["mean"]
    return Published({day: means.loc[day] for day in rows["as_of"].unique()})
