"""Price features: what a unit costs and how much of its price is given away."""

import pandas as pd

from features.panel import by_series

AMOUNTS = ("quantity", "list_amount", "discounted_amount")


def prices(daily_cells: pd.DataFrame) -> pd.DataFrame:
    """Average list price of a unit and the discount rate, by series and day.

    Args:
        daily_cells: Rows of ``gld_daily_cells``: date, country, channel, quantity (units), list_amount and
            discounted_amount (reporting currency).

    Returns:
        series, date, average_price (reporting currency a unit), discount_rate (0 to 1); missing where nothing sold.
    """
    sums = by_series(daily_cells, AMOUNTS)
    price = sums["list_amount"] / sums["quantity"].where(sums["quantity"] > 0)
    given = sums["list_amount"] - sums["discounted_amount"]
    rate = given / sums["list_amount"].where(sums["list_amount"] > 0)
    return sums[["series", "date"]].assign(average_price=price, discount_rate=rate)
