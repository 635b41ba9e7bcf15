from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from models.forecasting.candidates import History

NO_DAYS = {
    "date": "datetime64[ns]",
    "is_holiday": bool,
    "holiday": object,
    "is_festival": bool,
    "festival": object,
    "promotions": float,
}


@pytest.fixture
def nothing_known() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in NO_DAYS.items()})


@pytest.fixture
def history(nothing_known) -> Callable[..., History]:
    def build(values, known=nothing_known, first="2025-01-01") -> History:
        days = pd.date_range(first, periods=len(values))
        return History("total", pd.Series(np.asarray(values, dtype=float), days), known)

    return build


@pytest.fixture
def weekly() -> np.ndarray:
    """Twenty weeks with a weekly pattern, a slope and noise."""
    days = np.arange(140)
    return 100 + days * 0.2 + 10 * (days % 7) + np.random.default_rng(1).normal(0, 3, 140)
