"""The causes planted on purpose, and the share of orders each leaves."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from etl.festivals import festivals
from etl.simulator.arrays import Dates, Flags, Floats, Ints
from etl.simulator.geography import COUNTRIES, country_position, state_positions

PUT_OFF_FESTIVAL = "Pitru Paksha"
PUT_OFF_RETAINED = 0.862  # share of India's orders still placed in the fortnight
OUTAGE_RETAINED = 0.08  # share of the Mobile orders that still got through
OUTAGE_DAYS = (date(2025, 9, 24), date(2025, 9, 27))
DISCOUNT_DAYS = (date(2025, 9, 1), date(2025, 9, 30))


@dataclass(frozen=True)
class DemandCause:
    """Something that keeps a share of one country's orders from being placed.

    Attributes:
        name: What happened, in words.
        driver: The driver of an explanation it belongs to.
        country: Country code.
        region: Region of the country, or None for all of it.
        mobile_only: Whether only the Mobile channel is hit.
        first: First day.
        last: Last day, included.
        retained: Share of the orders that are still placed.
    """

    name: str
    driver: str
    country: str
    region: str | None
    mobile_only: bool
    first: date
    last: date
    retained: float

    @property
    def where(self) -> dict[str, str]:
        """The part of the business it hits, as an explanation writes it."""
        where = {"country": COUNTRIES[country_position(self.country)].name}
        if self.region is not None:
            where["region"] = self.region
        if self.mobile_only:
            where["channel"] = "Mobile"
        return where

    def hits(self, dates: Dates, country: Ints, state: Ints, mobile: Flags) -> Flags:
        """Which orders lie inside the cause's days and part of the business."""
        inside = (dates >= np.datetime64(self.first)) & (dates <= np.datetime64(self.last))
        inside &= country == country_position(self.country)
        if self.region is not None:
            inside &= np.isin(state, state_positions(self.country, self.region))
        return inside & mobile if self.mobile_only else inside

    def retained_share(self, dates: Dates, country: Ints, state: Ints, mobile: Flags) -> Floats:
        """The share of each order's kind that is still placed: 1 outside the cause."""
        return np.where(self.hits(dates, country, state, mobile), self.retained, 1.0)


def demand_causes(first: date, last: date) -> tuple[DemandCause, ...]:
    """The planted causes that touch the days from ``first`` to ``last``."""
    outage = DemandCause(
        "outage of the Mobile channel", "orders_per_day", "IN", "South", True, *OUTAGE_DAYS, OUTAGE_RETAINED
    )
    found = (*_put_off_fortnights(first, last), outage)
    return tuple(cause for cause in found if cause.first <= last and cause.last >= first)


def _put_off_fortnights(first: date, last: date) -> tuple[DemandCause, ...]:
    """The fortnight of every year in which many in India put off buying."""
    return tuple(
        DemandCause("buying put off during Pitru Paksha", "events", "IN", None, False, item.first, item.last,
                    PUT_OFF_RETAINED)
        for item in festivals(first, last)
        if item.name == PUT_OFF_FESTIVAL
    )  # fmt: skip
