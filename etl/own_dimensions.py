"""Dimensions of a source's own, such as a store, beside country, region, channel and category.

A source declares them by name, with one expression over the fields of an order line; every table that divides sales
by place carries them as columns.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from etl.contracts import Table
from etl.lakehouse import Lakehouse
from etl.schemas.columns import column, required
from etl.schemas.daily import GLD_DAILY_CELLS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_SOURCE
from etl.schemas.results import GLD_REVENUE_BRIDGE
from etl.schemas.silver import SLV_ORDER_ITEMS, SLV_ORDER_ITEMS_SUPERSEDED

ALWAYS_KNOWN = (GLD_FACT_ORDER_ITEMS, GLD_DAILY_ORDERS, GLD_DAILY_CELLS)
CARRIERS = (SLV_ORDER_ITEMS, SLV_ORDER_ITEMS_SUPERSEDED, *ALWAYS_KNOWN, GLD_REVENUE_BRIDGE)
NAME = re.compile(r"[a-z][a-z0-9_]*")
# what lines are given on their way through Gold and the attribution
PASSING = frozenset({"home_country", "home_region", "share", "sold", "remaining", "base_rate", "arrival_date", "period",
                     "cluster", "customer_known", "is_known", "name", "part", "volume", "aov",
                     "valid_from", "valid_to"})  # fmt: skip
TAKEN = PASSING.union(*(table.column_names for table in CARRIERS))


def carrying(table: Table, dimensions: Iterable[str]) -> Table:
    """The contract with the dimensions, part of the key where country is; a table that carries none as it is."""
    if table not in CARRIERS:
        return table
    names = tuple(dimensions)
    kind = required if table in ALWAYS_KNOWN else column
    own = tuple(kind(name, "string", "dimension of the source's own") for name in names)
    key = (*table.key, *names) if "country" in table.key else table.key
    return replace(table, columns=(*table.columns, *own), key=key)


def name_problems(dimensions: Iterable[str]) -> list[str]:
    """A sentence for each name that a dimension cannot have."""
    problems = []
    for name in dimensions:
        if not NAME.fullmatch(name):
            problems.append(f"{name!r} is not a name of lower-case letters, digits and _ that starts with a letter")
        elif name in TAKEN:
            problems.append(f"{name!r} is a column already: give the dimension another name, such as own_{name}")
    return problems


def stored_dimensions(lakehouse: Lakehouse) -> tuple[str, ...]:
    """The own dimensions of the source that the warehouse was built from, in the order they were declared."""
    if not lakehouse.exists(OPS_SOURCE):
        return ()
    names = lakehouse.pandas(OPS_SOURCE, ["dimensions"])["dimensions"].iloc[0]
    return tuple(names.split()) if names else ()
