"""The data sets of the forecasting benchmark: each a history, what then happened, and what was known ahead."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pandas as pd
import prototype
import simulated
from task import Task

SHARED = Path(__file__).parents[4] / "shared" / "data"
STATIC = ["shop", "department", "region", "group", "country"]
PRODUCT = r"^\d{5}"


def cut(rows: pd.DataFrame, freq: str, horizon: int, season: int, back: int = 0, least: int = 20) -> Task:
    """Forecast the last ``horizon`` dates, or those ``back`` dates earlier, of series with ``least`` values before."""
    dates = sorted(rows["ds"].unique())
    last, end = dates[-1 - horizon - back], dates[-1 - back]
    static = [name for name in STATIC if name in rows]
    past, ahead = rows[rows["ds"] <= last], rows[(rows["ds"] > last) & (rows["ds"] <= end)]
    known = past.groupby("unique_id")["y"].count()
    kept = known.index[known >= least]
    past, ahead = (part[part["unique_id"].isin(kept)].drop(columns=static) for part in (past, ahead))
    future = ahead.drop(columns="y")
    dimensions = rows[["unique_id", *static]].drop_duplicates("unique_id") if static else None
    return Task(past, ahead, future if future.shape[1] > 2 else None, dimensions, freq, horizon, season)


def m4(name: str, freq: str, horizon: int, season: int) -> Task:
    """M4's own split; its series have no dates, so that they are taken to end together."""
    train = pd.read_csv(SHARED / "m4" / f"{name}-train.csv", index_col=0)
    test = pd.read_csv(SHARED / "m4" / f"{name}-test.csv", index_col=0).loc[train.index]
    end = pd.Timestamp("2017-01-01")
    return Task(
        _stacked(train, end, freq),
        _stacked(test, pd.date_range(end, periods=horizon + 1, freq=freq)[-1], freq),
        None,
        None,
        freq,
        horizon,
        season,
    )


def _stacked(wide: pd.DataFrame, end: pd.Timestamp, freq: str) -> pd.DataFrame:
    parts = []
    for name, row in wide.iterrows():
        values = row.dropna().to_numpy(float)
        dates = pd.date_range(end=end, periods=len(values), freq=freq)
        parts.append(pd.DataFrame({"unique_id": name, "ds": dates, "y": values}))
    return pd.concat(parts, ignore_index=True)


@cache
def _lines() -> pd.DataFrame:
    """Sales of Online Retail II: product, country, day, units, revenue; returns and non-products left out."""
    columns = ["StockCode", "Quantity", "InvoiceDate", "UnitPrice", "Country"]
    files = sorted((SHARED / "online_retail" / "landing").glob("*.csv"))
    rows = pd.concat([pd.read_csv(file, usecols=columns, dtype={"StockCode": str}) for file in files])
    sold = rows[(rows["Quantity"] > 0) & (rows["UnitPrice"] > 0) & rows["StockCode"].str.match(PRODUCT)]
    return pd.DataFrame(
        {
            "product": sold["StockCode"].str.upper().str.strip(),
            "country": sold["Country"],
            "day": pd.to_datetime(sold["InvoiceDate"]).dt.normalize(),
            "units": sold["Quantity"],
            "revenue": sold["Quantity"] * sold["UnitPrice"],
        }
    )


def _gridded(rows: pd.DataFrame, by: str, value: str, freq: str, least: int) -> pd.DataFrame:
    """Sums by series and step, zero where nothing was sold after the first sale; the last, torn step left out."""
    table = rows.pivot_table(index=pd.Grouper(key="day", freq=freq), columns=by, values=value, aggfunc="sum")
    table = table.asfreq(freq).iloc[:-1]
    table = table.loc[:, table.notna().sum() >= least]
    filled = table.fillna(0).where(table.ffill().notna())
    return filled.rename_axis("ds").reset_index().melt("ds", var_name="unique_id", value_name="y").dropna()


