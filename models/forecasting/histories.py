"""Cut a panel at a cutoff: the history of each series, and nothing of what came after."""

import pandas as pd

from models.forecasting.candidates import History

KNOWN = ["date", "is_holiday", "holiday", "is_festival", "festival", "promotions"]


def histories(panel: pd.DataFrame, known: pd.DataFrame, cutoff: pd.Timestamp) -> list[History]:
    """The series that had begun by ``cutoff``, in order of their names.

    Args:
        panel: series, date, value; one row per series and day without gaps.
        known: series, date, is_holiday, holiday, is_festival, festival, promotions, as known at ``cutoff``.
        cutoff: The last day that is known.
    """
    past = panel[panel["date"] <= cutoff].sort_values("date")
    calendars = {str(series): days[KNOWN].reset_index(drop=True) for series, days in known.groupby("series")}
    nothing = known.iloc[:0][KNOWN]
    return [
        History(str(series), rows.set_index("date")["value"].astype(float), calendars.get(str(series), nothing))
        for series, rows in past.groupby("series", sort=True)
    ]
