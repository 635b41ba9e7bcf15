"""Promotion features, and which promotions were known when."""

import pandas as pd


def as_announced(calendar: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """The calendar as it could be read on the evening of ``cutoff``.

    Promotions of later days count only if all of the day's promotions were announced by then; a later day's
    promotion without an announcement date was not. The days up to ``cutoff`` have happened and stay as they are.

    Args:
        calendar: Rows of ``gld_calendar``: date, promotions, promotion_announced_on.
        cutoff: The last day that is known.
    """
    unknown = (calendar["date"] > cutoff) & ~(calendar["promotion_announced_on"] <= cutoff)
    return calendar.assign(promotions=calendar["promotions"].mask(unknown, 0))


def mean_promotions(calendar: pd.DataFrame, belonging: pd.DataFrame) -> pd.DataFrame:
    """Promotions running, as the mean over the countries of a series: series, date, promotions.

    Args:
        calendar: date, country, promotions.
        belonging: series, country.
    """
    running = belonging[["series", "country"]].merge(calendar[["date", "country", "promotions"]], on="country")
    return running.groupby(["series", "date"], as_index=False)[["promotions"]].mean()
