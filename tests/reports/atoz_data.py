"""Report data made up for tests: AtoZ's September against August, in the shape of its published figures."""

from datetime import date

import numpy as np
import pandas as pd

from etl.periods import Period, calendar_period
from reports import gold
from reports.data import ReportData, Source

AUGUST = calendar_period(date(2025, 8, 1), 1)
SEPTEMBER = calendar_period(date(2025, 9, 1), 1)
MONTH_TOTALS = {"2025-08": 613.2e6, "2025-09": 567.5e6, "2025-10": 610.4e6}
LEGACY_OVER_NET = 1.0138
REGIONS = {
    "India": {"West": 0.2, "North": 0.22, "South": 0.25},
    "United States": {"NorthEast": 0.07, "South": 0.05, "West": 0.03},
    "United Kingdom": {"England": 0.05, "Scotland": 0.02},
    "United Arab Emirates": {"Dubai": 0.03, "Abu Dhabi": 0.015},
    "Singapore": {"Singapore": 0.025},
    "Australia": {"East": 0.02, "West": 0.005},
    "Canada": {"East": 0.01, "West": 0.005},
}
CHANNELS = {"Mobile": 0.62, "Website": 0.38}
CATEGORIES = {"Electronics": 0.4, "Books": 0.2, "Grocery": 0.18, "Toys": 0.12, "Home & Kitchen": 0.1}
FESTIVALS = {"Pitru Paksha": ("2025-09-07", "2025-09-21", 0.93), "Diwali": ("2025-10-01", "2025-10-20", 1.07)}
WEEKDAYS = np.array([0.97, 0.95, 0.96, 0.98, 1.02, 1.08, 1.04])
DRIVERS = {
    "days": ("calendar", -19.4e6, None),
    "weekday_mix": ("calendar", -0.6e6, (-1.9e6, 0.8e6)),
    "events": ("calendar", -13.1e6, (-17.9e6, -8.2e6)),
    "customers": ("orders", -15.6e6, (-20.9e6, -10.1e6)),
    "orders_per_customer": ("orders", 0.9e6, (-1.4e6, 3.1e6)),
    "lines_per_order": ("aov", 0.3e6, (-0.9e6, 1.5e6)),
    "mix": ("aov", 1.2e6, (-0.8e6, 3.3e6)),
    "quantity": ("aov", 0.2e6, (-0.6e6, 1.0e6)),
    "price": ("aov", 0.0, None),
    "discount": ("aov", 2.6e6, (1.4e6, 3.9e6)),
    "fx": ("aov", 0.4e6, None),
    "returns": ("aov", None, (-3.6e6, -1.4e6)),
}
ACCURACY = {"Panel": (0.62, 0.06, 0.79), "SeasonalNaive": (0.95, 0.11, 0.71), "Prophet": (0.7, 0.07, 0.62)}


def daily_orders(first: str = "2025-06-01", last: str = "2025-10-31") -> pd.DataFrame:
    """Orders of AtoZ by day and cell, with an outage on 16 and 17 September, months scaled to what was published."""
    days = pd.date_range(first, last)
    level = WEEKDAYS[days.dayofweek] * np.random.default_rng(7).normal(1, 0.02, len(days))
    for start, end, lift in FESTIVALS.values():
        level = level * np.where((days >= start) & (days <= end), lift, 1.0)
    level = pd.Series(level * np.where(days.isin(pd.to_datetime(["2025-09-16", "2025-09-17"])), 0.62, 1.0), index=days)
    months = days.strftime("%Y-%m")
    revenue = pd.concat(
        [level[months == m] / level[months == m].sum() * MONTH_TOTALS.get(m, 600e6) for m in months.unique()]
    )
    cells = [
        (c, r, h, s * t) for c, regions in REGIONS.items() for r, s in regions.items() for h, t in CHANNELS.items()
    ]
    return pd.concat([_cell_orders(revenue, *cell) for cell in cells], ignore_index=True)


def _cell_orders(revenue: pd.Series, country: str, region: str, channel: str, share: float) -> pd.DataFrame:
    net = revenue * share
    orders = (net / 3400.0).round()
    columns = {"date": revenue.index, "country": country, "region": region, "channel": channel, "orders": orders.values}
    amounts = {
        "units": (orders * 2.3).round().values,
        "net_revenue": net.values,
        "net_amount_inr": net.values * LEGACY_OVER_NET,
    }
    return pd.DataFrame({**columns, "customers": (orders * 0.96).values, **amounts})


