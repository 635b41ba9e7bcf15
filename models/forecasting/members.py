"""The members of the usual mix, and what each is worth before anything is learned of a panel."""

from dataclasses import dataclass

from models.forecasting.boosting.model import Boosting
from models.forecasting.candidates import Candidate
from models.forecasting.empirical import Empirical
from models.forecasting.frequency import Kind
from models.forecasting.hierarchical_bayes.regression import PanelRegression
from models.forecasting.seasonal_naive import SeasonalNaive


@dataclass(frozen=True)
class Member:
    """A candidate, and its weight where nothing can be learned; the weights of a mix sum to one."""

    candidate: Candidate
    weight: float


def usual_members(kind: Kind) -> tuple[Member, ...]:
    """Two panel regressions with unlike scales, which hedge each other, trees, and the simplest forecasts."""
    fine, coarse, trees = {"h": (0.1, 0.1, 0.6), "D": (0.48, 0.32, 0.2)}.get(kind, (0.325, 0.325, 0.35))
    fine_offset, coarse_offset = {"h": (0.3, 1.0), "D": (0.03, 0.5)}.get(kind, (0.1, 1.0))
    knots = 26 if kind == "D" else 52
    return (
        Member(PanelRegression(fine_offset, 4, knots, name="PanelRegression fine"), fine),
        Member(PanelRegression(coarse_offset, 8, 0, name="PanelRegression coarse"), coarse),
        Member(Boosting(), trees),
        Member(SeasonalNaive(), round(1 - fine - coarse - trees, 3)),
        Member(Empirical(), 0.0),
    )
