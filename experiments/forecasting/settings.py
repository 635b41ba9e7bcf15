"""How a forecasting job runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


def silent(_: str) -> None:
    """No progress."""


@dataclass(frozen=True)
class Settings:
    """How a forecasting job runs.

    Attributes:
        source: Name of the source, a tag of the run.
        engine: Name of the engine, a tag of the run.
        as_of: Last business day to look at, the newest by default.
        horizon: Days to forecast.
        seed: Seed of everything random.
        jobs: Worker processes, the number of cores by default; results do not depend on it.
        progress: Called with a sentence at every step.
    """

    source: str
    engine: str = "embedded"
    as_of: date | None = None
    horizon: int = 61
    seed: int = 0
    jobs: int | None = None
    progress: Callable[[str], None] = silent

    def tags(self) -> dict[str, str]:
        """The tags of its runs."""
        return {"source": self.source, "engine": self.engine}
