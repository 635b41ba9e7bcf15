"""How much each member of a mix counts: learned at past origins, drawn towards what is known to be robust."""

from collections.abc import Sequence

import numpy as np

from models.forecasting.blend import Blend
from models.forecasting.metrics import quantile_loss
from models.forecasting.origins import Origin
from models.forecasting.quantiles import Floats

STEPS = 24
PRIOR_STEPS = 4
TRUST = 0.5
"""Share of what was selected in the weights, where much was seen."""
WORTH = 500.0
"""Past forecasts with which it is half of that, had they been made with the history there is now."""


def learned_weights(origins: Sequence[Origin], blends: Sequence[Blend], prior: Floats, length: int) -> Floats:
    """Weights of the members by greedy selection with replacement, from the prior on (Caruana et al. 2004).

    An origin with little of the history there is now tells little: what was best with one year is not with two.

    Args:
        origins: What happened at each past origin.
        blends: What the members had forecast there.
        prior: Weights that are known to be robust, summing to one.
        length: Steps of history there are now.

    Returns:
        Weights summing to one, between the prior and what was selected.
    """
    counts = PRIOR_STEPS * prior
    totals = [blend.scaled(counts) for blend in blends]
    for _ in range(STEPS):
        trials = [_loss(origins, blends, totals, place, counts.sum() + 1) for place in range(len(prior))]
        best = int(np.argmin(trials))
        counts = counts + (np.arange(len(prior)) == best)
        totals = [total + blend.members[best] for total, blend in zip(totals, blends, strict=True)]
    seen = sum(int(np.isfinite(origin.actual).sum()) for origin in origins)
    likeness = float(np.mean([(origin.panel.length / length) ** 2 for origin in origins]))
    trust = TRUST * likeness * seen / (seen + WORTH)
    found: Floats = (1 - trust) * prior + trust * counts / counts.sum()
    return found


def _loss(
    origins: Sequence[Origin], blends: Sequence[Blend], totals: Sequence[Floats], place: int, count: float
) -> float:
    """The mean scaled quantile loss over the origins if one member counted once more."""
    parts = [
        scaled_loss(origin, blend.scale.back((total + blend.members[place]) / count))
        for origin, blend, total in zip(origins, blends, totals, strict=True)
    ]
    return float(np.mean(parts))


def scaled_loss(origin: Origin, quantiles: Floats) -> float:
    """SQL (``models.forecasting.metrics``) over the series and steps that can be judged, zero where none can."""
    each = quantile_loss(origin.actual.ravel(), quantiles.reshape(-1, quantiles.shape[-1])).mean(axis=1)
    scaled = each.reshape(origin.actual.shape) / origin.unit[:, None]
    known = np.isfinite(scaled)
    return float(scaled[known].mean()) if known.any() else 0.0
