"""Where an anomaly comes from: the smallest set of combinations that explain leaf cells away from expectation."""

from models.attribution.localization.localize import localize

__all__ = ["localize"]
