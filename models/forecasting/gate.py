"""The gate: a challenger replaces the champion only where it is better beyond chance, by enough, and as honest.

Both are judged by rolling origins on the same days. The loss of a time step is the scaled quantile loss, every level
of the hierarchy (total, countries, ...) counting the same. Three things are asked, and all that fail are named.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.forecasting.diebold_mariano import DieboldMariano, diebold_mariano
from models.forecasting.metrics import losses

SIGNIFICANCE = 0.05
LEAST_GAIN = 0.01
"""The least share of the champion's loss that a challenger must save: a change of model is not free."""
COVERAGE = 0.8
COVERAGE_LOSS = 0.02
"""How much farther from 80% the challenger's coverage may lie than the champion's, beyond chance."""
STEP = ["cutoff", "date"]


@dataclass(frozen=True)
class Evidence:
    """How challenger and champion did on the same days.

    Attributes:
        champion_loss: Mean loss of a step (SQL).
        challenger_loss: The same of the challenger.
        statistic: Diebold-Mariano statistic, negative in the challenger's favour; missing where nothing varies.
        p_value: One-sided: how likely the challenger would look as good as this were both the same.
        steps: Time steps compared.
        origins: Rolling origins they lie in.
        champion_coverage: Share of days inside the 80% interval, levels counting the same.
        challenger_coverage: The same of the challenger.
        coverage_p_value: One-sided, by the same test: how likely the challenger's would look as much farther from 80%.
    """

    champion_loss: float
    challenger_loss: float
    statistic: float
    p_value: float
    steps: int
    origins: int
    champion_coverage: float
    challenger_coverage: float
    coverage_p_value: float

    @property
    def gain(self) -> float:
        """The share of the champion's loss that the challenger saves."""
        return 1 - self.challenger_loss / self.champion_loss if self.champion_loss > 0 else 0.0


@dataclass(frozen=True)
class Decision:
    """Whether the challenger replaces the champion, why, and on what evidence (None where there was no champion)."""

    promoted: bool
    reason: str
    evidence: Evidence | None = None


def compare(champion: pd.DataFrame, challenger: pd.DataFrame, horizon: int) -> Evidence:
    """The evidence from two models' rolling-origin forecasts of the same days.

    Args:
        champion: level, series, cutoff, date, actual, scale (seasonal error at the cutoff) and the nine quantiles.
        challenger: The same days of the other model.
        horizon: Days ahead of the farthest forecast.
    """
    steps = _by_step(champion).join(_by_step(challenger), how="inner", lsuffix="_champion", rsuffix="_challenger")
    scored = steps.dropna()
    test = _tested(scored["loss_challenger"] - scored["loss_champion"], horizon)
    covered, before = (float(steps[f"inside_{name}"].mean()) for name in ("challenger", "champion"))
    towards = 1 if covered < COVERAGE else -1
    coverage = _tested(towards * (steps["inside_challenger"] - steps["inside_champion"]), horizon)
    return Evidence(
        champion_loss=float(scored["loss_champion"].mean()),
        challenger_loss=float(scored["loss_challenger"].mean()),
        statistic=test.statistic,
        p_value=test.p_value,
        steps=test.steps,
        origins=scored.index.get_level_values("cutoff").nunique(),
        champion_coverage=before,
        challenger_coverage=covered,
        coverage_p_value=coverage.p_value,
    )


def _tested(differences: "pd.Series[float]", horizon: int) -> DieboldMariano:
    """The test of differences by origin and day, those of one day from several origins counting as one."""
    dated = np.asarray(differences.groupby("date", sort=True).mean(), dtype=np.float64)
    return diebold_mariano(dated, horizon) if len(dated) else DieboldMariano(float("nan"), float("nan"), 1.0, 0)


def decide(evidence: Evidence) -> Decision:
    """Promote the challenger where nothing speaks against it."""
    against = list(_objections(evidence))
    if against:
        return Decision(promoted=False, reason="; ".join(against), evidence=evidence)
    reason = f"loses {evidence.gain:.1%} less (p = {evidence.p_value:.3f}), coverage {evidence.challenger_coverage:.0%}"
    return Decision(promoted=True, reason=reason, evidence=evidence)


def _objections(evidence: Evidence) -> Iterator[str]:
    if not evidence.steps:
        yield "no day can be scored for both"
        return
    if not evidence.gain >= LEAST_GAIN:
        gain = evidence.gain
        moved = f"saves {gain:.1%} of" if gain >= 0 else f"adds {-gain:.1%} to"
        yield f"{moved} the champion's loss, of which at least {LEAST_GAIN:.0%} is to be saved"
    if not evidence.p_value < SIGNIFICANCE:
        yield f"the difference may be chance (p = {evidence.p_value:.3f} over {evidence.steps} days)"
    lost = _miss(evidence.challenger_coverage) - _miss(evidence.champion_coverage)
    if lost > COVERAGE_LOSS and evidence.coverage_p_value < SIGNIFICANCE:
        covered, before = evidence.challenger_coverage, evidence.champion_coverage
        yield f"its 80% interval covers {covered:.0%}, the champion's {before:.0%}"


def _miss(coverage: float) -> float:
    return abs(coverage - COVERAGE)


def _by_step(judged: pd.DataFrame) -> pd.DataFrame:
    """Loss and coverage of each step: means over the series of a level, then over levels."""
    found = losses(judged)[["scaled_quantile", "inside"]].set_axis(["loss", "inside"], axis=1)
    by_level = found.join(judged[[*STEP, "level"]]).groupby([*STEP, "level"], sort=True).mean()
    return by_level.groupby(STEP, sort=True).mean()
