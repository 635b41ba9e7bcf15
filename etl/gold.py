"""Silver to Gold: dimensions and calendar where they change, fact and daily tables by the months that a batch concerns.

A month is worked out anew where its order lines changed, or where what they take from elsewhere did: the customer's
place and the product's category at the order, the rate of the day, the units that came back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl import daily
from etl.calendar import calendar
from etl.contracts import Table
from etl.dimensions import (
    dim_customers,
    dim_date,
    dim_products,
    dim_stores,
    homes,
    product_categories,
    store_versions,
)
from etl.errors import QualityError
from etl.exchange import daily_rates
from etl.fact import fact_order_items
from etl.lakehouse import Lakehouse
from etl.returns import KEY, returned_quantities
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_CUSTOMERS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_DIM_DATE, GLD_DIM_PRODUCTS, GLD_DIM_STORES, GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_SOURCE
from etl.silver import silver_table
from etl.slices import ROWS_AT_ONCE, Months, is_month, months_of, rows_by_month, spans
from etl.source import Source
from etl.versions import as_of

DAYS_AHEAD = 366


@dataclass(frozen=True)
class Gold:
    """Builds the Gold of one source; ``days`` are the first and last business day with an order line.

    ``before`` are the tables that Gold was last built from, None where all of it is to be built.
    """

    lakehouse: Lakehouse
    source: Source
    days: tuple[date, date]
    progress: Callable[[str], None]
    before: Lakehouse | None = None

    def publish(self, months: Months) -> Months:
        """Write what the order lines of ``months`` and changes of other tables concern, and return its months."""
        self.progress("gold: dimensions")
        self._publish_dimensions()
        rates = self._rates(self.lakehouse, self.days)
        if self.before is not None:
            months |= self._months_of_changes(self.before, rates)
        self._publish_sales(months, rates)
        self.progress("gold: calendar")
        self._publish_calendar()
        return months

    def _publish_dimensions(self) -> None:
        now = self.lakehouse
        if self._differs("products", "category", "brands"):
            names = self._silver("category", now), self._silver("brands", now)
            self.lakehouse.write_changed(GLD_DIM_PRODUCTS, dim_products(self._rows("products", now), *names))
        if self._differs("customers"):
            customers = dim_customers(self._rows("customers", now), self.source.regions)
            self.lakehouse.write_changed(GLD_DIM_CUSTOMERS, customers)
        if self._differs("stores") and "stores" in self.source.tables:
            stores = dim_stores(now.read(silver_table("stores")), self.source.own_dimensions.of_stores)
            self.lakehouse.write_changed(self.source.contract(GLD_DIM_STORES), stores)
        if self._differs("calendar") or "calendar" not in self.source.tables:
            days = dim_date(self.lakehouse.session, self._silver("calendar", now), self.days)
            self.lakehouse.write_changed(GLD_DIM_DATE, days)

    def _months_of_changes(self, before: Lakehouse, rates: DataFrame) -> Months:
        lines, after = self._lines(), self.lakehouse
        months = months_of(changed(self._rates(before, stored_days(before)), rates, ("date", "currency")), "date")
        if self._differs("customers"):
            months |= self._months_of_moves("customer_id", self._homes(before), self._homes(after))
        if self._differs("products", "category"):
            months |= self._months_of_moves("product_id", self._categories(before), self._categories(after))
        if self._differs("stores"):
            months |= self._months_of_moves("store_id", self._stores(before), self._stores(after))
        if self._differs("returns"):
            returns = silver_table("returns")
            old, new = (returned_quantities(at.read(returns)) for at in (before, after))
            months |= months_of(changed(old, new, KEY).join(lines, list(KEY)), "order_date")
        return months

    def _differs(self, *names: str) -> bool:
        """Whether a Silver table was written since Gold was last built, or Gold never was."""
        if self.before is None:
            return True
        tables = [silver_table(name) for name in names if name in self.source.tables]
        return any(self.before.version(table) != self.lakehouse.version(table) for table in tables)

    def _months_of_moves(self, key: str, old: DataFrame, new: DataFrame) -> Months:
        """The months of the order lines that ``new`` versions place otherwise than ``old`` ones did."""
        lines = changed(old, new, (key,)).join(self._lines(), key).select(key, "order_date").distinct()
        return months_of(changed(as_of(lines, old, key), as_of(lines, new, key), ("order_date",)), "order_date")

    def _homes(self, lakehouse: Lakehouse) -> DataFrame:
        return homes(self._rows("customers", lakehouse), self.source.regions)

    def _categories(self, lakehouse: Lakehouse) -> DataFrame:
        return product_categories(self._rows("products", lakehouse), self._silver("category", lakehouse))

    def _stores(self, lakehouse: Lakehouse) -> DataFrame:
        return store_versions(lakehouse.read(silver_table("stores")), self.source.own_dimensions.of_stores)

    def _rates(self, lakehouse: Lakehouse, days: tuple[date, date]) -> DataFrame:
        return daily_rates(lakehouse.session, self._silver("fx_rates", lakehouse), self.source.base_rates, days)

    def _publish_sales(self, months: Months, rates: DataFrame) -> None:
        """Fact and daily tables, some months at a time; where all is built, the first of them replace the tables."""
        lines = self._lines().where(is_month("order_month", months))
        for position, span in enumerate(spans(months, rows_by_month(lines, "order_month"), ROWS_AT_ONCE)):
            anew = self.before is None and position == 0
            self.progress(f"gold: fact and daily tables, {min(span):%Y-%m} to {max(span):%Y-%m}")
            self._publish_fact(span, rates, anew=anew)
            self._publish_daily(span, anew=anew)

    def _publish_fact(self, months: Months, rates: DataFrame, *, anew: bool) -> None:
        returns = self._silver("returns", self.lakehouse)
        fact = fact_order_items(
            self._lines().where(is_month("order_month", months)),
            None if returns is None else returned_quantities(returns),
            self._homes(self.lakehouse),
            self._categories(self.lakehouse),
            self._stores(self.lakehouse) if "stores" in self.source.tables else None,
            rates,
            self.source,
        )
        self._write(GLD_FACT_ORDER_ITEMS, fact, None if anew else is_month("transaction_month", months))

    def _publish_daily(self, months: Months, *, anew: bool) -> None:
        fact = self.lakehouse.read(GLD_FACT_ORDER_ITEMS).where(is_month("transaction_month", months))
        own, slice_ = self.source.own_dimensions.names, None if anew else is_month("month", months)
        self._write(GLD_DAILY_ORDERS, daily.daily_orders(fact, own), slice_)
        self._write(GLD_DAILY_CELLS, daily.daily_cells(fact, own), slice_)
        self._write(GLD_DAILY_CUSTOMERS, daily.daily_customers(fact), slice_)

    def _write(self, table: Table, rows: DataFrame, slice_: str | None) -> None:
        self.lakehouse.write(self.source.contract(table), rows, replace_where=slice_)

    def _publish_calendar(self) -> None:
        sold_in = self.lakehouse.read(GLD_DAILY_ORDERS).select("country").distinct().toPandas()["country"]
        codes = {name: self.source.countries.get(name) for name in sold_in}
        first, last = self.days
        rows = calendar(codes, self._promotions(), first, last + timedelta(days=DAYS_AHEAD))
        self.lakehouse.write_changed(GLD_CALENDAR, self.lakehouse.frame(GLD_CALENDAR, rows))

    def _promotions(self) -> pd.DataFrame:
        columns = ["country", "start_date", "end_date", "discount_pct", "announced_on"]
        if "promotions" not in self.source.tables:
            return pd.DataFrame(columns=columns)
        return self.lakehouse.pandas(silver_table("promotions"), columns)

    def _lines(self) -> DataFrame:
        return self.lakehouse.read(silver_table("order_items"))

    def _silver(self, name: str, lakehouse: Lakehouse) -> DataFrame | None:
        return lakehouse.read(silver_table(name)) if name in self.source.tables else None

    def _rows(self, name: str, lakehouse: Lakehouse) -> DataFrame:
        """The Silver table, without rows where the source has no such table."""
        rows = self._silver(name, lakehouse)
        return rows if rows is not None else lakehouse.frame(silver_table(name), pd.DataFrame())


def business_days(lakehouse: Lakehouse) -> tuple[date, date]:
    """First and last day with a product's order line, sold or returned; raises ``QualityError`` where none was sold."""
    sold = F.count(F.when(~F.col("is_return_line"), 1)).alias("sold")
    lines = lakehouse.read(silver_table("order_items")).where("is_product")
    found = lines.agg(F.min("order_date").alias("first"), F.max("order_date").alias("last"), sold).first()
    if found is None or not found["sold"]:
        raise QualityError("No order line is left after the rules: assay quarantine shows why, rule by rule.")
    return found["first"], found["last"]


def stored_days(lakehouse: Lakehouse) -> tuple[date, date]:
    """First and last business day as the warehouse was last signed."""
    signed = lakehouse.pandas(OPS_SOURCE, ["first_day", "last_day"]).iloc[0]
    return signed["first_day"].date(), signed["last_day"].date()


def changed(old: DataFrame, new: DataFrame, key: tuple[str, ...]) -> DataFrame:
    """The distinct keys of rows that are in one of two tables of the same columns only."""
    both = old.unionByName(new)
    once = both.groupBy(*both.columns).agg(F.count(F.lit(1)).alias("n")).where("n = 1")
    return once.select(*key).distinct()
