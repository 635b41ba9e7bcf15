"""Dimensions of a source's own, such as a store or its format, beside country, region, channel and category.

A source declares them by name, with one expression over the fields of an order line or of the line that describes its
store; every table that divides sales by place carries them as columns.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from etl.contracts import Table
from etl.lakehouse import Lakehouse
from etl.schemas.columns import column, required
from etl.schemas.daily import GLD_DAILY_CELLS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_DIM_STORES, GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_SOURCE
from etl.schemas.results import GLD_REVENUE_BRIDGE
from etl.schemas.silver import SLV_ORDER_ITEMS, SLV_ORDER_ITEMS_SUPERSEDED, SLV_STORES

ALWAYS_KNOWN = (GLD_FACT_ORDER_ITEMS, GLD_DAILY_ORDERS, GLD_DAILY_CELLS)
LINES, STORES = (SLV_ORDER_ITEMS, SLV_ORDER_ITEMS_SUPERSEDED), (SLV_STORES, GLD_DIM_STORES)
CARRIERS = (*LINES, *STORES, *ALWAYS_KNOWN, GLD_REVENUE_BRIDGE)
NAME = re.compile(r"[a-z][a-z0-9_]*")
# what lines are given on their way through Gold and the attribution
PASSING = frozenset({"home_country", "home_region", "share", "sold", "remaining", "base_rate", "arrival_date", "period",
                     "cluster", "customer_known", "is_known", "name", "part", "volume", "aov",
                     "valid_from", "valid_to"})  # fmt: skip
TAKEN = PASSING.union(*(table.column_names for table in CARRIERS))


@dataclass(frozen=True)
class OwnDimensions:
    """The names of a source's own dimensions: those that order lines tell, and those that their stores do."""

    of_lines: tuple[str, ...] = ()
    of_stores: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, which sales are divided by."""
        return (*self.of_lines, *self.of_stores)

    def carried_by(self, table: Table) -> Table:
        """The contract with those that the table carries."""
        if table in LINES:
            return carrying(table, self.of_lines)
        return carrying(table, self.of_stores if table in STORES else self.names)


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
