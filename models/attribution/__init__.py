"""Why a measure moved between two periods: an exact bridge of drivers, with intervals."""

from models.attribution.bridge import decompose
from models.attribution.localization import localize
from models.attribution.measures import MEASURES, Measure
from models.attribution.result import Bridge, Effect, Method

__all__ = ["MEASURES", "Bridge", "Effect", "Measure", "Method", "decompose", "localize"]
