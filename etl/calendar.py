"""What each day is, past and ahead: public holidays, festivals, promotions, and the shape of its month."""

from collections.abc import Sequence
from datetime import date

import holidays
import numpy as np
import pandas as pd

from etl.festivals import festivals

JOINED = " + "


def calendar(countries: dict[str, str | None], promotions: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """``gld_calendar`` for every day from ``first`` to ``last`` in every country.

    Args:
        countries: ISO 3166 alpha-2 code by country name, None where unknown (then without holidays).
        promotions: ``country`` (null for all), ``start_date, end_date, discount_pct, announced_on``.
        first: First day.
        last: Last day, included.
    """
    days = pd.date_range(first, last)
    shape = _shape(days)
    frames = [
        shape.assign(country=country, country_code=code)
        .join(_holidays(days, code))
        .join(_festivals(days, code))
        .join(_promotions(days, country, promotions))
        for country, code in sorted(countries.items())
    ]
    return pd.concat(frames, ignore_index=True)


def _shape(days: pd.DatetimeIndex) -> pd.DataFrame:
    before = (days.day - 1) // 7
    after = (days.days_in_month - days.day) // 7
    return pd.DataFrame(
        {
            "date": days,
            "weekday": days.weekday + 1,
            "days_in_month": days.days_in_month,
            "weekdays_in_month": before + after + 1,
        }
    )


def _holidays(days: pd.DatetimeIndex, code: str | None) -> pd.DataFrame:
    years = range(days[0].year, days[-1].year + 1)
    known = {} if code is None else holidays.country_holidays(code, years=years, language="en_US")
    names = [known.get(day.date()) for day in days]
    return pd.DataFrame({"is_holiday": [name is not None for name in names], "holiday": names})


def _festivals(days: pd.DatetimeIndex, code: str | None) -> pd.DataFrame:
    names: list[list[str]] = [[] for _ in days]
    for festival in festivals(days[0].date(), days[-1].date()):
        if code in festival.countries:
            for i in _positions(days, festival.first, festival.last):
                names[i].append(festival.name)
    joined = [JOINED.join(sorted(found)) or None for found in names]
    return pd.DataFrame({"is_festival": [name is not None for name in joined], "festival": joined})


def _promotions(days: pd.DatetimeIndex, country: str, promotions: pd.DataFrame) -> pd.DataFrame:
    running = promotions[promotions["country"].isna() | (promotions["country"] == country)]
    count = np.zeros(len(days), dtype=int)
    deepest = np.full(len(days), np.nan)
    announced = np.full(len(days), np.datetime64("NaT"), dtype="datetime64[ns]")
    for promotion in running.itertuples():
        at = _positions(days, promotion.start_date, promotion.end_date)
        count[at] += 1
        deepest[at] = np.fmax(deepest[at], promotion.discount_pct)
        announced[at] = np.fmax(announced[at], np.datetime64(promotion.announced_on, "ns"))
    return pd.DataFrame({"promotions": count, "promotion_discount_pct": deepest, "promotion_announced_on": announced})


def _positions(days: pd.DatetimeIndex, first: object, last: object) -> Sequence[int]:
    start, stop = days.searchsorted(pd.Timestamp(first)), days.searchsorted(pd.Timestamp(last), side="right")
    return range(start, stop)
