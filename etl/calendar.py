"""What each day is, past and ahead: public holidays, festivals, promotions, and the shape of its month."""

from datetime import date

import holidays
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
    names = [_certain(known.get(day.date())) for day in days]
    return pd.DataFrame({"is_holiday": [name is not None for name in names], "holiday": names})


def _certain(name: str | None) -> str | None:
    # a date that follows the moon is marked as estimated in some years; it is the same holiday in all
    return name and name.replace(" (estimated)", "")


def _festivals(days: pd.DatetimeIndex, code: str | None) -> pd.DataFrame:
    names: list[list[str]] = [[] for _ in days]
    for festival in festivals(days[0].date(), days[-1].date()):
        if code in festival.countries:
            inside = days.slice_indexer(pd.Timestamp(festival.first), pd.Timestamp(festival.last))
            for found in names[inside]:
                found.append(festival.name)
    joined = [JOINED.join(sorted(found)) or None for found in names]
    return pd.DataFrame({"is_festival": [name is not None for name in joined], "festival": joined})


def _promotions(days: pd.DatetimeIndex, country: str, promotions: pd.DataFrame) -> pd.DataFrame:
    running = promotions[promotions["country"].isna() | (promotions["country"] == country)]
    spans = [pd.date_range(*span) for span in zip(running["start_date"], running["end_date"], strict=True)]
    by_day = running.assign(date=pd.Series(spans, index=running.index, dtype=object)).explode("date").groupby("date")
    daily = by_day.agg(
        promotions=("discount_pct", "size"),
        promotion_discount_pct=("discount_pct", "max"),
        promotion_announced_on=("announced_on", "max"),
    )
    return daily.reindex(days).fillna({"promotions": 0}).reset_index(drop=True)
