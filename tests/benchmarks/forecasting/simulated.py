"""Simulated retail panels: weekly shop x department, and daily shops with promotions and closed days.

Sales are products of a size, a season, feasts whose strength differs from year to year, promotions, a level that
wanders and sometimes jumps, and noise with memory and outliers. Regime B is rougher than A. Nothing here is shared with
the models: feasts are curves of days, not hats, and weeks are sums of days.
"""

import numpy as np
import pandas as pd

from features.moving_days import days_to_nearest, feasts

ROUGHNESS = {"A": 1.0, "B": 1.7}


def weekly(seed: int, shops: int = 15, departments: int = 60, weeks: int = 182, regime: str = "A") -> pd.DataFrame:
    """unique_id, shop, department, ds (Fridays), y, promoted."""
    draws, rough = np.random.default_rng(seed), ROUGHNESS[regime]
    days = pd.date_range("2013-02-02", periods=7 * weeks)
    series = shops * departments
    shop, department = np.divmod(np.arange(series), departments)
    like = _department_logs(draws, days, departments, rough)[department]
    daily = np.exp(like + draws.normal(0, 0.05, (series, 1)) * np.cos(2 * np.pi * days.dayofyear.to_numpy() / 365.25))
    promoted = draws.random((series, weeks)) < 0.08
    level = _levels(draws, series, weeks, 0.012 * rough, 0.1 * rough)
    logs = level + 0.35 * promoted + _noise(draws, series, weeks, 0.06 * rough)
    size = draws.lognormal(8, 1, departments)[department] * draws.lognormal(0, 0.4, shops)[shop]
    sales = size[:, None] * daily.reshape(series, weeks, 7).mean(axis=2) * np.exp(logs)
    return _long(
        days[6::7],
        sales.round(2),
        [f"s{a}_d{b}" for a, b in zip(shop, department, strict=True)],
        {"shop": shop, "department": department},
        {"promoted": promoted * 1},
    )


def daily(seed: int, shops: int = 300, days: int = 990, regime: str = "A") -> pd.DataFrame:
    """unique_id, region, ds, y, open, promotion, school_holiday."""
    draws, rough = np.random.default_rng(seed), ROUGHNESS[regime]
    dates = pd.date_range("2014-01-01", periods=days)
    region = draws.integers(0, 5, shops)
    weekday = dates.dayofweek.to_numpy()
    shut = _closed(draws, dates, region, shops)
    fortnight = (np.arange(days) + weekday[0]) // 7 % 2 == 0
    promotion = np.tile(fortnight & (weekday < 5), (shops, 1))
    school = np.stack([_school(draws, dates) for _ in range(5)])[region]
    habit = draws.normal([0.1, 0, -0.05, 0, 0.05, 0, 0], 0.05, (shops, 7))[:, weekday]
    strength = draws.gamma(4, 0.08, (shops, 1))
    feast = np.exp(-np.maximum(-days_to_nearest(dates, feasts(dates)["Christmas"]), 0) / 9)
    feast = np.where(np.abs(days_to_nearest(dates, feasts(dates)["Christmas"])) < 30, feast, 0)
    logs = habit + strength * feast + draws.normal(0.33, 0.08, (shops, 1)) * promotion + 0.03 * school
    logs += _levels(draws, shops, days, 0.003 * rough, 0.1 * rough) + _noise(draws, shops, days, 0.08 * rough)
    sales = np.where(shut, 0, draws.lognormal(8.5, 0.4, (shops, 1)) * np.exp(logs)).round()
    known = {"open": ~shut * 1, "promotion": promotion * 1, "school_holiday": school * 1}
    return _long(dates, sales, [f"shop{k}" for k in range(shops)], {"region": region}, known)


def _department_logs(draws: np.random.Generator, days: pd.DatetimeIndex, count: int, rough: float) -> np.ndarray:
    """Season and feasts of each department, shape (departments, days)."""
    angle = 2 * np.pi * days.dayofyear.to_numpy() / 365.25
    phase, height = draws.uniform(0, 2 * np.pi, (count, 1)), draws.gamma(1.5, 0.12, (count, 1))
    logs = height * np.cos(angle - phase) + 0.4 * height * np.cos(2 * angle - 2 * phase)
    for near in (days_to_nearest(days, each) for each in feasts(days).values()):
        run_up = np.where((near <= 0) & (near > -30), np.exp(near / 8), 0) - 0.3 * ((near > 0) & (near < 10))
        by_year = draws.normal(1, 0.1 * rough, (count, days.year.max() - days.year.min() + 1))
        logs = logs + draws.gamma(1, 0.35, (count, 1)) * by_year[:, days.year - days.year.min()] * run_up
    return logs


def _levels(draws: np.random.Generator, series: int, steps: int, pace: float, jumps: float) -> np.ndarray:
    """Levels that wander together and alone, drift, and sometimes jump."""
    wander = np.cumsum(draws.normal(0, pace, (series, steps)), axis=1)
    together = np.cumsum(draws.normal(0, pace / 2, steps))
    at = draws.integers(steps // 10, steps, (series, 1))
    jump = draws.normal(0, 0.3, (series, 1)) * (draws.random((series, 1)) < jumps) * (np.arange(steps) >= at)
    return wander + together + jump + draws.normal(0, 0.04, (series, 1)) * np.arange(steps) / steps


def _noise(draws: np.random.Generator, series: int, steps: int, size: float) -> np.ndarray:
    shocks = draws.standard_t(6, (series, steps)) * size * draws.lognormal(0, 0.3, (series, 1))
    for step in range(1, steps):
        shocks[:, step] += 0.3 * shocks[:, step - 1]
    return shocks + (draws.random((series, steps)) < 0.01) * draws.normal(0, 0.35, (series, steps))


def _closed(draws: np.random.Generator, dates: pd.DatetimeIndex, region: np.ndarray, shops: int) -> np.ndarray:
    fixed = np.isin(dates.strftime("%m-%d"), ["01-01", "05-01", "10-03", "12-25", "12-26"])
    moving = np.isin(days_to_nearest(dates, feasts(dates)["Easter"]), [-2, 1, 39, 50])
    own = np.stack([dates.strftime("%m-%d") == f"{month:02}-06" for month in range(6, 11)])[region]
    sundays = (dates.dayofweek == 6) & (draws.random((shops, 1)) < 0.9)
    return own | fixed | moving | sundays | (draws.random((shops, len(dates))) < 0.001)


def _school(draws: np.random.Generator, dates: pd.DatetimeIndex) -> np.ndarray:
    summer = 182 + draws.integers(0, 30)
    return ((dates.dayofyear >= summer) & (dates.dayofyear < summer + 42)) | (dates.dayofyear > 355)


def _long(dates: pd.DatetimeIndex, sales: np.ndarray, names: list[str], static: dict, known: dict) -> pd.DataFrame:
    steps = len(dates)
    columns = {name: np.repeat(codes, steps) for name, codes in static.items()}
    columns |= {name: values.ravel() for name, values in known.items()}
    return pd.DataFrame(
        {"unique_id": np.repeat(names, steps), "ds": np.tile(dates, len(names)), "y": sales.ravel(), **columns}
    )
