"""Why the forecast changed since the last one: the stages of ``models.forecasting.change``, rerun where they differ."""

from dataclasses import dataclass

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException

from etl.lakehouse import Lakehouse
from etl.schemas.results import GLD_FORECAST
from experiments.forecasting.data import Demand
from experiments.forecasting.forecasts import Champion, Forecasted, champion_of, fitted, forecast
from experiments.forecasting.registry import by_number
from experiments.forecasting.settings import Settings
from models.forecasting.change import forecast_change
from models.forecasting.panel import Panel

COLUMNS = ["as_of", "series", "date", "horizon", "mean", "model_version", "run_id"]
Stages = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Last:
    """The newest forecast of a measure that was made before this as-of day.

    Attributes:
        as_of: Its as-of day.
        rows: series, date, horizon, mean.
        champion: What made it; today's where that is gone or cannot be read any more.
        digest: What it was made from, as its run says; None where the run is gone.
    """

    as_of: pd.Timestamp
    rows: pd.DataFrame
    champion: Champion
    digest: str | None


def last_forecast(lakehouse: Lakehouse, demand: Demand, champion: Champion) -> Last | None:
    """The forecast before this one; None where the measure was not forecast before."""
    measure = champion.version.measure
    rows = _previous(lakehouse, demand, measure)
    if rows.empty:
        return None
    told = rows.iloc[0]
    return Last(
        as_of=told["as_of"],
        rows=rows[["series", "date", "horizon", "mean"]],
        champion=_former(demand, champion, str(told["model_version"])),
        digest=_digest(str(told["run_id"]), measure),
    )


def forecast_since(
    demand: Demand, champion: Champion, panel: Panel, last: Last, settings: Settings
) -> tuple[Forecasted, pd.DataFrame]:
    """A measure's forecast, and why it is not the ``last`` one: rows of ``gld_forecast_change``, without day and run.

    A stage is rerun only where something of its kind happened: where the past reads otherwise than when the last
    forecast was made, where something was announced since, and where the champion is another version.
    """
    measure = champion.version.measure
    settings.progress(f"Comparing {measure} with the forecast of {last.as_of.date()}.")
    uninformed = demand.uninformed(measure, panel, last.as_of)
    news = [] if uninformed.fingerprint == panel.fingerprint else [uninformed]
    same = last.champion.version.number == champion.version.number
    made = forecast(demand, champion, fitted(demand, champion, panel, settings), beside=news if same else [])
    stages: Stages = dict(zip(["extended"], made.beside, strict=False))
    if not same:
        means = fitted(demand, last.champion, panel, settings).means([panel, *news])
        stages = dict(zip(["informed", "extended"], means, strict=False))
    restated = _restated(demand, last, measure, settings)
    split = forecast_change(last.rows, made.rows, **stages, **restated)
    return made, split.assign(measure=measure, previous_as_of=last.as_of)


def _restated(demand: Demand, last: Last, measure: str, settings: Settings) -> Stages:
    """What the last forecast would have been, had its history read as it reads today; nothing where it did."""
    past = demand.panel(measure, last.as_of, int(last.rows["horizon"].max()))
    if last.digest == past.fingerprint:
        return {}
    return {"restated": fitted(demand, last.champion, past, settings).means([past])[0]}


def _previous(lakehouse: Lakehouse, demand: Demand, measure: str) -> pd.DataFrame:
    if not lakehouse.exists(GLD_FORECAST):
        return pd.DataFrame(columns=COLUMNS)
    before = f"measure = '{measure}' and as_of < date '{demand.as_of.date().isoformat()}'"
    days = lakehouse.pandas(GLD_FORECAST, ["as_of"], f"{before} and series = 'total'")
    if days.empty:
        return pd.DataFrame(columns=COLUMNS)
    newest = days["as_of"].max().date().isoformat()
    return lakehouse.pandas(GLD_FORECAST, COLUMNS, f"measure = '{measure}' and as_of = date '{newest}'")


def _former(demand: Demand, champion: Champion, number: str) -> Champion:
    """The champion that made the last forecast; today's where it is gone or cannot be read any more."""
    if number == champion.version.number:
        return champion
    version = by_number(champion.version.measure, number)
    return champion_of(demand, version) if version is not None and version.training.is_readable else champion


def _digest(run_id: str, measure: str) -> str | None:
    try:
        return str(mlflow.get_run(run_id).data.tags.get(f"digest.{measure}"))
    except MlflowException:
        return None
