from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from models.forecasting.frequency import Frequency
from models.forecasting.panel import Panel

NO_DAYS = {
    "date": "datetime64[ns]",
    "is_holiday": bool,
    "holiday": object,
    "is_festival": bool,
    "festival": object,
    "promotions": float,
}
DAILY = Frequency("D", 7)


def daily(values, horizon=14, first="2025-01-01", **beside) -> Panel:
    """Series of equal length, one row of ``values`` each, and their daily panel."""
    rows = np.atleast_2d(np.asarray(values, dtype=float))
    return Panel(
        series=tuple(f"s{row:03}" for row in range(len(rows))),
        dates=pd.date_range(first, periods=rows.shape[1] + horizon),
        values=rows,
        origins=np.full(len(rows), rows.shape[1] - 1),
        horizon=horizon,
        frequency=DAILY,
        **beside,
    )


@pytest.fixture(scope="session")
def panel_of() -> Callable[..., Panel]:
    return daily


@pytest.fixture
def nothing_known() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in NO_DAYS.items()})


@pytest.fixture
def weekly() -> np.ndarray:
    """Twenty weeks with a weekly pattern, a slope and noise."""
    days = np.arange(140)
    return 100 + days * 0.2 + 10 * (days % 7) + np.random.default_rng(1).normal(0, 3, 140)
