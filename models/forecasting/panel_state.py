"""A panel as arrays of numbers and text, to be stored beside what was fitted to it."""

import numpy as np
import pandas as pd

from models.forecasting.candidates import State, part, together
from models.forecasting.frequency import Frequency
from models.forecasting.panel import Panel

PARTS = ("known", "past", "static")


def panel_state(panel: Panel) -> State:
    """Everything a panel is; ``panel_from_state`` gives it back."""
    frequency = panel.frequency
    return {
        "series": np.array(panel.series, dtype=np.str_),
        "dates": panel.dates.to_numpy("datetime64[ns]"),
        "values": panel.values,
        "origins": panel.origins,
        "steps": np.array([panel.horizon, frequency.season]),
        "words": np.array([frequency.alias, panel.country or ""], dtype=np.str_),
        **together({name: getattr(panel, name) for name in PARTS}),
    }


def panel_from_state(state: State) -> Panel:
    """What ``panel_state`` gave."""
    horizon, season = (int(number) for number in state["steps"])
    alias, country = (str(word) for word in state["words"])
    return Panel(
        series=tuple(str(name) for name in state["series"]),
        dates=pd.DatetimeIndex(state["dates"], freq=alias),
        values=state["values"].astype(np.float64),
        origins=state["origins"].astype(np.intp),
        horizon=horizon,
        frequency=Frequency(alias, season),
        country=country or None,
        **{name: part(name, state) for name in PARTS},  # type: ignore[arg-type]
    )
