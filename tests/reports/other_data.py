"""Report data made up for tests: a wholesaler without channels, a month like the one before, and hardly any data."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from etl.contracts import Table
from etl.frames import arrow_table
from etl.periods import Period, calendar_period
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS
from etl.schemas.ops import OPS_FILES, OPS_RUNS
from etl.schemas.results import GLD_FORECAST, GLD_FORECAST_ACCURACY, GLD_REVENUE_BRIDGE
from reports import gold
from reports.data import ReportData, Source
from tests.reports.atoz_data import (
    AUGUST,
    DRIVERS,
    SEPTEMBER,
    amounts,
    atoz_data,
    between,
    bridge_cells,
    bridge_rows,
    calendar,
    quarantine,
)


def empty(table: Table) -> pd.DataFrame:
    """No rows, in the types that a snapshot gives them."""
    frame = arrow_table(table, pd.DataFrame()).to_pandas(date_as_object=False)
    numbers = [column.name for column in table.columns if column.type.startswith(("decimal", "int", "bigint"))]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def without(data: ReportData, **tables: tuple[Table, list[str]]) -> ReportData:
    """The same data before some tables were ever written."""
    return replace(data, **{name: empty(table)[columns] for name, (table, columns) in tables.items()})


def quiet_data() -> ReportData:
    """A month exactly like the one before, in length and in amount; every estimated driver is near nothing."""
    data = atoz_data()
    july, august = calendar_period(date(2025, 7, 1), 1), AUGUST
    total = float(between(data.orders, july)["net_revenue"].sum())
    moved = {"customers": (0.2e6, (-4e6, 4.4e6)), "mix": (-0.1e6, (-2e6, 1.8e6))}
    rows = [
        ("baseline", "total", total, None),
        ("volume", "total", 0.2e6, (-4e6, 4.4e6)),
        ("aov", "total", -0.1e6, (-2e6, 1.8e6)),
    ]
    rows += [(name, stage, *moved.get(name, (0.0, None))) for name, (stage, _, _) in DRIVERS.items()]
    scaled = data.orders.assign(
        net_revenue=data.orders["net_revenue"].where(
            ~data.orders["date"].between("2025-08-01", "2025-08-31"),
            data.orders["net_revenue"] * (total + 0.1e6) / 613.2e6,
        )
    )
    bridge = bridge_rows([*rows, ("period", "total", total + 0.1e6, None)])
    return replace(data, baseline=july, period=august, bridge=bridge, orders=scaled, cells=data.cells.iloc[:0])


def wholesaler_data() -> ReportData:
    """Forty countries, pounds, no channel, region, category or legacy measure, closed on Saturdays."""
    baseline, period = calendar_period(date(2011, 8, 1), 1), calendar_period(date(2011, 9, 1), 1)
    days = pd.date_range("2011-04-01", "2011-11-09")
    days = days[days.dayofweek != 5]
    noise = np.random.default_rng(3)
    names = ["United Kingdom", "EIRE", *(f"Country {n}" for n in range(1, 39))]
    shares = np.array([0.83, 0.05, *np.geomspace(0.02, 0.0001, 38)])
    level = 24_000 * (1 + 0.35 * (days.month == 9) + 0.5 * (days.month >= 10)) * noise.normal(1, 0.18, len(days))
    frames = [_country_orders(days, level * share, name) for name, share in zip(names, shares, strict=True)]
    orders = pd.concat(frames, ignore_index=True)
    sums = [between(orders, span)["net_revenue"].sum() for span in (baseline, period)]
    rows = [
        ("baseline", "total", sums[0], None),
        ("volume", "total", (sums[1] - sums[0]) * 0.9, (1.0e5, 2.6e5)),
        ("aov", "total", (sums[1] - sums[0]) * 0.1, (-2.0e4, 5.5e4)),
        ("days", "calendar", -21e3, None),
        ("customers", "orders", (sums[1] - sums[0]) * 0.9 + 21e3, (1.2e5, 2.8e5)),
        ("mix", "aov", (sums[1] - sums[0]) * 0.1, (-2.0e4, 5.5e4)),
        ("period", "total", sums[1], None),
    ]
    totals = bridge_rows(rows, "GBP")
    cells = (
        bridge_cells(orders, totals, baseline, period)
        .groupby(["country", "region", "channel", "driver", "stage"], as_index=False)["amount"]
        .sum()
    )
    data = replace(
        atoz_data(),
        source=Source("online_retail", "Europe/London", "GBP", False, Period(date(2011, 4, 1), date(2011, 11, 9))),
        baseline=baseline,
        period=period,
        bridge=totals,
        cells=cells.assign(category="Not Available")[gold.CELL_COLUMNS],
        orders=orders[gold.ORDER_COLUMNS],
        amounts=amounts(orders).assign(taxed_amount=np.nan, net_amount_inr=np.nan),
        calendar=calendar("2011-04-01", "2012-01-31").assign(festival=None, is_festival=False)[gold.CALENDAR_COLUMNS],
        exchange=pd.DataFrame([("GBP", "fixed", 400_000)], columns=["currency", "origin", "lines"]),
    )
    return without(
        data, forecast=(GLD_FORECAST, gold.FORECAST_COLUMNS), accuracy=(GLD_FORECAST_ACCURACY, gold.ACCURACY_COLUMNS)
    )


def _country_orders(days: pd.DatetimeIndex, net: np.ndarray, country: str) -> pd.DataFrame:
    orders = np.maximum(np.round(net / 480), 0.0)
    places = {"date": days, "country": country, "region": "Not Available", "channel": "Not Available"}
    return pd.DataFrame(
        {**places, "orders": orders, "units": orders * 12, "net_revenue": net, "net_amount_inr": np.nan}
    )


def bare_data() -> ReportData:
    """One month of orders and nothing else."""
    tables = {
        "bridge": (GLD_REVENUE_BRIDGE, gold.BRIDGE_COLUMNS),
        "cells": (GLD_REVENUE_BRIDGE, gold.CELL_COLUMNS),
        "amounts": (GLD_DAILY_CELLS, gold.AMOUNT_COLUMNS),
        "calendar": (GLD_CALENDAR, gold.CALENDAR_COLUMNS),
        "forecast": (GLD_FORECAST, gold.FORECAST_COLUMNS),
        "accuracy": (GLD_FORECAST_ACCURACY, gold.ACCURACY_COLUMNS),
        "files": (OPS_FILES, gold.FILE_COLUMNS),
        "runs": (OPS_RUNS, gold.RUN_COLUMNS),
    }
    data = without(atoz_data(), **tables)
    month = between(data.orders, SEPTEMBER)
    return replace(data, orders=month, quarantine=quarantine().iloc[:0], exchange=data.exchange.iloc[:0], versions={})


def no_data() -> ReportData:
    """A warehouse without a single order."""
    return without(bare_data(), orders=(GLD_DAILY_ORDERS, gold.ORDER_COLUMNS))
