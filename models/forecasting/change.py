"""Why a forecast changed since it was last made: exact, additive, by changing one thing after another.

The stages are, in this order: the history is taken as it is known today, up to the day the last forecast ended on
(restated); the days since are added (new data); what was announced since is added (covariates); today's model is used
(model). Each stage's effect is what it moved the forecast by, so that the effects add up to the change.
"""

import pandas as pd

KEYS = ["series", "date"]
EFFECTS = ("restated_history", "new_data", "covariates", "model")


def forecast_change(
    previous: pd.DataFrame,
    current: pd.DataFrame,
    *,
    restated: pd.DataFrame | None = None,
    extended: pd.DataFrame | None = None,
    informed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Split the change of the days that both forecasts have.

    Args:
        previous: The last forecast: series, date, mean.
        current: This one.
        restated: The last model on the history as known today, up to the same day; None where nothing was restated.
        extended: The last model on all of today's history; None where ``informed`` is the same, for want of news.
        informed: The last model on today's history and covariates; None where today's model is the same.

    Returns:
        series, date, previous, the four effects and current; sorted by series and date.
    """
    third = current if informed is None else informed
    second = third if extended is None else extended
    first = previous if restated is None else restated
    stages = [_means(stage) for stage in (previous, first, second, third, current)]
    aligned = pd.concat(stages, axis=1, join="inner").set_axis(["previous", *EFFECTS], axis=1).sort_index()
    moved = aligned.diff(axis=1)[list(EFFECTS)]
    return aligned[["previous"]].join(moved).assign(current=aligned[EFFECTS[-1]]).reset_index()


def _means(forecast: pd.DataFrame) -> "pd.Series[float]":
    return forecast.set_index(KEYS)["mean"]
