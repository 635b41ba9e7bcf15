"""How good a forecast was: SQL, MASE, WQL, WAPE and coverage, as fev, GluonTS and utilsforecast define them.

With y the actual value, q_a the forecast of quantile a, A the nine levels .1 to .9, m the season (7 days) and sums and
means over the days judged:

    pinball(y, q, a)  = a * (y - q) where y >= q, else (1 - a) * (q - y)
    seasonal error s  = mean |y_t - y_(t-m)| over the history, up to the cutoff
    SQL               = mean over days and A of 2 * pinball(y, q_a, a) / s
    MASE              = mean over days of |y - q_.5| / s
    WQL               = sum over days of the mean over A of 2 * pinball(y, q_a, a) / sum of |y|
    WAPE              = sum of |y - q_.5| / sum of |y|
    coverage_80       = share of days with q_.1 <= y <= q_.9

The point forecast is the median, which is what absolute errors reward. A measure whose divisor is zero (a history that
repeats itself exactly, days without any demand) is missing, not zero.

Sources: fev (autogluon/fev, metrics.py), GluonTS (gluonts.ev.metrics), utilsforecast (losses.py).
"""

import numpy as np
import pandas as pd

from models.forecasting.quantiles import LEVELS, NAMES, Floats

MEASURES = ["sql", "mase", "wql", "wape", "coverage_80"]


def seasonal_error(history: Floats, season: int = 7) -> float:
    """Mean absolute seasonal difference of a history; missing where it is shorter than one season and a day."""
    differences = np.abs(history[season:] - history[:-season])
    return float(differences.mean()) if differences.size else float("nan")


def quantile_loss(actual: Floats, quantiles: Floats) -> Floats:
    """Twice the pinball loss: ``actual`` of shape (days,) and ``quantiles`` (days, 9) give (days, 9)."""
    above = actual[:, None] - quantiles
    levels = np.array(LEVELS)
    return 2 * np.maximum(levels * above, (levels - 1) * above)


def losses(judged: pd.DataFrame) -> pd.DataFrame:
    """What each judged day adds to the measures.

    Args:
        judged: One row per forecast day: actual, scale (seasonal error of the series at the cutoff), q10 to q90.

    Returns:
        scaled_quantile, scaled_absolute, quantile, absolute, size (|actual|) and inside (of the 80% interval).
    """
    actual = judged["actual"].to_numpy(float)
    scale = judged["scale"].where(judged["scale"] > 0)
    quantile = pd.Series(quantile_loss(actual, judged[NAMES].to_numpy(float)).mean(axis=1), judged.index)
    absolute = (judged["actual"] - judged["q50"]).abs()
    return pd.DataFrame(
        {
            "scaled_quantile": quantile / scale,
            "scaled_absolute": absolute / scale,
            "quantile": quantile,
            "absolute": absolute,
            "size": judged["actual"].abs(),
            "inside": judged["actual"].between(judged["q10"], judged["q90"]).astype(float),
        }
    )


def measured(judged: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The measures of each group: the columns ``by``, then sql, mase, wql, wape, coverage_80.

    Args:
        judged: As for ``losses``, with the columns ``by``.
        by: What to group by; means and sums run over every judged day of a group, whatever its cutoff.
    """
    grouped = losses(judged).assign(**{name: judged[name] for name in by}).groupby(by, sort=True)
    means, sums = grouped.mean(), grouped.sum()
    size = sums["size"].where(sums["size"] > 0)
    found = {
        "sql": means["scaled_quantile"],
        "mase": means["scaled_absolute"],
        "wql": sums["quantile"] / size,
        "wape": sums["absolute"] / size,
        "coverage_80": means["inside"],
    }
    return pd.DataFrame(found).reset_index()
