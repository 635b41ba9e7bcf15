"""Forecasts as rows, one per series and date."""

import numpy as np
import pandas as pd

from models.forecasting.bounds import bounded, floors
from models.forecasting.panel import Forecast, Panel
from models.forecasting.quantiles import NAMES


def forecast_rows(panel: Panel, predicted: Forecast) -> pd.DataFrame:
    """A forecast within its bounds: series, date, horizon (steps from 1), mean, q10 to q90, floor, floored, note.

    ``floor`` is the least value a series can take, ``floored`` how many of a row's ten values were raised to it; an
    empty ``note`` says nothing.
    """
    forecast = bounded(panel, predicted)
    count, horizon, levels = forecast.quantiles.shape
    columns = {
        "series": np.repeat(np.array(panel.series, dtype=object), horizon),
        "date": panel.dates[panel.steps.ravel()],
        "horizon": np.tile(np.arange(1, horizon + 1), count),
        "mean": forecast.mean.ravel(),
    }
    values = pd.DataFrame(forecast.quantiles.reshape(-1, levels), columns=NAMES)
    return (
        pd.DataFrame(columns)
        .join(values)
        .assign(
            floor=np.repeat(floors(panel), horizon),
            floored=forecast.raised.ravel(),
            note=np.repeat(np.array(forecast.notes, dtype=object), horizon),
        )
    )
