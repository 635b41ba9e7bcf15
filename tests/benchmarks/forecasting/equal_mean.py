"""The plain mean of the candidates: what weights and calibration must beat."""

from dataclasses import dataclass

import numpy as np

from models.forecasting.bounds import bounded
from models.forecasting.candidates import Candidate, Fitted, Settled, State
from models.forecasting.panel import Forecast, Panel
from models.forecasting.parallel import Jobs


@dataclass(frozen=True)
class EqualMean:
    """The equal mean of what other candidates forecast, quantile by quantile."""

    members: tuple[Candidate, ...]
    name: str = "EqualMean"

    def fit(self, panel: Panel, *, seed: int = 0, jobs: Jobs = None) -> Fitted:
        """Fit every member."""
        found = [bounded(panel, each.fit(panel, seed=seed, jobs=jobs).predict(panel)) for each in self.members]
        return _settled(found)

    def restore(self, state: State) -> Settled:
        """What ``state`` gave."""
        return Settled.restore(state)


def _settled(forecasts: list[Forecast]) -> Settled:
    quantiles = np.mean([each.quantiles for each in forecasts], axis=0)
    return Settled(quantiles, np.mean([each.mean for each in forecasts], axis=0), forecasts[0].notes)
