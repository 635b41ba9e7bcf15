"""Coherence: forecasts made for each series of a hierarchy on its own are moved until they add up.

A reconciliation is a matrix that maps the forecasts of all series to the bottom series; their sums are the coherent
forecasts (Wickramasuriya, Athanasopoulos & Hyndman 2019; computed by ``hierarchicalforecast``). It is linear, so that
it does to every sample path what it does to the mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.hierarchy import Hierarchy
from models.forecasting.quantiles import Floats

BOTTOM_UP = "bottom_up"
STRUCTURAL = "wls_struct"
METHODS = (BOTTOM_UP, "ols", STRUCTURAL, "wls_var", "mint_shrink")
"""From the simplest: the bottom forecasts alone, all forecasts alike, weighted by the number of series they add up, by
their errors' variances, and by the errors' covariances shrunk to their diagonal."""
LEARNED = ("wls_var", "mint_shrink")
LEAST_GAIN = 0.01
"""The least share of the loss that a method must save over the one before it in ``METHODS`` that was best so far."""


@dataclass(frozen=True)
class Reconciliation:
    """How the forecasts of a hierarchy are made to add up.

    Attributes:
        method: One of ``METHODS``.
        weights: Bottom forecasts from all forecasts, shape (bottom series, series).
    """

    method: str
    weights: Floats

    def coherent(self, hierarchy: Hierarchy, base: Floats) -> Floats:
        """Forecasts, or sample paths, that add up; of ``base``, shape (series, ...), and of the same shape."""
        return hierarchy.sums(self.bottom(base))

    def bottom(self, base: Floats) -> Floats:
        """The bottom series of the coherent forecasts, shape (bottom series, ...)."""
        if self.method == BOTTOM_UP:
            return base[-len(self.weights) :]
        flat = self.weights @ base.reshape(len(base), -1)
        return np.asarray(flat.reshape(-1, *base.shape[1:]))


def reconciliation(method: str, hierarchy: Hierarchy, errors: Floats) -> Reconciliation:
    """The reconciliation by ``method``.

    Args:
        method: One of ``METHODS``.
        hierarchy: The series.
        errors: Errors of past forecasts, actual less forecast, shape (series, steps); read by ``LEARNED`` methods only.
            A series that never erred, such as one without a past, is trusted most.
    """
    count, bottom = hierarchy.summing.shape
    if method == BOTTOM_UP:
        return Reconciliation(method, np.eye(count)[-bottom:])
    from hierarchicalforecast.methods import MinTrace  # type: ignore[import-untyped]  # takes seconds to import

    solver = MinTrace(method)
    residuals = _varying(errors) if method in LEARNED else np.zeros((count, 1))
    solver.fit(hierarchy.summing.toarray(), residuals, y_insample=residuals, y_hat_insample=np.zeros_like(residuals))
    return Reconciliation(method, np.asarray(solver.P, dtype=np.float64))


def _varying(errors: Floats) -> Floats:
    """The errors, with a hundredth of the least spread for series without any: no weight may be infinite."""
    spread = errors.std(axis=1)
    floor = spread[spread > 0].min(initial=1.0) / 100
    wave = np.resize([floor, -floor], errors.shape[1])
    return np.where(spread[:, None] > 0, errors, errors + wave)


def choose(hierarchy: Hierarchy, folds: Sequence[tuple[Floats, Floats]], scale: Floats) -> str:
    """The method that does best on forecasts it has not learned from: each fold's, by the errors of the others.

    Args:
        hierarchy: The series.
        folds: For each origin of a backtest the forecasts and the actual values, each of shape (series, days); zero
            for a series that had not begun.
        scale: What errors are divided by, one for each series (their seasonal error); series without one do not count.
    """
    if len(folds) < 2:
        return BOTTOM_UP
    losses = {method: _loss(method, hierarchy, folds, scale) for method in METHODS}
    best = BOTTOM_UP
    for method in METHODS[1:]:
        if losses[method] < (1 - LEAST_GAIN) * losses[best]:
            best = method
    return best


def _loss(method: str, hierarchy: Hierarchy, folds: Sequence[tuple[Floats, Floats]], scale: Floats) -> float:
    """The mean absolute scaled error over the levels, each level counting the same."""
    found = [_errors(method, hierarchy, folds, place) for place in range(len(folds))]
    counted = scale > 0
    scaled = np.abs(np.hstack(found)[counted]).mean(axis=1) / scale[counted]
    levels = hierarchy.nodes.loc[counted, "level"].to_numpy()
    return float(pd.Series(scaled).groupby(levels).mean().mean())


def _errors(method: str, hierarchy: Hierarchy, folds: Sequence[tuple[Floats, Floats]], held_out: int) -> Floats:
    others = [actual - base for place, (base, actual) in enumerate(folds) if place != held_out]
    base, actual = folds[held_out]
    return actual - reconciliation(method, hierarchy, np.hstack(others)).coherent(hierarchy, base)
