"""Why the forecast changed since the last one: the stages of ``models.forecasting.change``, rerun where they differ."""

from collections.abc import Mapping
from dataclasses import replace

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException

from etl.lakehouse import Lakehouse
from etl.schemas.results import GLD_FORECAST
from experiments.forecasting.data import Demand
from experiments.forecasting.forecasts import Champion, Forecasted, champion_of, fitted
from experiments.forecasting.registry import by_number
from experiments.forecasting.settings import Settings
from models.forecasting.change import forecast_change
from models.forecasting.parallel import concurrently

PREVIOUS = ["as_of", "series", "date", "horizon", "mean", "model_version", "run_id"]


def changes(
    lakehouse: Lakehouse,
    demand: Demand,
    champions: Mapping[str, Champion],
    made: Mapping[str, Forecasted],
    settings: Settings,
) -> list[pd.DataFrame]:
    """Rows of ``gld_forecast_change`` by measure, without day and run; none where it was not forecast before.

    A stage is rerun only where something of its kind happened: where the past reads otherwise than when the last
    forecast was made, where something was announced since, and where the champion is another version. Measures are
    rerun beside each other.
    """
    previous = {measure: _previous(lakehouse, demand, measure) for measure in made}

    def changed(measure: str) -> pd.DataFrame:
        return _changed(demand, champions[measure], previous[measure], made[measure].rows, settings)

    return concurrently(changed, list(made), jobs=settings.jobs)


def _changed(
    demand: Demand, champion: Champion, previous: pd.DataFrame, rows: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    measure = champion.version.measure
    if previous.empty:
        return pd.DataFrame()
    settings.progress(f"Comparing {measure} with the forecast of {previous['as_of'].iloc[0].date()}.")
    former = _former(demand, champion, str(previous["model_version"].iloc[0]))
    split = forecast_change(
        previous[["series", "date", "mean"]],
        rows[["series", "date", "mean"]],
        **_reruns(demand, champion, former, previous, settings),
    )
    return split.assign(measure=measure, previous_as_of=previous["as_of"].iloc[0])


def _reruns(
    demand: Demand, champion: Champion, former: Champion, previous: pd.DataFrame, settings: Settings
) -> dict[str, pd.DataFrame | None]:
    """The stages between the last forecast and this one, None where one is the same as its neighbour."""
    measure, then = champion.version.measure, pd.Timestamp(previous["as_of"].iloc[0])
    asked = replace(settings, horizon=int(previous["horizon"].max()))
    same_past = _digest(str(previous["run_id"].iloc[0]), measure) == demand.digest(measure, then, asked.horizon)
    same_model = former.version.number == champion.version.number
    return {
        "restated": None if same_past else _mean(demand, former, asked, cutoff=then),
        "extended": _mean(demand, former, settings, informed=then) if _news(demand, measure, then, settings) else None,
        "informed": None if same_model else _mean(demand, former, settings),
    }


def _mean(
    demand: Demand,
    champion: Champion,
    settings: Settings,
    *,
    cutoff: pd.Timestamp | None = None,
    informed: pd.Timestamp | None = None,
) -> pd.DataFrame:
    made = fitted(demand, champion, settings, cutoff=cutoff, informed=informed)
    return made.forecast()[0][["series", "date", "mean"]]


def _news(demand: Demand, measure: str, then: pd.Timestamp, settings: Settings) -> bool:
    """Whether the days ahead read otherwise today than on the evening of the last forecast."""
    now = demand.panel(measure, demand.as_of, settings.horizon).known
    before = demand.panel(measure, demand.as_of, settings.horizon, informed=then).known
    return now.keys() != before.keys() or any((now[name] != before[name]).any() for name in now)


def _previous(lakehouse: Lakehouse, demand: Demand, measure: str) -> pd.DataFrame:
    """The newest forecast of the measure made before this as-of day."""
    if not lakehouse.exists(GLD_FORECAST):
        return pd.DataFrame(columns=PREVIOUS)
    before = f"measure = '{measure}' and as_of < date '{demand.as_of.date().isoformat()}'"
    days = lakehouse.pandas(GLD_FORECAST, ["as_of"], f"{before} and series = 'total'")
    if days.empty:
        return pd.DataFrame(columns=PREVIOUS)
    newest = days["as_of"].max().date().isoformat()
    return lakehouse.pandas(GLD_FORECAST, PREVIOUS, f"measure = '{measure}' and as_of = date '{newest}'")


def _former(demand: Demand, champion: Champion, number: str) -> Champion:
    """The champion that made the last forecast; today's where the registry does not hold it any more."""
    if number == champion.version.number:
        return champion
    version = by_number(champion.version.measure, number)
    return champion if version is None else champion_of(demand, version)


def _digest(run_id: str, measure: str) -> str | None:
    """What the last forecast was made from, as its run says; None where the run is gone."""
    try:
        return str(mlflow.get_run(run_id).data.tags.get(f"digest.{measure}"))
    except MlflowException:
        return None
