"""What each job reads and writes: the edges of the refresh's plan, known without the libraries that its work takes."""

from typing import NamedTuple

from etl.contracts import Table
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS, GLD_FEATURES_DAILY
from etl.schemas.gold import GLD_DIM_PRODUCTS, GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_COSTS, OPS_RUNS, OPS_SOURCE, OPS_STORAGE
from etl.schemas.results import (
    GLD_CHAMPION_DECISIONS,
    GLD_CLAIMS,
    GLD_DIPS,
    GLD_FORECAST,
    GLD_FORECAST_ACCURACY,
    GLD_FORECAST_CHANGE,
    GLD_FORECAST_DRIFT,
    GLD_FORECAST_MONTHS,
    GLD_RECOMMENDATIONS,
    GLD_REVENUE_BRIDGE,
    GLD_SEGMENTS,
)
from etl.schemas.silver import SLV_PROMOTIONS
from reports.gold import READ


class Lineage(NamedTuple):
    """The tables that a job follows from, and those that it writes."""

    reads: tuple[Table, ...]
    writes: tuple[Table, ...]


_DAILY = (GLD_DAILY_ORDERS, GLD_DAILY_CELLS, GLD_CALENDAR)
_DEMAND = (*_DAILY, GLD_DIM_PRODUCTS, SLV_PROMOTIONS)
# the ledgers of runs grow with every run; they do not make a report out of date
_REPORTED = tuple(table for table in READ if table not in (OPS_RUNS, OPS_COSTS, OPS_STORAGE))

FEATURES = Lineage(_DAILY, (GLD_FEATURES_DAILY,))
# it looks back on forecasts: the one that follows it is no reason to run it again
WATCH = Lineage(_DEMAND, (GLD_FORECAST_ACCURACY, GLD_FORECAST_DRIFT, GLD_CHAMPION_DECISIONS))
REFIT = Lineage((), (GLD_CHAMPION_DECISIONS, GLD_FORECAST_ACCURACY))
# it trains where there is no champion
FORECAST = Lineage(_DEMAND, (GLD_FORECAST, GLD_FORECAST_MONTHS, GLD_FORECAST_CHANGE, *REFIT.writes))
EXPLAIN = Lineage((GLD_FACT_ORDER_ITEMS, GLD_DAILY_ORDERS, GLD_CALENDAR), (GLD_REVENUE_BRIDGE, GLD_SEGMENTS))
DIPS = Lineage((*_DAILY, GLD_FORECAST), (GLD_DIPS,))
CLAIMS = Lineage((GLD_FACT_ORDER_ITEMS, GLD_DAILY_ORDERS, OPS_SOURCE), (GLD_CLAIMS,))
RECOMMENDATIONS = Lineage((GLD_REVENUE_BRIDGE, GLD_SEGMENTS, GLD_DIPS, GLD_CLAIMS), (GLD_RECOMMENDATIONS,))
REPORT = Lineage(_REPORTED, ())
