"""Decisions on champions: the first, a challenger's promotion or refusal; each is a row in Gold and tags in MLflow."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from etl.errors import InputError
from etl.lakehouse import Lakehouse, sql_text
from etl.schemas.results import GLD_CHAMPION_DECISIONS
from experiments.forecasting.data import Demand
from experiments.forecasting.evaluation import folds, held_out, judged_by
from experiments.forecasting.registry import CHALLENGER, CHAMPION, Version, by_alias, point, tag
from experiments.forecasting.settings import Settings
from features.hierarchy import Hierarchy
from models.forecasting.backtest import Fold
from models.forecasting.gate import Decision, compare, decide
from models.forecasting.registry import candidate

FIRST = Decision(promoted=True, reason="there was no champion")
READABLE = Decision(promoted=True, reason="can be read, which the champion of another version of Assay cannot")


@dataclass(frozen=True)
class Decided:
    """A decision on a measure's champion: what it is called, who was compared, and the gate's words."""

    name: str
    challenger: Version
    champion: Version | None
    decision: Decision

    def row(self) -> dict[str, object]:
        """Its columns in ``gld_champion_decisions``, without day and run."""
        evidence = vars(self.decision.evidence) if self.decision.evidence else {}
        before = self.champion
        return {
            "measure": self.challenger.measure,
            "decision": self.name,
            "reason": self.decision.reason,
            "champion": before and before.training.algorithm,
            "champion_version": before and before.number,
            "challenger": self.challenger.training.algorithm,
            "challenger_version": self.challenger.number,
            **evidence,
        }


def crowned(challenger: Version) -> Decided | None:
    """The challenger as champion where there is none that can be read; None where there is one."""
    champion = by_alias(challenger.measure, CHAMPION)
    if champion is None:
        return Decided("first", challenger, None, FIRST)
    return None if champion.training.is_readable else Decided("promoted", challenger, champion, READABLE)


def judge_challenger(demand: Demand, measure: str, settings: Settings, *, force: bool) -> Decided | None:
    """Compare a measure's challenger with its champion; None where they are the same version.

    Raises:
        InputError: Where nothing was trained yet.
    """
    champion, challenger = by_alias(measure, CHAMPION), by_alias(measure, CHALLENGER)
    if champion is None or challenger is None:
        raise InputError(f"There is no model of {measure} yet: assay train makes one.")
    if champion.number == challenger.number:
        return None
    settings.progress(
        f"Comparing {measure}: {challenger.training.algorithm}, version {challenger.number}, with "
        f"{champion.training.algorithm}, version {champion.number}."
    )
    found = _judged(demand, measure, settings, champion, challenger)
    if force and not found.promoted:
        forced = Decision(promoted=True, reason=f"forced, although it {found.reason}", evidence=found.evidence)
        return Decided("forced", challenger, champion, forced)
    return Decided("promoted" if found.promoted else "kept", challenger, champion, found)


def _judged(demand: Demand, measure: str, settings: Settings, champion: Version, challenger: Version) -> Decision:
    """The gate's decision on forecasts as both would have published them from the same origins."""
    origins, tree = folds(demand, measure, settings), demand.tree(measure)
    if len(origins) < 2:
        return Decision(promoted=False, reason=f"has too few origins {settings.horizon} days before the last day")
    before, after = (_as_published(tree, origins, each, settings) for each in (champion, challenger))
    return decide(compare(before, after, settings.horizon))


def _as_published(tree: Hierarchy, origins: Sequence[Fold], version: Version, settings: Settings) -> pd.DataFrame:
    judged = judged_by(tree, origins, [candidate(version.training.algorithm)], settings)
    return held_out(tree, judged, version.training.reconciliation, settings.seed).published()


def record(lakehouse: Lakehouse, demand: Demand, run_id: str, decided: Sequence[Decided]) -> None:
    """Write the decisions to Gold and MLflow, then move the champion's alias where one was promoted.

    Deciding the same again on the same day replaces the row.
    """
    for each in decided:
        row = pd.DataFrame([each.row()]).assign(as_of=demand.as_of, run_id=run_id)
        keys = {name: sql_text(str(row[name].iloc[0])) for name in ("measure", "challenger_version", "decision")}
        slice_ = " and ".join([demand.slice, *(f"{name} = {value}" for name, value in keys.items())])
        lakehouse.write(GLD_CHAMPION_DECISIONS, lakehouse.frame(GLD_CHAMPION_DECISIONS, row), replace_where=slice_)
        words = {name: str(value) for name, value in each.row().items() if value is not None}
        tag(each.challenger, {f"decision.{name}": value for name, value in words.items()})
        if each.decision.promoted:
            point(CHAMPION, each.challenger)
