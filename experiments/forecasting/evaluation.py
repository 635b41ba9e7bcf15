"""What a backtest found: a score for each candidate, the winner, and what its errors teach."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np
import pandas as pd

from experiments.forecasting.data import Demand
from experiments.forecasting.settings import Settings
from features.hierarchy import Hierarchy
from models.forecasting.backtest import Fold, accuracy, judge, judge_onwards
from models.forecasting.candidates import Candidate
from models.forecasting.coherent import Coherence, coherent, learn, stretched, untaught
from models.forecasting.cutoffs import choose_cutoffs, earlier_cutoffs
from models.forecasting.metrics import MEASURES, measured
from models.forecasting.months import judged_sums
from models.forecasting.parallel import concurrently
from models.forecasting.registry import BENCHMARK, default_candidates
from models.forecasting.widths import MONTH, Width, level_factors

EARLIER = 3
"""Origins before those of the backtest that the winner's width is learned from, too: shocks are few."""
CHECK_PATHS = 100
"""Sample paths behind a judged forecast; a published one has more."""
COHERENT = "{} coherent"


@dataclass(frozen=True)
class Evaluation:
    """A backtest of one measure.

    Attributes:
        measure: What was forecast.
        judged: Forecasts of every candidate and, as model ``ALGORITHM coherent``, of the winner as it would have been
            published, with what happened; ``models.forecasting.backtest.judge`` and level. None without a backtest.
        algorithm: The candidate with the lowest mean SQL, levels counting the same; the benchmark without a backtest.
        taught: What the winner's errors teach.
        note: What to know about the choice, empty where there is nothing.
    """

    measure: str
    judged: pd.DataFrame | None
    algorithm: str
    taught: Coherence
    note: str = ""

    @property
    def model(self) -> str:
        """The name under which the winner's forecasts are published."""
        return published_name(self.algorithm, self.note)


def published_name(algorithm: str, note: str) -> str:
    """What a candidate's forecasts are called once a backtest has taught how they add up."""
    return algorithm if note else COHERENT.format(algorithm)


def folds(demand: Demand, measure: str, settings: Settings) -> list[Fold]:
    """The origins a measure is backtested from; none where the data are too short."""
    return [_fold(demand, measure, cutoff, settings.horizon) for cutoff in _cutoffs(demand, measure, settings)]


def earlier_folds(demand: Demand, measure: str, settings: Settings) -> list[Fold]:
    """The origins before those, as far apart; none where the data are too short."""
    first = demand.observed[measure].dates[0]
    cutoffs = earlier_cutoffs(first, _cutoffs(demand, measure, settings), EARLIER)
    return [_fold(demand, measure, cutoff, settings.horizon) for cutoff in cutoffs]


def _cutoffs(demand: Demand, measure: str, settings: Settings) -> list[pd.Timestamp]:
    first = demand.observed[measure].dates[0]
    return choose_cutoffs(first, demand.as_of, settings.horizon)[-settings.origins :]


def _fold(demand: Demand, measure: str, cutoff: pd.Timestamp, horizon: int) -> Fold:
    observed = demand.observed[measure]
    panel = demand.panel(measure, cutoff, horizon)
    rows = pd.Index(observed.hierarchy.nodes["series"]).get_indexer(pd.Index(panel.series))
    return Fold(panel, observed.values[rows, panel.length : panel.length + horizon])


def evaluate(demand: Demand, measure: str, candidates: Sequence[Candidate], settings: Settings) -> Evaluation:
    """Judge ``candidates``, or the default ones where empty, on one measure and learn from the winner's errors."""
    tree, origins = demand.tree(measure), folds(demand, measure, settings)
    if not origins:
        note = f"too little data to backtest {settings.horizon} days ahead: the benchmark is used"
        return Evaluation(measure, None, BENCHMARK.name, untaught(tree), note)
    chosen = candidates or default_candidates(len(tree.nodes))
    names = ", ".join(candidate.name for candidate in chosen)
    settings.progress(f"Backtesting {measure} from {len(origins)} origins: {names}.")
    judged = judged_by(tree, origins, chosen, settings)
    ranked = scores(judged).dropna(subset="sql")
    if ranked.empty:
        note = "no history varies enough to score a model: the benchmark is used"
        return Evaluation(measure, judged, BENCHMARK.name, untaught(tree), note)
    algorithm = str(ranked["model"].iloc[0])
    settings.progress(f"{measure}: {algorithm} is best; making it add up.")
    winner = next(candidate for candidate in chosen if candidate.name == algorithm)
    taught, published = _made_coherent(tree, _with_earlier(demand, judged, measure, winner, settings), settings.seed)
    compared = published[published["cutoff"].isin(judged["cutoff"])]
    return Evaluation(measure, pd.concat([judged, compared], ignore_index=True), algorithm, taught)


def _with_earlier(
    demand: Demand, judged: pd.DataFrame, measure: str, winner: Candidate, settings: Settings
) -> pd.DataFrame:
    """The winner's part of ``judged``, and what it forecast from earlier origins."""
    own = judged[judged["model"] == winner.name]
    earlier = earlier_folds(demand, measure, settings)
    if not earlier:
        return own
    before = judge_onwards(winner, earlier, seed=settings.seed, jobs=settings.jobs)
    return pd.concat([_levelled(demand.tree(measure), before), own], ignore_index=True)


