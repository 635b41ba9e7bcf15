"""What a panel regression found, to be read and plotted: level, seasons, each event and covariate, with intervals."""

import numpy as np
import pandas as pd
from scipy import stats

from models.forecasting.hierarchical_bayes.columns import Flags
from models.forecasting.hierarchical_bayes.em import Posterior, Prior, Sample
from models.forecasting.hierarchical_bayes.regression import FittedRegression, Problem, settled
from models.forecasting.panel import Panel
from models.forecasting.quantiles import Floats

COVERED = 0.95
BREADTH = float(stats.norm.ppf((1 + COVERED) / 2))


def components(fitted: FittedRegression, panel: Panel, series: str) -> pd.DataFrame:
    """What each component adds to one series on each date, past and ahead.

    Args:
        fitted: The regression.
        panel: What is forecast.
        series: Name of the series.

    Returns:
        ds, component, effect, low, high (95% interval); on the scale of the regression, a logarithm: an effect of 0.1
        is about 10% more. The effects of a date add up to its expectation on that scale.
    """
    problem, _, sample, found = _looked_at(fitted, panel, series)
    design = np.concatenate([sample.shared, sample.own[0]], axis=1).astype(np.float64)
    component = np.array(problem.columns.component)
    parts = [_part(name, design, found, component == name, problem.panel) for name in dict.fromkeys(component)]
    return pd.concat(parts, ignore_index=True)


def effects(fitted: FittedRegression, panel: Panel, series: str) -> pd.DataFrame:
    """Every coefficient of one series beside the panel's.

    Returns:
        component, column, effect, low, high (95% interval), usual (the mean over the panel) and spread (the standard
        deviation of a series around its groups).
    """
    problem, prior, _, found = _looked_at(fitted, panel, series)
    deviation = BREADTH * np.sqrt(found.variance[0])
    return pd.DataFrame(
        {
            "component": problem.columns.component,
            "column": problem.columns.names,
            "effect": found.mean[0],
            "low": found.mean[0] - deviation,
            "high": found.mean[0] + deviation,
            "usual": prior.centre,
            "spread": np.sqrt(prior.variance),
        }
    )


def _looked_at(fitted: FittedRegression, panel: Panel, series: str) -> tuple[Problem, Prior, Sample, Posterior]:
    problem = Problem.of(panel, fitted.model)
    prior, sample = fitted.prior_of(problem), problem.sample(np.array([panel.series.index(series)]))
    return problem, prior, sample, settled(sample, prior)


def _part(name: str, design: Floats, found: Posterior, columns: Flags, panel: Panel) -> pd.DataFrame:
    own = design[:, columns]
    effect = own @ found.mean[0, columns]
    root = found.root[0][:, columns].astype(np.float64)
    deviation = BREADTH * np.sqrt(((own @ root.T) ** 2).sum(axis=1))
    frame = {"ds": panel.dates, "component": name, "effect": effect}
    return pd.DataFrame(frame | {"low": effect - deviation, "high": effect + deviation})
