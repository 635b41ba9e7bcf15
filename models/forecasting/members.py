"""The members of the usual mix, and what each is worth before anything is learned of a panel."""

from dataclasses import dataclass

from models.forecasting.boosting.model import Boosting
from models.forecasting.candidates import Candidate
from models.forecasting.empirical import Empirical
from models.forecasting.frequency import Kind
from models.forecasting.hierarchical_bayes.regression import LEVEL, SEASON, PanelRegression
from models.forecasting.seasonal_naive import SeasonalNaive


@dataclass(frozen=True)
class Member:
    """A candidate, and its weight where nothing can be learned; the mix makes its weights sum to one."""

    candidate: Candidate
    weight: float


WEIGHTS: dict[Kind, tuple[float, float, float, float]] = {
    "h": (0.05, 0.05, 0.8, 0.1),
    "D": (0.48, 0.32, 0.2, 0.0),
    "W": (0.325, 0.325, 0.35, 0.0),
}
"""Of the regression on a fine scale, on a coarse one, of trees and of SeasonalNaive; others are like weeks."""
TREES_WORTH = 5_000
"""Values of a panel with which trees count half of what they do in a large one: they have nothing but the data."""


def usual_members(kind: Kind, values: int) -> tuple[Member, ...]:
    """Two panel regressions with unlike scales, which hedge each other, trees, and the simplest forecasts.

    Args:
        kind: Frequency of the panel.
        values: Size of the panel, series times steps.
    """
    fine, coarse, trees, naive = WEIGHTS.get(kind, WEIGHTS["W"])
    fine_offset, coarse_offset = {"h": (0.3, 1.0), "D": (0.03, 0.5)}.get(kind, (0.1, 1.0))
    knots = 26 if kind == "D" else 52
    return (
        Member(PanelRegression(fine_offset, 4, knots, name="PanelRegression fine"), fine),
        Member(PanelRegression(coarse_offset, 8, 0, (LEVEL, SEASON), name="PanelRegression coarse"), coarse),
        Member(Boosting(), trees * values / (values + TREES_WORTH)),
        Member(SeasonalNaive(), naive),
        Member(Empirical(), 0.0),
    )
