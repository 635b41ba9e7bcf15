"""Champions in MLflow's registry: one registered model per measure, ``assay-MEASURE``, with the alias ``champion``."""

import json
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.models.model import ModelInfo
from mlflow.pyfunc import PyFuncModel, load_model, log_model
from mlflow.types import ColSpec, DataType, Schema

from experiments.forecasting.evaluation import calibrated_name
from models.forecasting.calibration import NONE
from models.forecasting.fitted_panel import FittedPanel
from models.forecasting.quantiles import NAMES

ALIAS = "champion"
MISSING = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")  # no such model, no such alias
CODE = Path(__file__).with_name("model.py")
REQUIREMENTS = ("assay-workbench", "mlflow", "numpy", "pandas", "prophet", "pyarrow")
EXAMPLE = pd.DataFrame({"series": ["total"], "horizon": [7]})
SIGNATURE = ModelSignature(
    inputs=Schema([ColSpec(DataType.string, "series"), ColSpec(DataType.long, "horizon")]),
    outputs=Schema(
        [
            ColSpec(DataType.string, "series"),
            ColSpec(DataType.datetime, "date"),
            ColSpec(DataType.long, "horizon"),
            *(ColSpec(DataType.double, name) for name in ("mean", *NAMES)),
            ColSpec(DataType.long, "floored"),
            ColSpec(DataType.string, "note", required=False),
        ]
    ),
)


@dataclass(frozen=True)
class Training:
    """What a model was fitted with; kept as tags of its version.

    Attributes:
        algorithm: The candidate that won the backtest.
        as_of: Last day of its data, ISO.
        data_digest: Fingerprint of its data and seed.
        stretch: Calibration factors of its quantiles.
        note: What to know about the choice, empty where there is nothing.
    """

    algorithm: str
    as_of: str
    data_digest: str
    stretch: tuple[float, ...]
    note: str

    @property
    def model(self) -> str:
        """The name under which its forecasts are published: the calibrated one, where there was a backtest."""
        return self.algorithm if self.stretch == NONE else calibrated_name(self.algorithm)

    def to_tags(self) -> dict[str, str]:
        """The fields as text."""
        return vars(self) | {"stretch": json.dumps(self.stretch)}

    @classmethod
    def from_tags(cls, tags: dict[str, str]) -> "Training":
        """What ``to_tags`` gave."""
        return cls(**tags | {"stretch": tuple(json.loads(tags["stretch"]))})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Champion:
    """The champion of one measure: its version in the registry and what it was fitted with."""

    measure: str
    version: str
    training: Training

    def load(self) -> PyFuncModel:
        """The model, to be asked for series and horizons."""
        return load_model(f"models:/{model_name(self.measure)}/{self.version}")


def model_name(measure: str) -> str:
    """Name of the measure's registered model."""
    return f"assay-{measure}"


def champion(measure: str) -> Champion | None:
    """The measure's champion, None where none was registered yet."""
    try:
        found = mlflow.MlflowClient().get_model_version_by_alias(model_name(measure), ALIAS)
    except MlflowException as error:
        if error.error_code in MISSING:
            return None
        raise
    return Champion(measure, str(found.version), Training.from_tags(found.tags))


def register(measure: str, fitted: FittedPanel, training: Training) -> Champion:
    """Log the model to the active run, register it and make it the champion, the alias last."""
    with tempfile.TemporaryDirectory() as folder:
        logged = log_model(
            name=model_name(measure),
            python_model=str(CODE),
            artifacts=_stored(fitted, Path(folder)),
            signature=SIGNATURE,
            input_example=EXAMPLE,
            pip_requirements=[f"{package}=={version(package)}" for package in REQUIREMENTS],
        )
    return _promoted(measure, logged, training)


def _stored(fitted: FittedPanel, folder: Path) -> dict[str, str]:
    path = folder / "fitted.npz"
    np.savez_compressed(path, allow_pickle=False, **fitted.state())
    return {"fitted": str(path)}


def _promoted(measure: str, logged: ModelInfo, training: Training) -> Champion:
    client, name = mlflow.MlflowClient(), model_name(measure)
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    created = client.create_model_version(
        name, source=logged.model_uri, run_id=logged.run_id, tags=training.to_tags(), model_id=logged.model_id
    )
    client.set_registered_model_alias(name, ALIAS, created.version)
    return Champion(measure, str(created.version), training)
