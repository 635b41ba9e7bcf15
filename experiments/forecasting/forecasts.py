"""Forecast a measure as its champion would on the newest data, and put the rows in Gold's form."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from experiments.forecasting.data import Demand
from experiments.forecasting.evaluation import published_name
from experiments.forecasting.registry import Version
from experiments.forecasting.settings import Settings
from models.forecasting.coherent import Coherence, adapted
from models.forecasting.forecaster import Forecaster, renewed
from models.forecasting.months import by_month
from models.forecasting.panel import Panel
from models.forecasting.scenario import Setting

DESCRIPTION = ["series", "level", "country", "region", "channel", "category"]


@dataclass(frozen=True)
class Champion:
    """A measure's champion, ready to be fitted to any day's data.

    Attributes:
        version: What the registry holds.
        trained: The forecaster as it was trained.
        taught: What the backtest it was trained with taught, for the series there are now.
        note: What to know about its forecasts, empty where there is nothing.
    """

    version: Version
    trained: Forecaster
    taught: Coherence
    note: str

    @property
    def model(self) -> str:
        """The name its forecasts are published under."""
        return published_name(self.version.training.algorithm, self.version.training.note)


def champion_of(demand: Demand, version: Version) -> Champion:
    """The champion, its teachings carried over to the series there are now."""
    trained = version.load()
    tree = demand.tree(version.measure)
    taught, note = adapted(trained.taught, trained.tree, tree)
    notes = (version.training.note, version.training.warning, note)
    return Champion(version, trained, taught, "; ".join(text for text in notes if text))


def fitted(demand: Demand, champion: Champion, panel: Panel, settings: Settings) -> Forecaster:
    """The champion on a panel of its measure; as trained where it was trained on this one."""
    trained = champion.trained
    if trained.seed == settings.seed and champion.version.training.fingerprint == panel.fingerprint:
        return replace(trained, taught=champion.taught)
    tree = demand.tree(champion.version.measure)
    return renewed(trained, tree, panel, champion.taught, seed=settings.seed, jobs=settings.jobs)


@dataclass(frozen=True)
class Forecasted:
    """A measure's forecast.

    Attributes:
        rows: Rows of ``gld_forecast``, without day and run; and floored.
        months: Rows of ``gld_forecast_months``, without day and run.
        raised: Values of the bottom series that reconciliation had taken below their floor: of the mean, and of the
            paths as a share.
        beside: What was expected with other covariates ahead, each series, date, mean.
    """

    rows: pd.DataFrame
    months: pd.DataFrame
    raised: tuple[int, float]
    beside: list[pd.DataFrame]


def forecast(
    demand: Demand,
    champion: Champion,
    forecaster: Forecaster,
    settings: Sequence[Setting] = (),
    *,
    beside: Sequence[Panel] = (),
) -> Forecasted:
    """The days ahead, as rows and by month; ``settings`` say what if, ``beside`` panels have other covariates ahead."""
    measure = champion.version.measure
    rows, found, others = forecaster.forecast_beside(beside, settings)
    rows = rows.assign(
        measure=measure,
        model=champion.model,
        model_version=champion.version.number,
        note=_noted(rows["note"], champion.note),
    )
    months = by_month(demand.observed[measure].until(demand.as_of), found).assign(measure=measure)
    return Forecasted(described(demand, measure, rows), described(demand, measure, months), found.raised, others)


def described(demand: Demand, measure: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the level and the dimensions of their series; those of series not begun are left out."""
    nodes = demand.tree(measure).nodes.reindex(columns=DESCRIPTION)
    return rows.drop(columns="level", errors="ignore").merge(nodes, on="series")


def _noted(notes: pd.Series, general: str) -> pd.Series:
    """Each row's own note and the one on all of them; None where there is neither."""
    joined = ["; ".join(text for text in (note, general) if text) or None for note in notes]
    return pd.Series(joined, index=notes.index, dtype=object)
