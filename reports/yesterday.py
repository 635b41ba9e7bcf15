"""The newest business day against the same weekday before it, and against the forecast made for it."""

# ruff: noqa: S608 - statements are made of the names of contracts and dimensions

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from etl.contracts import Table
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.results import GLD_FORECAST
from etl.schemas.silver import SLV_CATEGORY, SLV_PROMOTIONS
from reports.snapshot import Snapshot

WEEKS = 4
NO_COUPON = "without coupon"
HELD_BY = {
    "channel": GLD_DAILY_ORDERS,
    "country": GLD_DAILY_ORDERS,
    "category": GLD_DAILY_CELLS,
}


@dataclass(frozen=True)
class DayForecast:
    """What was expected of a day, from the newest forecast made before it."""

    as_of: date
    mean: float
    low: float
    high: float


def against_weekday(snapshot: Snapshot, dimension: str, day: date) -> pd.DataFrame:
    """Net revenue by value of a dimension: name, day, week_before, usual; largest first.

    ``usual`` is the mean of the same weekday in the four weeks before, over the weeks that the data hold.
    """
    table = HELD_BY[dimension]
    return _compared(snapshot, table, f"select date, {dimension} as name, net_revenue as amount from {table.name}", day)


def by_coupon(snapshot: Snapshot, day: date) -> pd.DataFrame:
    """The same by coupon of the order line."""
    name = f"coalesce(nullif(coupon_code, ''), '{NO_COUPON}')"
    lines = f"""
        select transaction_date as date, {name} as name, net_revenue as amount from {GLD_FACT_ORDER_ITEMS.name}
        where transaction_date between $1::date - {7 * WEEKS} and $1
    """
    return _compared(snapshot, GLD_FACT_ORDER_ITEMS, lines, day)


def promotions(snapshot: Snapshot, day: date) -> pd.DataFrame:
    """Promotions running by country: country, promotions, discount (percent, the deepest), festival, holiday."""
    columns = "country, promotions, promotion_discount_pct::double as discount, festival, holiday"
    sql = f"""
        select {columns} from {GLD_CALENDAR.name}
        where date = $1 and (promotions > 0 or is_festival or is_holiday) order by country
    """
    return snapshot.query(sql, [GLD_CALENDAR], [day])


def by_promotion(snapshot: Snapshot, day: date) -> pd.DataFrame:
    """Net revenue of what each running promotion covers: name, where, discount (percent), day, usual; largest first.

    A promotion covers a country and a category, or all of them; ``usual`` is of the same countries and categories, on
    the same weekday of the four weeks before, whatever ran then.
    """
    sql = f"""
        with running as (
            select promo_id, coalesce(name, promo_id) as name, country, category_code, category_name as category,
                discount_pct::double as discount
            from {SLV_PROMOTIONS.name} left join {SLV_CATEGORY.name} using (category_code)
            where $1 between start_date and end_date
        ), same as (
            select * from {GLD_DAILY_CELLS.name}
            where date between $1::date - {7 * WEEKS} and $1 and dayofweek(date) = dayofweek($1::date)
        ), weeks as (select count(distinct date) filter (where date < $1) as weeks from same)
        select running.name, concat_ws(', ', running.category, coalesce(running.country, 'every country')) as where,
            discount, coalesce(sum(net_revenue) filter (where date = $1), 0)::double as day,
            (coalesce(sum(net_revenue) filter (where date < $1), 0) / nullif(any_value(weeks), 0))::double as usual
        from running cross join weeks left join same
            on (running.country is null or running.country = same.country)
            and (running.category_code is null or running.category = same.category)
        group by promo_id, running.name, running.category, running.country, discount order by day desc, promo_id
    """
    return snapshot.query(sql, [SLV_PROMOTIONS, SLV_CATEGORY, GLD_DAILY_CELLS], [day])


def forecast_of(snapshot: Snapshot, day: date) -> DayForecast | None:
    """The newest forecast of the total's net revenue that had not seen the day."""
    sql = f"""
        select as_of, mean, q10, q90 from {GLD_FORECAST.name}
        where series = 'total' and measure = 'net_revenue' and date = $1 and as_of < $1
        order by as_of desc limit 1
    """
    found = snapshot.query(sql, [GLD_FORECAST], [day])
    if found.empty:
        return None
    row = found.iloc[0]
    return DayForecast(row["as_of"].date(), float(row["mean"]), float(row["q10"]), float(row["q90"]))


def _compared(snapshot: Snapshot, table: Table, lines: str, day: date) -> pd.DataFrame:
    sql = f"""
        with lines as ({lines}), same as (
            select *, count(distinct date) filter (where date < $1) over () as weeks
            from lines where date between $1::date - {7 * WEEKS} and $1 and dayofweek(date) = dayofweek($1::date)
        )
        select name, coalesce(sum(amount) filter (where date = $1), 0)::double as day,
            coalesce(sum(amount) filter (where date = $2), 0)::double as week_before,
            (coalesce(sum(amount) filter (where date < $1), 0) / nullif(any_value(weeks), 0))::double as usual
        from same group by name order by day desc, name
    """
    return snapshot.query(sql, [table], [day, day - timedelta(days=7)])
