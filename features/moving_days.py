"""How far dates are from days that matter: the feasts of retail, and the public holidays of a country."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from dateutil.easter import easter  # type: ignore[import-untyped]

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]
THURSDAY = 3


def feasts(dates: pd.DatetimeIndex) -> dict[str, Days]:
    """Christmas, Easter and the American Thanksgiving (with Black Friday) of the years around ``dates``."""
    years = _years(dates)
    return {
        "Christmas": np.array([f"{year}-12-25" for year in years], dtype="datetime64[D]"),
        "Easter": np.array([easter(year) for year in years], dtype="datetime64[D]"),
        "Thanksgiving": np.array([_thanksgiving(year) for year in years], dtype="datetime64[D]"),
    }


def public_holidays(dates: pd.DatetimeIndex, country: str) -> dict[str, Days]:
    """The public holidays of a country by name, those around Christmas and Easter among them.

    Raises:
        NotImplementedError: Where the country is not known to the ``holidays`` package.
    """
    from holidays import country_holidays

    found = country_holidays(country, years=_years(dates), observed=False)
    named = pd.Series({pd.Timestamp(day): name for day, name in sorted(found.items())}, dtype=object)
    parts = named.str.split("; ", regex=False).explode()
    return {str(name): days.index.to_numpy("datetime64[D]") for name, days in parts.groupby(parts, sort=True)}


def known_country(country: str) -> bool:
    """Whether the public holidays of a country are known."""
    from holidays import list_supported_countries

    return country in list_supported_countries()


def days_to_nearest(dates: pd.DatetimeIndex, days: Days) -> Floats:
    """Days from the nearest of ``days``, negative before it; shape (dates,)."""
    distance = (dates.to_numpy("datetime64[D]")[:, None] - days[None]).astype(np.int64)
    return np.asarray(distance[np.arange(len(dates)), np.abs(distance).argmin(axis=1)], dtype=np.float64)


def hats(distance: Floats, centres: Floats, width: float) -> Floats:
    """Triangles of height one over ``centres``, zero at ``width`` from them; shape (distances, centres)."""
    return np.maximum(0.0, 1.0 - np.abs(distance[:, None] - centres[None]) / width)


def distances(dates: pd.DatetimeIndex, days: Mapping[str, Days]) -> dict[str, Floats]:
    """``days_to_nearest`` of each of several kinds of days."""
    return {name: days_to_nearest(dates, each) for name, each in days.items()}


def _years(dates: pd.DatetimeIndex) -> range:
    return range(dates[0].year - 1, dates[-1].year + 2)


def _thanksgiving(year: int) -> np.datetime64:
    first = pd.Timestamp(year, 11, 1)
    return np.datetime64((first + pd.Timedelta(days=(THURSDAY - first.weekday()) % 7 + 21)).date())