def bridge_totals(baseline: float, period: float, unit: str = "INR", scale: float = 1.0) -> pd.DataFrame:
    """Total rows of the bridge; returns take whatever the planted drivers leave of the change."""
    planted = sum((amount or 0.0) * scale for _, amount, _ in DRIVERS.values())
    rest = period - baseline - planted
    amounts = {name: rest if amount is None else amount * scale for name, (_, amount, _) in DRIVERS.items()}
    volume = sum(amounts[name] for name, (stage, _, _) in DRIVERS.items() if stage != "aov")
    aov = period - baseline - volume
    rows = [
        ("baseline", "total", baseline, None),
        ("volume", "total", volume, (volume - 7e6 * scale, volume + 7e6 * scale)),
    ]
    rows += [("aov", "total", aov, (aov - 1.5e6 * scale, aov + 1.5e6 * scale))]
    rows += [
        (name, stage, amounts[name], _around(amounts[name], ends, scale)) for name, (stage, _, ends) in DRIVERS.items()
    ]
    calendar = sum(amounts[name] for name, (stage, _, _) in DRIVERS.items() if stage == "calendar")
    ends = (calendar - 2e6 * scale, calendar + 2e6 * scale)
    return bridge_rows([*rows, ("period", "total", period, None), ("calendar", "total", calendar, ends)], unit)


def _around(amount: float, ends: tuple[float, float] | None, scale: float) -> tuple[float, float] | None:
    if ends is None:
        return None
    half = (ends[1] - ends[0]) / 2 * scale
    return amount - half, amount + half


def bridge_rows(rows: list[tuple[str, str, float, tuple[float, float] | None]], unit: str = "INR") -> pd.DataFrame:
    """Rows of (driver, stage, amount, interval) as ``gld_revenue_bridge`` has them."""
    records = [
        {
            "unit": unit,
            "position": position,
            "driver": driver,
            "stage": stage,
            "amount": amount,
            "low": ends[0] if ends else None,
            "high": ends[1] if ends else None,
            "distinguishable": (ends[0] > 0 or ends[1] < 0) if ends else None,
            "method_spread": 0.01e6,
            "run_id": "4b6f1c0de2",
        }
        for position, (driver, stage, amount, ends) in enumerate(rows)
    ]
    return pd.DataFrame(records).astype({"low": "float64", "high": "float64"})


def bridge_cells(orders: pd.DataFrame, totals: pd.DataFrame, baseline: Period, period: Period) -> pd.DataFrame:
    """Cell rows whose drivers add up to each cell's change: what the planted ones leave goes to customers."""
    keys = ["country", "region", "channel"]
    sums = [between(orders, span).groupby(keys)["net_revenue"].sum() for span in (baseline, period)]
    drivers = totals[totals["stage"] != "total"]
    share, change = sums[0] / sums[0].sum(), sums[1] - sums[0]
    frames = [
        (
            change - share * drivers.loc[drivers["driver"] != "customers", "amount"].sum()
            if d == "customers"
            else share * a
        )
        .rename("amount")
        .reset_index()
        .assign(driver=d, stage=s)
        for d, s, a in drivers[["driver", "stage", "amount"]].itertuples(index=False)
    ]
    cells = pd.concat(frames, ignore_index=True)
    return pd.concat(
        [cells.assign(category=name, amount=cells["amount"] * part) for name, part in CATEGORIES.items()],
        ignore_index=True,
    )[gold.CELL_COLUMNS]


