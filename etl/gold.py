"""Silver to Gold: dimensions, fact, daily tables and calendar, each rebuilt from Silver and written whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl import daily
from etl.calendar import calendar
from etl.dimensions import dim_customers, dim_date, dim_products
from etl.errors import QualityError
from etl.exchange import daily_rates
from etl.fact import fact_order_items
from etl.lakehouse import Lakehouse
from etl.returns import returned_quantities
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_CUSTOMERS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_DIM_DATE, GLD_DIM_PRODUCTS, GLD_FACT_ORDER_ITEMS
from etl.silver import silver_table
from etl.source import Source

DAYS_AHEAD = 366


@dataclass(frozen=True)
class Gold:
    """Builds the Gold of one source; ``days`` are the first and last business day with an order line."""

    lakehouse: Lakehouse
    source: Source
    days: tuple[date, date]
    progress: Callable[[str], None]

    def publish(self) -> int:
        """Write every refined Gold table and return the rows of the fact."""
        self.progress("gold: dimensions")
        self._publish_dimensions()
        self.progress("gold: fact")
        rows = self._publish_fact()
        self.progress("gold: daily tables")
        self._publish_daily()
        self.progress("gold: calendar")
        self._publish_calendar()
        return rows

    def _publish_dimensions(self) -> None:
        products = dim_products(self._rows("products"), self._silver("category"), self._silver("brands"))
        self.lakehouse.write(GLD_DIM_PRODUCTS, products)
        self.lakehouse.write(GLD_DIM_CUSTOMERS, dim_customers(self._rows("customers"), self.source.regions))
        days = dim_date(self.lakehouse.session, self._silver("calendar"), self.days)
        self.lakehouse.write(GLD_DIM_DATE, days)

    def _publish_fact(self) -> int:
        returns = self._silver("returns")
        fact = fact_order_items(
            self.lakehouse.read(silver_table("order_items")),
            None if returns is None else returned_quantities(returns),
            self.lakehouse.read(GLD_DIM_CUSTOMERS),
            self.lakehouse.read(GLD_DIM_PRODUCTS),
            daily_rates(self.lakehouse.session, self._silver("fx_rates"), self.source.base_rates, self.days),
            self.source,
        )
        return self.lakehouse.write(self.source.contract(GLD_FACT_ORDER_ITEMS), fact)

    def _publish_daily(self) -> None:
        fact, own = self.lakehouse.read(GLD_FACT_ORDER_ITEMS), tuple(self.source.dimensions)
        self.lakehouse.write(self.source.contract(GLD_DAILY_ORDERS), daily.daily_orders(fact, own))
        self.lakehouse.write(self.source.contract(GLD_DAILY_CELLS), daily.daily_cells(fact, own))
        self.lakehouse.write(GLD_DAILY_CUSTOMERS, daily.daily_customers(fact))

    def _publish_calendar(self) -> None:
        sold_in = self.lakehouse.read(GLD_DAILY_ORDERS).select("country").distinct().toPandas()["country"]
        codes = {name: self.source.countries.get(name) for name in sold_in}
        first, last = self.days
        rows = calendar(codes, self._promotions(), first, last + timedelta(days=DAYS_AHEAD))
        self.lakehouse.write(GLD_CALENDAR, self.lakehouse.frame(GLD_CALENDAR, rows))

    def _promotions(self) -> pd.DataFrame:
        columns = ["country", "start_date", "end_date", "discount_pct", "announced_on"]
        if "promotions" not in self.source.tables:
            return pd.DataFrame(columns=columns)
        return self.lakehouse.pandas(silver_table("promotions"), columns)

    def _silver(self, name: str) -> DataFrame | None:
        return self.lakehouse.read(silver_table(name)) if name in self.source.tables else None

    def _rows(self, name: str) -> DataFrame:
        """The Silver table, without rows where the source has no such table."""
        rows = self._silver(name)
        return rows if rows is not None else self.lakehouse.frame(silver_table(name), pd.DataFrame())


def business_days(lakehouse: Lakehouse) -> tuple[date, date]:
    """First and last day with a product's order line; raises ``QualityError`` where there is none."""
    lines = lakehouse.read(silver_table("order_items")).where("is_product and not is_return_line")
    found = lines.agg(F.min("order_date").alias("first"), F.max("order_date").alias("last")).first()
    if found is None or found["first"] is None:
        raise QualityError(
            "No order line is left after the rules: "
            "assay query 'select rule, reason, count(*) from ops.ops_quarantine group by 1, 2' says why."
        )
    return found["first"], found["last"]
