"""The candidates by name, a data scientist's own by ``module:Class`` among them."""

from importlib import import_module

from etl.errors import UsageError
from models.forecasting.boosting.model import Boosting
from models.forecasting.candidates import Candidate
from models.forecasting.empirical import Empirical
from models.forecasting.hierarchical_bayes.regression import PanelRegression
from models.forecasting.mix import Mix
from models.forecasting.prophet import Prophet
from models.forecasting.seasonal_naive import Drift, SeasonalNaive
from models.forecasting.statistical import Statistical

BENCHMARK = SeasonalNaive()
CANDIDATES: tuple[Candidate, ...] = (
    BENCHMARK,
    Drift(),
    Empirical(),
    Prophet(),
    Statistical("AutoETS"),
    Statistical("DynamicOptimizedTheta"),
    Statistical("MSTL"),
    Statistical("CrostonSBA"),
    PanelRegression(),
    Boosting(),
    Mix(),
)

QUICK: tuple[Candidate, ...] = (BENCHMARK, PanelRegression())
"""What a refresh compares that finds no champion: seconds, also for a thousand series."""
MOST_SERIES = {"Prophet": 100, "AutoETS": 0, "DynamicOptimizedTheta": 0, "MSTL": 0, "CrostonSBA": 0}
"""Candidates fitted one series at a time, and how many series they are tried on unless they are asked for by name."""


def default_candidates(series: int) -> tuple[Candidate, ...]:
    """The candidates that a backtest of so many series compares."""
    return tuple(known for known in CANDIDATES if series <= MOST_SERIES.get(known.name, series))


def candidate(name: str) -> Candidate:
    """The candidate called ``name``, or one's own as ``module:Class``; raises ``UsageError`` where there is none."""
    for known in CANDIDATES:
        if known.name == name:
            return known
    if ":" in name:
        return _imported(name)
    names = ", ".join(known.name for known in CANDIDATES)
    raise UsageError(f"There is no candidate {name!r}: choose one of {names}, or give your own as module:Class.")


def _imported(name: str) -> Candidate:
    module, _, attribute = name.partition(":")
    try:
        built: Candidate = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, TypeError) as error:
        raise UsageError(f"Candidate {name!r} cannot be built: {error}.") from error
    absent = [part for part in ("name", "fit", "restore") if not hasattr(built, part)]
    if absent:
        raise UsageError(f"Candidate {name!r} lacks {', '.join(absent)}: see models.forecasting.candidates.Candidate.")
    if built.name != name:
        raise UsageError(
            f"Candidate {name!r} calls itself {built.name!r}: its name must be {name!r}, to be found again."
        )
    return built
