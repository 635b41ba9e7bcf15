"""What can be explained: each measure as a chain of drivers, and the stage of every driver."""

from dataclasses import dataclass

LINES_PER_ORDER = "lines_per_order"
MIX = "mix"
RETURNS = "returns"
DATA = "data"  # faults in the data: on a line of their own, beside volume and order value
CALENDAR = ("days", "weekday_mix", "events")
CUSTOMERS_KNOWN = ("customers", "orders_per_customer")
CUSTOMERS_UNKNOWN = ("orders_per_day",)


@dataclass(frozen=True)
class Measure:
    """A measure as the product of orders and a chain of ratios.

    Attributes:
        name: The measure's name.
        chain: The drivers after orders, in order, each with the additive column it leads to. A driver's factor is
            its column over the column before it; ``lines_per_order`` is all lines over orders and ``mix`` a cell's
            share of all lines. A driver that keeps the column before it is an identity: its factor is one and its
            amount zero. The last column is the measure itself.
    """

    name: str
    chain: tuple[tuple[str, str], ...]

    @property
    def drivers(self) -> tuple[str, ...]:
        """The chain's drivers, in order."""
        return tuple(driver for driver, _ in self.chain)

    @property
    def columns(self) -> tuple[str, ...]:
        """The additive columns that the measure needs, each once, in the chain's order."""
        return tuple(dict.fromkeys(column for _, column in self.chain))


_UNITS = ((LINES_PER_ORDER, "lines"), (MIX, "lines"), ("quantity", "quantity"))
_SOLD = (*_UNITS, ("price", "list_amount"), ("discount", "discounted_amount"))

MEASURES = {
    measure.name: measure
    for measure in (
        Measure("net_revenue", (*_SOLD, ("fx", "converted_amount"), ("returns", "net_revenue"))),
        Measure(
            "net_amount_inr",
            (
                *_SOLD,
                ("fx", "discounted_amount"),  # converted at fixed rates: nothing to explain
                ("returns", "discounted_amount"),  # the legacy measure counts returned lines as sold
                ("tax", "taxed_amount"),
                ("rounding", "net_amount_inr"),
            ),
        ),
        Measure("units", _UNITS),
        Measure("orders", ()),
    )
}


def volume_drivers(customers_known: bool) -> tuple[str, ...]:
    """The drivers of the number of orders, in order: the calendar, then who ordered and how often."""
    return (*CALENDAR, *(CUSTOMERS_KNOWN if customers_known else CUSTOMERS_UNKNOWN))


def stage(driver: str) -> str:
    """The stage of a driver of the measure: ``calendar``, ``orders`` or ``aov``."""
    if driver in CALENDAR:
        return "calendar"
    return "orders" if driver in CUSTOMERS_KNOWN + CUSTOMERS_UNKNOWN else "aov"
