"""What a backtest found: a score for each candidate, the winner, and how its intervals are to be stretched."""

from dataclasses import dataclass

import pandas as pd

from models.forecasting.backtest import accuracy
from models.forecasting.calibration import NONE, cross_calibrated, factors
from models.forecasting.metrics import MEASURES, measured
from models.forecasting.registry import BENCHMARK


@dataclass(frozen=True)
class Verdict:
    """The winner for one measure.

    Attributes:
        algorithm: The candidate with the lowest mean SQL over series and cutoffs, the benchmark without a backtest.
        stretch: Calibration factors of its quantiles.
        note: What to know about the choice, empty where there is nothing.
    """

    algorithm: str
    stretch: tuple[float, ...] = NONE
    note: str = ""


@dataclass(frozen=True)
class Leaderboard:
    """What a backtest found.

    Attributes:
        as_of: Newest business day of its data.
        run_id: Its MLflow run.
        cutoffs: Where it forecast from; empty where the data are too short.
        scores: measure, model, sql, mase, wql, wape, coverage_80: means over series, the best model of a measure first.
        verdicts: The winner by measure.
        rows: Rows published to ``gld_forecast_accuracy``.
    """

    as_of: pd.Timestamp
    run_id: str
    cutoffs: tuple[pd.Timestamp, ...]
    scores: pd.DataFrame
    verdicts: dict[str, Verdict]
    rows: int


def scores(judged: pd.DataFrame) -> pd.DataFrame:
    """The measures of each model, each level (total, countries, channels) counting the same, best SQL first.

    Many nearly empty series of one level do not outvote the total. A series whose history repeats itself exactly has
    no SQL or MASE and is left out of their means. ``judged`` is of one measure.
    """
    by_series = measured(judged, ["model", "series"])
    level = by_series["series"].str.partition("=")[0].rename("level")
    by_level = by_series.groupby(["model", level])[MEASURES].mean()
    means = by_level.groupby("model").mean().reset_index()
    return means.sort_values(["sql", "model"], ignore_index=True)


def verdict(judged: pd.DataFrame) -> Verdict:
    """The winner of a backtest of one measure; the benchmark where no model can be scored."""
    ranked = scores(judged).dropna(subset="sql")
    if ranked.empty:
        return Verdict(BENCHMARK.name, note="no history varies enough to score a model: the benchmark is used")
    algorithm = str(ranked["model"].iloc[0])
    return Verdict(algorithm, factors(judged[judged["model"] == algorithm]))


def too_short(horizon: int) -> Verdict:
    """The verdict without a backtest."""
    return Verdict(BENCHMARK.name, note=f"too little data to backtest {horizon} days ahead: the benchmark is used")


def calibrated_name(algorithm: str) -> str:
    """What a candidate is called once its intervals are calibrated."""
    return f"{algorithm} calibrated"


def with_calibrated(judged: pd.DataFrame, algorithm: str) -> pd.DataFrame:
    """The forecasts and, as model ``ALGORITHM calibrated``, the winner's with intervals calibrated by other cutoffs.

    With one cutoff there are no others, and nothing is added.
    """
    if judged["cutoff"].nunique() < 2:
        return judged
    winner = judged[judged["model"] == algorithm]
    return pd.concat([judged, cross_calibrated(winner).assign(model=calibrated_name(algorithm))], ignore_index=True)


def accuracy_rows(judged: pd.DataFrame, *, as_of: pd.Timestamp, measure: str, horizon: int) -> pd.DataFrame:
    """The rows of ``gld_forecast_accuracy``, without the run."""
    return accuracy(judged, horizon).assign(as_of=as_of, measure=measure)


def run_metrics(judged: pd.DataFrame, horizon: int) -> dict[str, float]:
    """What a model's MLflow run shows: means over series, in all and by range of horizons, without undefined ones.

    Also ``fallbacks``, the fits that became SeasonalNaive, and ``floored``, the values raised to zero.
    """
    ranges = accuracy(judged, horizon).groupby(["horizon_first", "horizon_last"], as_index=False)[MEASURES].mean()
    by_range = {
        f"{name}_{row['horizon_first']:.0f}_{row['horizon_last']:.0f}": row[name]
        for row in ranges.to_dict("records")
        for name in MEASURES
    }
    overall = scores(judged)[MEASURES].iloc[0].to_dict()
    fits = judged.drop_duplicates(["series", "cutoff"])
    counted = {"fallbacks": fits["note"].notna().sum(), "floored": judged["floored"].sum()}
    return {str(name): float(value) for name, value in (overall | by_range | counted).items() if pd.notna(value)}
