"""One candidate fitted to every series of a panel: what is stored, reloaded and asked for forecasts."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd

from etl.errors import raise_problems
from models.forecasting.calibration import NONE, calibrated
from models.forecasting.candidates import Candidate, Fitted, History
from models.forecasting.histories import histories
from models.forecasting.parallel import run
from models.forecasting.quantiles import NAMES
from models.forecasting.registry import candidate

FORECAST = ["series", "date", "horizon", "mean", *NAMES, "floor", "floored", "note"]


@dataclass(frozen=True)
class FittedPanel:
    """A candidate fitted to a panel.

    Attributes:
        fitted: What was fitted, by series.
        stretch: Calibration factors of the quantiles (``models.forecasting.calibration``).
    """

    fitted: dict[str, Fitted]
    stretch: tuple[float, ...] = NONE

    def predict(self, asked: pd.DataFrame) -> pd.DataFrame:
        """The days after the cutoff of each series asked for.

        Args:
            asked: series, horizon (days ahead, at least 1).

        Returns:
            series, date, horizon, mean, q10 to q90, floor, floored, note; in the order asked, then by date.

        Raises:
            InputError: Naming every series that was not fitted and every horizon below one day.
        """
        raise_problems(self._problems(asked))
        parts = [
            self.fitted[series].predict(int(horizon)).assign(series=series, note=self.fitted[series].note)
            for series, horizon in zip(asked["series"], asked["horizon"], strict=True)
        ]
        return calibrated(pd.concat(parts, ignore_index=True), self.stretch)[FORECAST]

    def to_frame(self) -> pd.DataFrame:
        """The fitted state as rows: series, model, state (JSON)."""
        rows = [(series, fitted.model, fitted.to_json()) for series, fitted in self.fitted.items()]
        return pd.DataFrame(rows, columns=["series", "model", "state"])

    @classmethod
    def from_frame(cls, rows: pd.DataFrame, stretch: tuple[float, ...]) -> "FittedPanel":
        """What ``to_frame`` gave, together with the calibration factors."""
        states = zip(rows["series"], rows["model"], rows["state"], strict=True)
        return cls({series: candidate(model).restore(state) for series, model, state in states}, stretch)

    def _problems(self, asked: pd.DataFrame) -> Iterator[str]:
        for series in asked.loc[~asked["series"].isin(list(self.fitted)), "series"]:
            yield f"The model has no series {series!r}."
        for horizon in asked.loc[asked["horizon"] < 1, "horizon"]:
            yield f"A horizon of {horizon} days is not ahead: ask for at least 1."


def fit_panel(
    panel: pd.DataFrame,
    chosen: Candidate,
    *,
    cutoff: pd.Timestamp,
    known: pd.DataFrame,
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
        stretch: Calibration factors.
        seed: Seed of everything random.
        jobs: Worker processes, the number of cores by default; the result does not depend on it.
    """
    past = histories(panel, known, cutoff)
    fitted = run(partial(_fit, chosen, seed), past, jobs=jobs)
    return FittedPanel({history.series: found for history, found in zip(past, fitted, strict=True)}, stretch)


def _fit(chosen: Candidate, seed: int, history: History) -> Fitted:
    return chosen.fit(history, seed)