def _made_coherent(tree: Hierarchy, own: pd.DataFrame, seed: int) -> tuple[Coherence, pd.DataFrame]:
    """What one candidate's errors teach, and its forecasts as they would have been published."""
    taught = learn(tree, own)
    apart = held_out(tree, own, taught.reconciliation.method, seed)
    return replace(taught, width=apart.width()), apart.published()


def judged_by(
    tree: Hierarchy, origins: Sequence[Fold], candidates: Sequence[Candidate], settings: Settings
) -> pd.DataFrame:
    """What candidates forecast from each origin and what happened, with the level of each series."""
    tasks = list(product(candidates, origins))
    parts = concurrently(partial(_judge, settings), tasks, jobs=settings.jobs)
    return _levelled(tree, pd.concat(parts, ignore_index=True))


def _levelled(tree: Hierarchy, judged: pd.DataFrame) -> pd.DataFrame:
    return judged.assign(level=judged["series"].map(tree.nodes.set_index("series")["level"]))


def _judge(settings: Settings, task: tuple[Candidate, Fold]) -> pd.DataFrame:
    return judge(*task, seed=settings.seed, jobs=settings.jobs)


@dataclass(frozen=True)
class HeldOut:
    """One candidate's forecasts made to add up, each origin's by what the other origins teach, none of them widened.

    Attributes:
        days: The forecasts and what happened, as judged.
        sums: The same of sums over ``length`` days: series, level, cutoff, actual, q10 to q90.
        length: Days.
    """

    days: pd.DataFrame
    sums: pd.DataFrame
    length: int

    def width(self) -> Width:
        """By how much all of them should have been widened."""
        return Width(level_factors(self.days), level_factors(self.sums), self.length)

    def published(self) -> pd.DataFrame:
        """The days as they would have been published: each origin widened by what the others missed."""
        parts = [
            stretched(own, level_factors(self.days[self.days["cutoff"] != cutoff]))
            for cutoff, own in self.days.groupby("cutoff", sort=True)
        ]
        return pd.concat(parts, ignore_index=True) if parts else self.days


def held_out(tree: Hierarchy, judged: pd.DataFrame, method: str, seed: int) -> HeldOut:
    """What one candidate's forecasts would have been, had none of them known what happened.

    How they are made to add up, ``method``, is the one thing that was chosen on all of them.

    With one origin there are no others, and nothing is returned.
    """
    length = min(MONTH, int(judged["horizon"].max()))
    none = judged.iloc[:0]
    if judged["cutoff"].nunique() < 2:
        return HeldOut(none, none, length)
    days, sums = [], []
    for cutoff, own in judged.groupby("cutoff", sort=True):
        taught = learn(tree, judged[judged["cutoff"] != cutoff], method)
        found = coherent(tree, taught, own, seed=seed, paths=CHECK_PATHS)
        days.append(found.fill(own))
        sums.append(judged_sums(found, own, length).assign(cutoff=cutoff))
    together = pd.concat(days, ignore_index=True).assign(model=COHERENT.format(judged["model"].iloc[0]))
    return HeldOut(together, pd.concat(sums, ignore_index=True), length)


def scores(judged: pd.DataFrame) -> pd.DataFrame:
    """The measures of each model, each level (total, countries, ...) counting the same, best SQL first.

    Many nearly empty series of one level do not outvote the total. A series whose history repeats itself exactly has
    no SQL or MASE and is left out of their means. ``judged`` is of one measure.
    """
    by_level = level_scores(judged)
    means = by_level.groupby("model")[MEASURES].mean().reset_index()
    return means.sort_values(["sql", "model"], ignore_index=True)


def level_scores(judged: pd.DataFrame) -> pd.DataFrame:
    """The measures of each model on each level: means over the level's series."""
    by_series = measured(judged, ["model", "level", "series"])
    return by_series.groupby(["model", "level"], as_index=False)[MEASURES].mean()


def accuracy_rows(judged: pd.DataFrame, *, as_of: pd.Timestamp, measure: str, horizon: int) -> pd.DataFrame:
    """The rows of ``gld_forecast_accuracy`` of a backtest, without the run."""
    return accuracy(judged, horizon).assign(as_of=as_of, measure=measure, kind="backtest")


def run_metrics(judged: pd.DataFrame, horizon: int) -> dict[str, float]:
    """What a model's MLflow run shows: means over levels, in all, by range of horizons and by level, where defined.

    Also ``fallbacks``, the series with a note, and ``floored``, the values raised to zero.
    """
    ranges = accuracy(judged, horizon).groupby(["horizon_first", "horizon_last"], as_index=False)[MEASURES].mean()
    by_range = {
        f"{name}_{row['horizon_first']:.0f}_{row['horizon_last']:.0f}": row[name]
        for row in ranges.to_dict("records")
        for name in MEASURES
    }
    by_level = {
        f"{name}_{str(row['level']).replace('/', '_')}": row[name]
        for row in level_scores(judged).to_dict("records")
        for name in ("sql", "coverage_80")
    }
    overall = scores(judged)[MEASURES].iloc[0].to_dict()
    fits = judged.drop_duplicates(["series", "cutoff"])
    counted = {"fallbacks": fits["note"].ne("").sum(), "floored": judged["floored"].sum()}
    found = overall | by_range | by_level | counted
    return {str(name): float(value) for name, value in found.items() if np.isfinite(value)}
