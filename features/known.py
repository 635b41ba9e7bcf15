"""What is known of days to come: holidays, festivals and announced promotions, by series."""

from collections.abc import Iterator

import pandas as pd

from etl.errors import raise_problems
from features.calendar import days_to_festival
from features.panel import main_country
from features.promotions import as_announced, mean_promotions

EVENTS = ["is_holiday", "holiday", "is_festival", "festival"]


def known_ahead(calendar: pd.DataFrame, belonging: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """The calendar of each series as it could be read on the evening of ``cutoff``, past and ahead.

    Args:
        calendar: Rows of ``gld_calendar``.
        belonging: series, country, orders (``features.panel.members``); a series keeps the holidays and festivals
            of the country with most of its orders, and the mean promotions of all its countries.
        cutoff: The last day that is known; promotions announced later are left out of the days after it.

    Returns:
        series, date, is_holiday, holiday, is_festival, festival, days_to_festival, promotions; sorted by series, date.

    Raises:
        InputError: Naming the countries that the calendar lacks.
    """
    raise_problems(_missing_countries(calendar, belonging))
    dated = calendar.assign(days_to_festival=days_to_festival(calendar))
    events = main_country(belonging).merge(dated[["date", "country", *EVENTS, "days_to_festival"]], on="country")
    promotions = mean_promotions(as_announced(calendar, cutoff), belonging)
    known = events.drop(columns="country").merge(promotions, on=["series", "date"])
    return known.sort_values(["series", "date"], ignore_index=True)


def _missing_countries(calendar: pd.DataFrame, belonging: pd.DataFrame) -> Iterator[str]:
    for country in sorted(set(belonging["country"]) - set(calendar["country"])):
        yield f"gld_calendar has no days of {country}, which has orders: rebuild the calendar."
