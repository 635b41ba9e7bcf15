"""The candidates by name."""

from etl.errors import UsageError
from models.forecasting.candidates import Candidate
from models.forecasting.prophet import Prophet
from models.forecasting.seasonal_naive import SeasonalNaive

BENCHMARK = SeasonalNaive()
CANDIDATES: tuple[Candidate, ...] = (BENCHMARK, Prophet())


def candidate(name: str) -> Candidate:
    """The candidate called ``name``; raises ``UsageError`` where there is none."""
    for known in CANDIDATES:
        if known.name == name:
            return known
    raise UsageError(f"There is no candidate {name!r}: choose one of {', '.join(known.name for known in CANDIDATES)}.")
