"""One candidate fitted to a panel: what is stored, reloaded and asked for forecasts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.errors import raise_problems
from models.forecasting.bounds import bounded, floors
from models.forecasting.calibration import NONE, calibrated
from models.forecasting.candidates import Candidate, Fitted, State
from models.forecasting.daily import daily_frame, daily_panel
from models.forecasting.panel import Panel
from models.forecasting.panel_state import panel_from_state, panel_state
from models.forecasting.quantiles import NAMES
from models.forecasting.registry import candidate

FORECAST = ["series", "date", "horizon", "mean", *NAMES, "floor", "floored", "note"]


@dataclass(frozen=True)
class FittedPanel:
    """A candidate fitted to a panel.

    Attributes:
        algorithm: Name of the candidate.
        panel: What it was fitted to.
        fitted: What was fitted.
        stretch: Calibration factors of the quantiles (``models.forecasting.calibration``).
    """

    algorithm: str
    panel: Panel
    fitted: Fitted
    stretch: tuple[float, ...] = NONE

    def predict(self, asked: pd.DataFrame) -> pd.DataFrame:
        """The days after the cutoff of each series asked for.

        Args:
            asked: series, horizon (days ahead, at least 1 and at most those of the fit).

        Returns:
            series, date, horizon, mean, q10 to q90, floor, floored, note; in the order asked, then by date.

        Raises:
            InputError: Naming every series that was not fitted and every horizon that cannot be answered.
        """
        raise_problems(self._problems(asked))
        rows = daily_frame(self.panel, bounded(self.panel, self.fitted.predict(self.panel)))
        least = dict(zip(self.panel.series, floors(self.panel), strict=True))
        found = asked.rename(columns={"horizon": "asked"}).merge(rows, on="series", how="left")
        within = found[found["horizon"] <= found["asked"]].reset_index(drop=True)
        return calibrated(within.assign(floor=within["series"].map(least)), self.stretch)[FORECAST]

    def state(self) -> State:
        """Everything, as arrays."""
        calibration = {"algorithm": np.array(self.algorithm), "stretch": np.array(self.stretch)}
        fitted = {f"fitted {name}": values for name, values in self.fitted.state().items()}
        return {**calibration, **fitted, **{f"panel {name}": part for name, part in panel_state(self.panel).items()}}

    @classmethod
    def restore(cls, state: State) -> "FittedPanel":
        """What ``state`` gave."""
        algorithm = str(state["algorithm"])
        fitted = candidate(algorithm).restore(_under("fitted ", state))
        stretch = tuple(float(factor) for factor in state["stretch"])
        return cls(algorithm, panel_from_state(_under("panel ", state)), fitted, stretch)

    def _problems(self, asked: pd.DataFrame) -> Iterator[str]:
        for series in asked.loc[~asked["series"].isin(list(self.panel.series)), "series"]:
            yield f"The model has no series {series!r}."
        for horizon in asked.loc[asked["horizon"] < 1, "horizon"]:
            yield f"A horizon of {horizon} days is not ahead: ask for at least 1."
        for horizon in asked.loc[asked["horizon"] > self.panel.horizon, "horizon"]:
            yield f"The model looks {self.panel.horizon} days ahead, not {horizon}: train it for a longer horizon."


def fit_panel(
    panel: pd.DataFrame,
    chosen: Candidate,
    *,
    cutoff: pd.Timestamp,
    known: pd.DataFrame,
    horizon: int,
    stretch: tuple[float, ...] = NONE,
    seed: int = 0,
    jobs: int | None = None,
) -> FittedPanel:
    """Fit every series that had begun by ``cutoff``, with nothing that came after it.

    Args:
        panel: series, date, value; one row per series and day without gaps.
        chosen: The candidate.
        cutoff: The last day that is known.
        known: What was known of the calendar at the cutoff (``features.known.known_ahead``).
        horizon: Days that can be asked for.
        stretch: Calibration factors.
        seed: Seed of everything random.
        jobs: Worker processes, the number of cores by default; the result does not depend on it.
    """
    past = daily_panel(panel, known, cutoff, horizon)
    return FittedPanel(chosen.name, past, chosen.fit(past, seed=seed, jobs=jobs), stretch)


def _under(prefix: str, state: State) -> State:
    return {name.removeprefix(prefix): values for name, values in state.items() if name.startswith(prefix)}
