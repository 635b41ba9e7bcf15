"""Models in MLflow's registry: one registered model per measure, ``assay-MEASURE``.

The alias ``champion`` is on the version whose kind of model forecasts; ``challenger`` on the newest one trained.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import mlflow
import numpy as np
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.pyfunc import load_model, log_model
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema

from etl.errors import InputError, first_line, raise_problems
from experiments import __version__
from experiments.running.retries import is_transient
from experiments.tracking import unless_exists
from models.forecasting.forecaster import FORMAT, Forecaster
from models.forecasting.quantiles import NAMES

CHAMPION, CHALLENGER = "champion", "challenger"
MISSING = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")  # no such model, no such alias
CODE = Path(__file__).with_name("model.py")
PACKAGE = "assay-workbench"
LIBRARIES = ("mlflow", "numpy", "pandas", "scipy", "pyarrow")
SIGNATURE = ModelSignature(
    inputs=Schema([ColSpec(DataType.string, "series"), ColSpec(DataType.long, "horizon")]),
    outputs=Schema(
        [
            ColSpec(DataType.string, "series"),
            ColSpec(DataType.datetime, "date"),
            ColSpec(DataType.long, "horizon"),
            *(ColSpec(DataType.double, name) for name in ("mean", *NAMES)),
            ColSpec(DataType.string, "note", required=False),
        ]
    ),
    params=ParamSchema([ParamSpec("set", DataType.string, "")]),
)


@dataclass(frozen=True)
class Training:
    """How a version came about; kept as its tags.

    Attributes:
        algorithm: The candidate that won the backtest.
        as_of: Last day of its data, ISO.
        note: What to know about the choice, empty where there is nothing.
        reconciliation: How its forecasts are made to add up.
        package_version: The version of this package that trained it.
        fingerprint: Of the panel it was fitted to.
        format: Of what is stored of it.
    """

    algorithm: str
    as_of: str
    note: str
    reconciliation: str
    package_version: str
    fingerprint: str
    format: str

    @property
    def is_readable(self) -> bool:
        """Whether this version of the package reads what is stored."""
        return self.format == FORMAT

    @property
    def warning(self) -> str:
        """Says that another version of the package trained it, empty where it was this one."""
        if self.package_version == __version__:
            return ""
        return f"trained by {PACKAGE} {self.package_version}, this is {__version__}: assay train makes a new one"


@dataclass(frozen=True)
class Registered:
    """A registered model as it was: the number of its newest version, and the versions that aliases were on."""

    name: str
    newest: int
    aliases: dict[str, str]


@dataclass(frozen=True)
class Version:
    """A version of a measure's registered model."""

    measure: str
    number: str
    training: Training

    def load(self) -> Forecaster:
        """The forecaster as it was trained; raises ``InputError`` where its files are gone or cannot be read."""
        raise_problems(unreadable([self]))
        try:
            loaded = load_model(f"models:/{model_name(self.measure)}/{self.number}")
        except Exception as error:
            if is_transient(error):
                raise
            raise InputError(
                f"Version {self.number} of the model {model_name(self.measure)} cannot be loaded "
                f"({first_line(error)}): bring its files back, or make another by assay train and assay promote."
            ) from error
        forecaster: Forecaster = loaded.unwrap_python_model().forecaster  # type: ignore[no-untyped-call]
        return forecaster


def unreadable(versions: Sequence[Version]) -> list[str]:
    """A sentence on each version that this version of the package does not read."""
    return [
        f"Version {each.number} of the model {model_name(each.measure)} was stored by another version of Assay, in a "
        "form that this one does not read: assay train makes one that takes its place."
        for each in versions
        if not each.training.is_readable
    ]


def model_name(measure: str) -> str:
    """Name of the measure's registered model."""
    return f"assay-{measure}"


def by_alias(measure: str, alias: str) -> Version | None:
    """The measure's champion or challenger, None where there is none."""
    try:
        found = mlflow.MlflowClient().get_model_version_by_alias(model_name(measure), alias)
    except MlflowException as error:
        if error.error_code in MISSING:
            return None
        raise
    return _version(measure, found)


def by_number(measure: str, number: str) -> Version | None:
    """One version of a measure's model, None where it is not in the registry any more."""
    try:
        return _version(measure, mlflow.MlflowClient().get_model_version(model_name(measure), number))
    except MlflowException as error:
        if error.error_code in MISSING:
            return None
        raise


def registered(measures: Sequence[str]) -> list[Registered]:
    """The measures' models as they are now, without those that have none."""
    client, found = mlflow.MlflowClient(), []
    for name in map(model_name, measures):
        for model in client.search_registered_models(f"name = '{name}'"):
            versions = [int(each.version) for each in client.search_model_versions(f"name = '{name}'")]
            found.append(Registered(name, max(versions, default=0), dict(model.aliases)))
    return found


def copy_models(models: Sequence[Registered], origin: str, target: str) -> None:
    """Register in ``target`` what was in the registry ``origin`` when the models were as described."""
    ours, theirs = (mlflow.MlflowClient(registry_uri=uri) for uri in (origin, target))
    for model in models:
        theirs.create_registered_model(model.name)
        kept = ours.search_model_versions(f"name = '{model.name}'")
        for each in sorted(kept, key=lambda version: int(version.version))[: model.newest]:
            theirs.create_model_version(
                model.name, source=str(each.source), run_id=each.run_id, tags=each.tags, model_id=each.model_id
            )
        for alias, number in model.aliases.items():
            theirs.set_registered_model_alias(model.name, alias, number)


def register(measure: str, forecaster: Forecaster, *, as_of: str, note: str = "") -> Version:
    """Log a forecaster to the active run and register it, as the challenger."""
    training = Training(
        algorithm=forecaster.algorithm,
        as_of=as_of,
        note=note,
        reconciliation=forecaster.taught.reconciliation.method,
        package_version=__version__,
        fingerprint=forecaster.panel.fingerprint,
        format=FORMAT,
    )
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "forecaster.npz"
        np.savez_compressed(state, **forecaster.state())  # type: ignore[arg-type]  # arrays by name
        logged = log_model(
            name=model_name(measure),
            python_model=str(CODE),
            artifacts={"forecaster": str(state)},
            signature=SIGNATURE,  # without an example, which MLflow would forecast a thousand series to try
            pip_requirements=[f"{PACKAGE}=={__version__}", *(f"{name}=={version(name)}" for name in LIBRARIES)],
        )
    client, name = mlflow.MlflowClient(), model_name(measure)
    with unless_exists():
        client.create_registered_model(name)
    created = client.create_model_version(
        name, source=logged.model_uri, run_id=logged.run_id, tags=asdict(training), model_id=logged.model_id
    )
    registered = Version(measure, str(created.version), training)
    point(CHALLENGER, registered)
    return registered


def point(alias: str, target: Version) -> None:
    """Move an alias to a version."""
    mlflow.MlflowClient().set_registered_model_alias(model_name(target.measure), alias, target.number)


def tag(target: Version, tags: dict[str, str]) -> None:
    """Add tags to a version."""
    client = mlflow.MlflowClient()
    for key, value in tags.items():
        client.set_model_version_tag(model_name(target.measure), target.number, key, value)


def _version(measure: str, found: "mlflow.entities.model_registry.ModelVersion") -> Version:
    fields = {name: found.tags.get(name, "") for name in Training.__dataclass_fields__}
    return Version(measure, str(found.version), Training(**fields))
