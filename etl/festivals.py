"""The festivals that move demand in the countries AtoZ sells to, with the days on which shops feel them."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays


@dataclass(frozen=True)
class Festival:
    """One occurrence of a festival and the days, both included, on which it changes buying.

    Attributes:
        name: The festival's English name, the same every year.
        countries: ISO 3166 alpha-2 codes of the countries that keep it.
        first: First day of the window: the start of the run-up, where there is one.
        last: Last day of the window: the festival itself, where there is a run-up.
    """

    name: str
    countries: tuple[str, ...]
    first: date
    last: date


@dataclass(frozen=True)
class _Rule:
    """A festival as days around a holiday of the ``holidays`` library.

    Attributes:
        name: The festival's name.
        countries: The countries that keep it.
        anchor: Country and English name of the holiday its date is derived from.
        first: Days from the holiday to the first day of the window.
        last: Days from the holiday to the last day of the window.
    """

    name: str
    countries: tuple[str, ...]
    anchor: tuple[str, str]
    first: int
    last: int


EVERYWHERE = ("AE", "AU", "CA", "GB", "IN", "SG", "US")

RULES = (
    # The fortnight of the ancestors ends on the new moon one lunar month before Diwali; many put off buying.
    _Rule("Pitru Paksha", ("IN",), ("IN", "Diwali"), -43, -29),
    _Rule("Diwali", EVERYWHERE, ("IN", "Diwali"), -19, 0),
    _Rule("Holi", ("IN",), ("IN", "Holi"), -6, 0),
    _Rule("Eid al-Fitr", ("AE",), ("AE", "Eid al-Fitr"), -13, 2),
    _Rule("Eid al-Adha", ("AE",), ("AE", "Eid al-Adha"), -6, 2),
    _Rule("Chinese New Year", ("SG",), ("SG", "Chinese New Year"), -13, 1),
    _Rule("Black Friday", ("AE", "AU", "CA", "GB", "SG", "US"), ("US", "Thanksgiving Day"), 0, 4),
    _Rule("Christmas", ("AU", "CA", "GB", "SG", "US"), ("US", "Christmas Day"), -20, 0),
    _Rule("New Year", EVERYWHERE, ("US", "New Year's Day"), -4, 0),
)


def festivals(first: date, last: date) -> list[Festival]:
    """Every festival whose window touches the days from ``first`` to ``last``, both included, in order of time.

    The ``holidays`` library knows India's moving festivals from 2001 to 2035; outside, they are left out.
    """
    years = range(first.year - 1, last.year + 2)
    found = {festival for year in years for festival in _of_year(year)}
    touching = (festival for festival in found if festival.first <= last and festival.last >= first)
    return sorted(touching, key=lambda festival: (festival.first, festival.name))


@lru_cache(maxsize=256)
def _of_year(year: int) -> tuple[Festival, ...]:
    """The festivals whose anchoring holiday falls into one year."""
    return tuple(
        Festival(rule.name, rule.countries, day + timedelta(days=rule.first), day + timedelta(days=rule.last))
        for rule in RULES
        for day in _days_of(rule.anchor, year)
    )


def _days_of(anchor: tuple[str, str], year: int) -> Iterator[date]:
    """First day of a holiday in one year; a lunar one can come twice, then both."""
    country, name = anchor
    previous = date.min
    for day, names in sorted(_calendar(country, year).items()):
        if name in _plain(names):
            if (day - previous).days > 1:
                yield day
            previous = day


def _plain(names: str) -> list[str]:
    """The holidays of a day without the library's mark on dates that await the sighting of the moon."""
    return [name.removesuffix(" (estimated)") for name in names.split("; ")]


@lru_cache(maxsize=256)
def _calendar(country: str, year: int) -> dict[date, str]:
    """Public holidays of one country and year, with English names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a year the library lacks has no holidays, and says so
        return dict(holidays.country_holidays(country, years=year, language="en_US"))