def between(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    return frame[frame["date"].between(str(period.first), str(period.last))]


def calendar(first: str = "2025-06-01", last: str = "2025-12-31") -> pd.DataFrame:
    """India's festivals and holidays, and the United Kingdom's."""
    days = pd.date_range(first, last)
    festival = pd.Series(None, index=days, dtype=object)
    for name, (start, end, _) in FESTIVALS.items():
        festival[start:end] = name
    holiday = pd.Series(
        {pd.Timestamp("2025-08-15"): "Independence Day", pd.Timestamp("2025-10-02"): "Gandhi Jayanti"}
    ).reindex(days)
    bank = pd.Series(
        {pd.Timestamp("2025-08-25"): "Summer Bank Holiday", pd.Timestamp("2025-12-25"): "Christmas Day"}
    ).reindex(days)
    india = pd.DataFrame({"date": days, "country": "India", "festival": festival.values, "holiday": holiday.values})
    britain = pd.DataFrame({"date": days, "country": "United Kingdom", "festival": None, "holiday": bank.values})
    both = pd.concat([india, britain], ignore_index=True)
    return both.assign(is_festival=both["festival"].notna(), is_holiday=both["holiday"].notna())


def forecast(as_of: str = "2025-10-31", revenue: float = 19.9e6) -> pd.DataFrame:
    """Sixty-one days of the total's orders and revenue with nine quantiles."""
    days = pd.date_range(pd.Timestamp(as_of) + pd.Timedelta(days=1), periods=61)
    frames = []
    for measure, level in (("net_revenue", revenue), ("orders", revenue / 3400.0)):
        mean = level * WEEKDAYS[days.dayofweek]
        width = mean * (0.03 + 0.0006 * np.arange(61))
        quantiles = {
            f"q{10 * i}": mean + width * z
            for i, z in enumerate((-1.28, -0.84, -0.52, -0.25, 0, 0.25, 0.52, 0.84, 1.28), 1)
        }
        columns = {"as_of": pd.Timestamp(as_of), "measure": measure, "date": days, "mean": mean, **quantiles}
        frames.append(pd.DataFrame({**columns, "model": "Panel", "note": None}))
    return pd.concat(frames, ignore_index=True)


def accuracy() -> pd.DataFrame:
    """Three candidates over two ranges of horizons."""
    rows = [
        {
            "as_of": pd.Timestamp("2025-10-31"),
            "measure": measure,
            "model": model,
            "horizon_first": first,
            "horizon_last": last,
            "cutoffs": 6,
            "sql": sql * far,
            "mase": sql * 1.3 * far,
            "wape": wape * far,
            "coverage_80": coverage,
        }
        for measure in ("net_revenue", "orders")
        for model, (sql, wape, coverage) in ACCURACY.items()
        for first, last, far in ((1, 7, 1.0), (8, 61, 1.2))
    ]
    return pd.DataFrame(rows)


def files() -> pd.DataFrame:
    """A landing zone with one file that could not be read and one that was empty."""
    orders = [("order_items", 13_000, 12_950, 40, 10, "loaded")] * 92
    rows = [
        *orders,
        ("products", 1200, 1200, 0, 0, "loaded"),
        ("returns", 0, 0, 0, 0, "empty"),
        ("order_items", 9, 0, 9, 0, "quarantined"),
    ]
    names = ["feed", "rows_landed", "rows_kept", "rows_quarantined", "rows_superseded", "state"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(file_name=[f"{feed}/{number:03}.csv" for number, feed in enumerate(frame["feed"])])


def quarantine() -> pd.DataFrame:
    """Lines kept out, by rule."""
    rows = [
        ("order_items", "quantity_is_a_number", "quantity must be a whole number", 3000),
        ("order_items", "known_channel", "channel must be web or app", 680),
        ("order_items", "readable", "the file must be UTF-8", 9),
    ]
    return pd.DataFrame(rows, columns=["feed", "rule", "reason", "rows"])


def atoz_data() -> ReportData:
    """AtoZ's September against August."""
    orders = daily_orders()
    sums = [between(orders, span)["net_revenue"].sum() for span in (AUGUST, SEPTEMBER)]
    totals = bridge_totals(*sums)
    return ReportData(
        source=Source("atoz", "Asia/Kolkata", "INR", True, Period(date(2025, 6, 1), date(2025, 10, 31))),
        measure="net_revenue",
        period=SEPTEMBER,
        baseline=AUGUST,
        bridge=totals,
        cells=bridge_cells(orders, totals, AUGUST, SEPTEMBER),
        orders=orders[gold.ORDER_COLUMNS],
        amounts=amounts(orders),
        calendar=calendar()[gold.CALENDAR_COLUMNS],
        forecast=forecast(),
        accuracy=accuracy(),
        files=files()[gold.FILE_COLUMNS],
        quarantine=quarantine(),
        exchange=pd.DataFrame(
            [("INR", "fixed", 820_000), ("USD", "landed", 180_000), ("GBP", "carried", 9_000)],
            columns=["currency", "origin", "lines"],
        ),
        runs=runs(),
        versions={"gold.gld_daily_orders": 4, "gold.gld_revenue_bridge": 2, "gold.gld_forecast": 7, "ops.ops_files": 3},
    )


def amounts(orders: pd.DataFrame) -> pd.DataFrame:
    """The legacy measure and the right one by day, with the steps between them."""
    by_day = orders.groupby("date")[["net_revenue", "net_amount_inr"]].sum().reset_index()
    converted = by_day["net_revenue"] * 1.004
    return by_day.assign(converted_amount=converted, taxed_amount=by_day["net_amount_inr"] - 40_000.0)[
        gold.AMOUNT_COLUMNS
    ]


def runs() -> pd.DataFrame:
    """One refresh of three steps."""
    started = pd.Timestamp("2025-11-01 02:00")
    rows = [
        ("r-20251101", step, n, 1000 * n, 4.2 * n, started + pd.Timedelta(minutes=n))
        for n, step in enumerate(("bronze", "silver", "gold"), 1)
    ]
    return pd.DataFrame(rows, columns=gold.RUN_COLUMNS)