def products(value: str, back: int) -> Task:
    rows = _gridded(_lines(), "product", value, "W-SUN", 60)
    return cut(rows.assign(group=rows["unique_id"].str[:3]), "W-SUN", 13, 1, back)


def countries(value: str, back: int) -> Task:
    return cut(_gridded(_lines(), "country", value, "W-SUN", 40), "W-SUN", 13, 1, back)


def daily_countries(back: int) -> Task:
    return cut(_gridded(_lines(), "country", "revenue", "D", 120), "D", 28, 7, back)


def weekly_panel(seed: int, regime: str, back: int) -> Task:
    return cut(simulated.weekly(seed, regime=regime), "W-FRI", 39, 52, back)


def daily_panel(seed: int, regime: str, back: int) -> Task:
    return cut(simulated.daily(seed, regime=regime), "D", 48, 7, back)


def many_weekly(series: int) -> Task:
    """140 weeks of so many series, 39 ahead."""
    return cut(simulated.weekly(3, shops=series // 60, weeks=179), "W-FRI", 39, 52)


def many_daily(series: int, days: int, horizon: int) -> Task:
    """So many series and days of history, with covariates."""
    return cut(simulated.daily(4, shops=series, days=days + horizon), "D", horizon, 7)


def real_sales() -> dict[str, Callable[[], Task]]:
    """Online Retail from two origins each, the newest being the second."""
    found: dict[str, Callable[[], Task]] = {}
    for origin, back in ((1, 1), (2, 0)):
        for value in ("units", "revenue"):
            found[f"Online Retail, product {value}, origin {origin}"] = partial(products, value, 13 * back)
            found[f"Online Retail, country {value}, origin {origin}"] = partial(countries, value, 13 * back)
        found[f"Online Retail, daily countries, origin {origin}"] = partial(daily_countries, 28 * back)
    return found


SETS: dict[str, Callable[[], Task]] = {
    "M4 Weekly": partial(m4, "Weekly", "W-SUN", 13, 1),
    "M4 Hourly": partial(m4, "Hourly", "h", 48, 24),
    **real_sales(),
    "Simulated weekly A, short": partial(weekly_panel, 1, "A", 39),
    "Simulated weekly A": partial(weekly_panel, 1, "A", 0),
    "Simulated weekly B": partial(weekly_panel, 2, "B", 0),
    "Simulated daily A": partial(daily_panel, 1, "A", 0),
    "Simulated daily B, Christmas": partial(daily_panel, 2, "B", 250),
    "Held out weekly A": partial(weekly_panel, 911, "A", 0),
    "Held out weekly B": partial(weekly_panel, 912, "B", 0),
    "Held out daily A": partial(daily_panel, 913, "A", 0),
    "Held out daily B, Christmas": partial(daily_panel, 914, "B", 250),
    **{f"Prototype {name}": partial(prototype.task, name) for name in prototype.RECIPE},
}
SIZES: dict[str, Callable[[], Task]] = {
    "Size, 300 weekly": partial(many_weekly, 300),
    "Size, 1500 weekly": partial(many_weekly, 1500),
    "Size, 3000 weekly": partial(many_weekly, 3000),
    "Size, 6000 weekly": partial(many_weekly, 6000),
    "Size, 1100 daily": partial(many_daily, 1100, 940, 48),
    "Size, 3000 daily": partial(many_daily, 3000, 200, 28),
    "Size, 10000 daily": partial(many_daily, 10_000, 200, 28),
    "Size, 30000 daily": partial(many_daily, 30_000, 200, 28),
}
"""How long it takes and how much memory; asked for by name."""


def chosen(words: list[str]) -> Iterator[tuple[str, Callable[[], Task]]]:
    """The sets and sizes whose names hold one of the words; all sets, and no sizes, without any."""
    for name, load in (SETS | SIZES if words else SETS).items():
        if not words or any(word.lower() in name.lower() for word in words):
            yield name, load
