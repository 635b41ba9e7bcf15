"""The forecasting model as MLflow loads it: this file is the model's code, its state lies beside it as arrays.

Input: series, horizon (days ahead); output: one row per series and day with the mean and nine quantiles.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from etl.errors import raise_problems
from models.forecasting.forecaster import Forecaster
from models.forecasting.quantiles import NAMES
from models.forecasting.scenario import parse_setting

OUTPUT = ["series", "date", "horizon", "mean", *NAMES, "note"]


class ForecastModel(PythonModel):
    """A forecaster behind MLflow's door."""

    def load_context(self, context: PythonModelContext) -> None:
        """Restore what was fitted from the artifact ``forecaster`` (arrays, read without pickle)."""
        with np.load(context.artifacts["forecaster"], allow_pickle=False) as arrays:
            self.forecaster = Forecaster.restore(dict(arrays))

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002 - MLflow's signature
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """The days ahead of each series asked for, in the order asked.

        The parameter ``set`` holds what-if settings, separated by commas: ``promotion:2025-11-20..2025-11-30=1``.

        Raises:
            InputError: Naming every series the model lacks and every horizon that it cannot answer.
        """
        raise_problems(self._problems(model_input))
        texts = ((params or {}).get("set") or "").split(",")
        rows, _ = self.forecaster.forecast([parse_setting(text) for text in texts if text])
        found = model_input.rename(columns={"horizon": "asked"}).merge(rows, on="series", how="left")
        within = found[found["horizon"] <= found["asked"]].reset_index(drop=True)
        return within.assign(note=within["note"].replace("", None))[OUTPUT]

    def _problems(self, asked: pd.DataFrame) -> Iterator[str]:
        panel = self.forecaster.panel
        for series in asked.loc[~asked["series"].isin(list(panel.series)), "series"]:
            yield f"The model has no series {series!r}."
        for horizon in asked.loc[~asked["horizon"].between(1, panel.horizon), "horizon"]:
            yield f"A horizon of {horizon} days cannot be answered: ask for 1 to {panel.horizon}."


set_model(ForecastModel())
