"""What a candidate is given and scored on: one origin of one set."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Task:
    """One origin of one set.

    Attributes:
        history: unique_id, ds, y and covariates up to the origin.
        actual: unique_id, ds, y of the ``horizon`` steps after it.
        future: The covariates known of these steps, None where there are none.
        static: Dimensions, None where there are none.
        freq: Pandas offset.
        horizon: Steps.
        season: Steps of the seasonal error.
    """

    history: pd.DataFrame
    actual: pd.DataFrame
    future: pd.DataFrame | None
    static: pd.DataFrame | None
    freq: str
    horizon: int
    season: int
