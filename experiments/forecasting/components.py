"""A page in MLflow with what the components of a trained regression add to the total: season, events, covariates."""

import mlflow

from experiments.forecasting.charts import components_chart, page
from features.hierarchy import TOTAL
from models.forecasting.candidates import Fitted
from models.forecasting.forecaster import Forecaster
from models.forecasting.hierarchical_bayes.components import components
from models.forecasting.hierarchical_bayes.regression import FittedRegression
from models.forecasting.mix import FittedMix


def log_components(measure: str, forecaster: Forecaster) -> None:
    """Log the page to the active run; a candidate that holds no regression has no components."""
    regression = _regression(forecaster.fitted)
    if regression is not None:
        parts = components(regression, forecaster.panel, TOTAL)
        title = f"{measure}, {TOTAL}: what each component adds, on the logarithmic scale"
        mlflow.log_text(page("Components", {measure: components_chart(parts, title)}), f"components/{measure}.html")


def _regression(fitted: Fitted) -> FittedRegression | None:
    """The regression itself, or the first one in a mix."""
    members = fitted.fitted if isinstance(fitted, FittedMix) else (fitted,)
    return next((each for each in members if isinstance(each, FittedRegression)), None)
