"""How a forecasting job runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.forecasting.parallel import Jobs

MEASURES = ("net_revenue", "orders", "units")


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
        jobs: Worker processes, the number of cores by default, or a pool elsewhere; results do not depend on it.
        progress: Called with a sentence at every step.
        measures: What to forecast: names of ``experiments.forecasting.data.TARGETS``.
        by: The dimensions to tell apart, every one that a measure has by default.
        origins: Past days to backtest from, at most three.
        candidates: Names of candidates to compare, ``module:Class`` for one's own; the default ones where empty.
    """

    source: str
    engine: str = "embedded"
    as_of: date | None = None
    horizon: int = 61
    seed: int = 0
    jobs: "Jobs" = None
    progress: Callable[[str], None] = silent
    measures: tuple[str, ...] = MEASURES
    by: tuple[str, ...] | None = None
    origins: int = 3
    candidates: tuple[str, ...] = ()

    def asked(self) -> dict[str, object]:
        """What its results depend on, as JSON holds it; ``from_asked`` reads it back."""
        names = ("source", "as_of", "horizon", "seed", "measures", "by", "origins", "candidates")
        return {name: getattr(self, name) for name in names} | {"as_of": self.as_of and self.as_of.isoformat()}

    @classmethod
    def from_asked(cls, asked: Mapping[str, Any], **others: Any) -> "Settings":  # noqa: ANN401 - its own fields
        """The settings that were asked; ``others`` say what results do not depend on."""
        lists = {name: tuple(value) for name, value in asked.items() if isinstance(value, list)}
        as_of = date.fromisoformat(asked["as_of"]) if asked["as_of"] else None
        return cls(**{**asked, **lists, "as_of": as_of, **others})

    def tags(self) -> dict[str, str]:
        """The tags of its runs."""
        return {"source": self.source, "engine": self.engine}
