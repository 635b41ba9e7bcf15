"""Order lines of a small shop, drawn so that a planted cause is the only thing out of the ordinary."""

import numpy as np
import pandas as pd

FIRST, LAST = "2025-01-01", "2025-09-30"
REGIONS, CHANNELS, CATEGORIES = ["North", "South", "East"], ["web", "app"], ["books", "toys", "food", "tools"]


def shop_lines(orders_a_day=90, first=FIRST, last=LAST, seed=0):
    """Lines from January to September: three regions, two channels, four categories, one currency."""
    generator = np.random.default_rng(seed)
    days = pd.date_range(first, last)
    level = orders_a_day * (1 + 0.2 * (days.dayofweek >= 5)) * np.exp(0.02 * generator.normal(size=len(days)))
    date = np.repeat(days.to_numpy(), generator.poisson(level))
    orders = pd.DataFrame({"order_date": date, "order_id": np.arange(len(date))})
    orders["customer_id"] = generator.integers(0, 3000, len(orders))
    orders["region"] = generator.choice(REGIONS, len(orders), p=[0.5, 0.3, 0.2])
    orders["channel"] = generator.choice(CHANNELS, len(orders), p=[0.6, 0.4])
    lines = orders.loc[orders.index.repeat(1 + generator.poisson(0.7, len(orders)))].reset_index(drop=True)
    category = generator.choice(len(CATEGORIES), len(lines), p=[0.4, 0.3, 0.2, 0.1])
    lines["category"] = np.array(CATEGORIES, dtype=object)[category]
    lines["quantity"] = 1 + generator.poisson(0.4, len(lines))
    price = np.array([10.0, 20.0, 5.0, 50.0])[category] * np.exp(0.3 * generator.normal(size=len(lines)))
    lines["list_price"] = price.round(2)
    lines["currency"] = "INR"
    lines["discount_rate"] = np.where(generator.random(len(lines)) < 0.2, 0.1, 0.0)
    lines["is_returned"] = generator.random(len(lines)) < 0.05
    return lines


def held(lines, first="2025-09-01", last="2025-09-30", **where):
    """Which lines lie on these days and in this part of the shop."""
    inside = lines["order_date"].between(first, last)
    for name, value in where.items():
        inside &= lines[name] == value
    return inside


def lose(lines, share, first="2025-09-01", last="2025-09-30", **where):
    """The lines without a share of the orders of some part of the shop, chosen at random."""
    chosen = np.random.default_rng(7).random(lines["order_id"].max() + 1) < share
    return lines[~(held(lines, first, last, **where) & chosen[lines["order_id"]])]


def revenue(lines):
    """Of all lines."""
    sold = lines["quantity"] * lines["list_price"] * (1 - lines["discount_rate"]) * ~lines["is_returned"]
    return float(sold.sum())
