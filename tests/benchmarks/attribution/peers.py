"""Public ways to localise a change, in the few lines each needs; every one names places, none of them days or drivers.

Adtributor: Bhagwan et al. 2014. Greedy: the conjunction with the largest share of the change, again on the rest.
wise-pizza: as its manual calls it. metric-breakdown: its slices, one dimension at a time, where it says "localized".
"""

from itertools import combinations

import numpy as np
import pandas as pd

SMALL = 0.02  # of the change: what a name must explain at least
TOLD = 0.1  # of the change, for the greedy search


def revenue(lines: pd.DataFrame) -> pd.Series:
    """Of each line."""
    sold = lines["quantity"] * lines["list_price"] * (1 - lines["discount_rate"]) * lines["fx_rate"]
    return sold * ~lines["is_returned"]


def cells(lines: pd.DataFrame, dimensions: list[str], split: np.datetime64) -> pd.DataFrame:
    """Revenue by cell in the baseline (at the period's number of days) and the period."""
    value = revenue(lines)
    later = lines["order_date"].to_numpy() >= split
    days = lines["order_date"].dt.normalize().groupby(later).nunique()
    before, after = np.where(later, 0, value) * days[True] / days[False], np.where(later, value, 0)
    return lines[dimensions].assign(before=before, after=after).groupby(dimensions, as_index=False).sum()


def adtributor(table: pd.DataFrame, dimensions: list[str]) -> list[dict]:
    """The dimension with the most surprising distribution, and its elements that explain the change."""
    change = table["after"].sum() - table["before"].sum()
    best, score = [], -1.0
    for name in dimensions:
        sums = table.groupby(name)[["before", "after"]].sum()
        p, q = sums["before"] / sums["before"].sum(), sums["after"] / sums["after"].sum()
        p, q = p.clip(1e-12), q.clip(1e-12)
        surprise = 0.5 * (p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q)))
        power = (sums["after"] - sums["before"]) / change
        chosen, explained = [], 0.0
        for value in surprise.sort_values(ascending=False).index:
            if power[value] > TOLD:
                chosen.append({name: value})
                explained += power[value]
            if explained > 0.67:
                break
        if explained > 0.67 and surprise.sum() > score:
            best, score = chosen, float(surprise.sum())
    return best


def greedy(table: pd.DataFrame, dimensions: list[str], most: int = 3) -> list[dict]:
    """The conjunction whose change beyond its share of the total's is largest, up to three times."""
    named, left = [], table.copy()
    for _ in range(most):
        growth = left["after"].sum() / max(left["before"].sum(), 1e-9)
        sums = []
        for depth in (1, 2, 3):
            for names in combinations(dimensions, depth):
                grouped = left.groupby(list(names))[["before", "after"]].sum()
                excess = grouped["after"] - grouped["before"] * growth
                worth = excess.abs() / np.sqrt(grouped["before"] + grouped["after"] + 1)
                place = worth.idxmax()
                values = place if isinstance(place, tuple) else (place,)
                sums.append((float(worth[place]), abs(float(excess[place])), dict(zip(names, values, strict=True))))
        _, excess, where = max(sums, key=lambda one: one[0])
        if excess < SMALL * table["before"].sum():
            break
        named.append(where)
        inside = np.logical_and.reduce([left[name] == value for name, value in where.items()])
        left = left[~inside]
    return named


def wise_pizza(table: pd.DataFrame, dimensions: list[str]) -> list[dict]:
    """Its explanation of the change of a total, largest segments first."""
    from wise_pizza import explain_changes_in_totals

    before, after = (table[dimensions].assign(total=table[side], size=1) for side in ("before", "after"))
    names = {"dims": dimensions, "total_name": "total", "size_name": "size"}
    found = explain_changes_in_totals(before, after, **names, max_depth=3, max_segments=3, verbose=0)
    named = [segment["segment"] for segment in found.segments]
    return [{key: value for key, value in where.items() if key in dimensions} for where in named]


def metric_breakdown(lines: pd.DataFrame, dimensions: list[str], split: np.datetime64) -> list[dict]:
    """The leading slice of every dimension that it calls localized."""
    from breakdown.engine.slices import slice_attribution
    from breakdown.parser import MetricDefinition

    daily = lines[dimensions].assign(date=lines["order_date"], value=revenue(lines))
    total = daily.groupby("date", as_index=False)["value"].sum().rename(columns={"value": "revenue"})
    last = [pd.Timestamp(split) - pd.Timedelta(days=1), daily["date"].max()]
    windows = [f"{day:%Y-%m-%d}" for day in (daily["date"].min(), last[0], pd.Timestamp(split), last[1])]
    named = []
    for name in dimensions:
        every = {"source": name, "top_k": 20}
        metric = MetricDefinition(name="revenue", source="lines", kind="flow", dimensions={name: every})
        sliced = daily.groupby(["date", name], as_index=False)["value"].sum().rename(columns={name: "slice"})
        try:
            answer = slice_attribution(metric, name, sliced, total, *windows)
        except ValueError:  # it refuses windows in which a day has no lines
            return []
        if answer["localized"]:
            named.append({name: answer["slices"][0]["value"]})
    return named
