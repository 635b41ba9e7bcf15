"""Why a measure moved between two periods: an exact bridge, the causes by place and day, verdicts."""

from models.attribution.bridge import decompose
from models.attribution.explain import explain
from models.attribution.explanation import Explanation
from models.attribution.localization import localize
from models.attribution.measures import MEASURES, Measure
from models.attribution.result import Bridge, Effect, Method

__all__ = ["MEASURES", "Bridge", "Effect", "Explanation", "Measure", "Method", "decompose", "explain", "localize"]
