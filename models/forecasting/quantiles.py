"""The nine quantiles of a forecast, and what holds for them: sorted, and never negative where demand is not."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

LEVELS = tuple(level / 10 for level in range(1, 10))
NAMES = [f"q{level}" for level in range(10, 100, 10)]


def forecast_frame(dates: pd.DatetimeIndex, mean: Floats, quantiles: Floats, floor: float) -> pd.DataFrame:
    """A forecast from its parts, raised to ``floor`` where it falls below.

    Args:
        dates: The days forecast, in order, beginning on the day after the history.
        mean: Expected values, shape (days,).
        quantiles: Shape (days, 9), levels .1 to .9 from left to right, not crossing.
        floor: The least value the series can take; minus infinity where it has none.

    Returns:
        date, horizon (days from 1), mean, q10 to q90, floor, and floored: how many of the day's ten values were raised.
    """
    raw = np.column_stack([mean, quantiles])
    columns = {"date": dates, "horizon": np.arange(1, len(dates) + 1)}
    values = pd.DataFrame(np.maximum(raw, floor), columns=["mean", *NAMES])
    return pd.DataFrame(columns).join(values).assign(floor=floor, floored=(raw < floor).sum(axis=1))


def floor_of(history: Floats) -> float:
    """Zero for a series that was never negative, else none."""
    return 0.0 if bool((history >= 0).all()) else -np.inf
