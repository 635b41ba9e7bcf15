"""What customers bring: revenue for each, with intervals, and how it is concentrated."""

# ruff: noqa: S608 - statements are made of the names of contracts

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.periods import Period
from etl.schemas.daily import GLD_DAILY_CUSTOMERS
from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_FACT_ORDER_ITEMS
from reports.snapshot import Snapshot

Z95 = 1.959964
FEWEST_CUSTOMERS = 30
# doubles are added in the order of their size, so that the sum does not depend on threads
PER_CUSTOMER = """
    select {keys}, count(*) as customers, sum(revenue)::double as revenue, avg(revenue)::double as mean,
        stddev_samp(revenue::double order by revenue) / sqrt(count(*)) as error
    from spent group by all order by all
"""


def by_channel_and_month(snapshot: Snapshot, measure: str, months: Period) -> pd.DataFrame:
    """Revenue per known customer: month, name (the channel), customers, revenue, mean, low, high.

    A customer of a channel and month is one unit: the mean's interval is the normal one, none under
    ``FEWEST_CUSTOMERS``.
    """
    sql = f"""
        with spent as (
            select date_trunc('month', date)::date as month, channel as name, cluster, sum({measure}) as revenue
            from {GLD_DAILY_CUSTOMERS.name} where is_known and date between $1 and $2 group by all
        )
    """ + PER_CUSTOMER.format(keys="month, name")
    return _with_interval(snapshot.query(sql, [GLD_DAILY_CUSTOMERS], [months.first, months.last]))


def by_country(snapshot: Snapshot, measure: str, period: Period) -> pd.DataFrame:
    """Revenue per known customer of a period, as above, by country; and how many are ``registered``."""
    sql = f"""
        with spent as (
            select country as name, cluster, sum({measure}) as revenue
            from {GLD_DAILY_CUSTOMERS.name} where is_known and date between $1 and $2 group by all
        )
    """ + PER_CUSTOMER.format(keys="name")
    active = _with_interval(snapshot.query(sql, [GLD_DAILY_CUSTOMERS], [period.first, period.last]))
    known = f"""
        select country as name, count(*) as registered from {GLD_DIM_CUSTOMERS.name}
        where country is not null group by 1
    """
    both = active.merge(snapshot.query(known, [GLD_DIM_CUSTOMERS]), on="name", how="outer")
    return both.sort_values(["registered", "customers", "name"], ascending=[False, False, True], ignore_index=True)


def by_region(snapshot: Snapshot, measure: str, period: Period) -> pd.DataFrame:
    """Revenue per known customer of a period, as above, by country and region, largest mean first."""
    sql = f"""
        with spent as (
            select country, region, customer_id, sum({measure}) as revenue
            from {GLD_FACT_ORDER_ITEMS.name}
            where customer_id is not null and transaction_date between $1 and $2 group by all
        )
    """ + PER_CUSTOMER.format(keys="country, region")
    rows = _with_interval(snapshot.query(sql, [GLD_FACT_ORDER_ITEMS], [period.first, period.last]))
    return rows.sort_values(["mean", "country", "region"], ascending=[False, True, True], ignore_index=True)


def by_region_as_published(snapshot: Snapshot, period: Period) -> pd.DataFrame:
    """The pilot's figure: unconverted amounts of every country's region of one name, over customers: name, mean."""
    sql = f"""
        select region as name, count(distinct country) as countries, count(distinct unit_price_currency) as currencies,
            (sum(net_amount) / count(distinct customer_id))::double as mean
        from {GLD_FACT_ORDER_ITEMS.name}
        where customer_id is not null and transaction_date between $1 and $2
        group by 1 order by mean desc, name
    """
    return snapshot.query(sql, [GLD_FACT_ORDER_ITEMS], [period.first, period.last])


@dataclass(frozen=True)
class Concentration:
    """How unequally customers share a period's revenue.

    Attributes:
        customers: Known customers with revenue above zero.
        shares: Revenue of the customers in ascending order, accumulated, as a share of all; 101 points from 0 to 1.
        gini: Twice the area between the Lorenz curve and equality.
        herfindahl: The sum of squared shares: 1 where one customer has everything, 1/n where all have the same.
    """

    customers: int
    shares: tuple[float, ...]
    gini: float
    herfindahl: float

    def top(self, part: int) -> float:
        """The share of revenue that the best ``part`` percent of the customers bring."""
        return 1.0 - self.shares[100 - part]


def concentration(snapshot: Snapshot, measure: str, period: Period) -> Concentration | None:
    """The concentration over known customers; none where nobody is known."""
    sql = f"""
        select sum({measure})::double as revenue from {GLD_DAILY_CUSTOMERS.name}
        where is_known and date between $1 and $2 group by cluster having sum({measure}) > 0 order by revenue
    """
    revenue = snapshot.query(sql, [GLD_DAILY_CUSTOMERS], [period.first, period.last])["revenue"].to_numpy(float)
    return lorenz(revenue) if len(revenue) else None


def lorenz(revenue: NDArray[np.float64]) -> Concentration:
    """The concentration of positive amounts in ascending order (Lorenz 1905; Gini 1912)."""
    size = len(revenue)
    share = np.concatenate([[0.0], np.cumsum(revenue) / revenue.sum()])
    points = np.interp(np.linspace(0, size, 101), np.arange(size + 1), share)
    area = float(np.trapezoid(share, dx=1 / size))
    parts = revenue / revenue.sum()
    return Concentration(size, tuple(float(point) for point in points), 1 - 2 * area, float((parts**2).sum()))


def herfindahl(amounts: pd.Series) -> float | None:
    """The sum of squared shares of non-negative amounts; none where they sum to nothing."""
    total = float(amounts.sum())
    return float(((amounts / total) ** 2).sum()) if total else None


def _with_interval(rows: pd.DataFrame) -> pd.DataFrame:
    half = (Z95 * rows["error"]).where(rows["customers"] >= FEWEST_CUSTOMERS)
    return rows.assign(low=rows["mean"] - half, high=rows["mean"] + half).drop(columns="error")
