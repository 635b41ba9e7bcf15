"""The forecasting model as MLflow loads it: this file is the model's code, its state lies beside it as data.

Input: series, horizon (days ahead); output: one row per series and day with the mean and nine quantiles.
"""

from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from models.forecasting.fitted_panel import FittedPanel
from models.forecasting.quantiles import NAMES

OUTPUT = ["series", "date", "horizon", "mean", *NAMES, "floored", "note"]


class ForecastModel(PythonModel):
    """A fitted panel behind MLflow's door."""

    def load_context(self, context: PythonModelContext) -> None:
        """Restore what was fitted from the artifact ``fitted`` (arrays, read without pickle)."""
        with np.load(context.artifacts["fitted"], allow_pickle=False) as arrays:
            self.fitted = FittedPanel.restore(dict(arrays))

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002 - MLflow's signature
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,  # noqa: ARG002 - MLflow's signature
    ) -> pd.DataFrame:
        """The days ahead of each series asked for."""
        return self.fitted.predict(model_input)[OUTPUT]


set_model(ForecastModel())
