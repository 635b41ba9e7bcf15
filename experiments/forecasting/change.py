"""Why the forecast changed since the last one: the stages of ``models.forecasting.change``, rerun where they differ."""

from collections.abc import Mapping

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
from models.forecasting.panel import Panel
from models.forecasting.panel_state import fingerprint
from models.forecasting.parallel import concurrently
from models.forecasting.quantiles import Floats

PREVIOUS = ["as_of", "series", "date", "horizon", "mean", "model_version", "run_id"]


def changes(
    lakehouse: Lakehouse,
    demand: Demand,
    champions: Mapping[str, Champion],
    panels: Mapping[str, Panel],
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
        return _changed(demand, champions[measure], panels[measure], previous[measure], made[measure].rows, settings)

    return concurrently(changed, list(made), jobs=settings.jobs)


def _changed(
    demand: Demand,
    champion: Champion,
    panel: Panel,
    previous: pd.DataFrame,
    rows: pd.DataFrame,
    settings: Settings,
) -> pd.DataFrame:
    measure = champion.version.measure
    if previous.empty:
        return pd.DataFrame()
    settings.progress(f"Comparing {measure} with the forecast of {previous['as_of'].iloc[0].date()}.")
    former = _former(demand, champion, str(previous["model_version"].iloc[0]))
    split = forecast_change(
        previous[["series", "date", "mean"]],
        rows[["series", "date", "mean"]],
        **_reruns(demand, champion, former, panel, previous, settings),
    )
    return split.assign(measure=measure, previous_as_of=previous["as_of"].iloc[0])


def _reruns(
    demand: Demand,
    champion: Champion,
    former: Champion,
    panel: Panel,
    previous: pd.DataFrame,
    settings: Settings,
) -> dict[str, pd.DataFrame | None]:
    """The stages between the last forecast and this one, None where one is the same as its neighbour."""
    measure, then = champion.version.measure, pd.Timestamp(previous["as_of"].iloc[0])
    past = demand.panel(measure, then, int(previous["horizon"].max()))
    uninformed = demand.panel(measure, demand.as_of, settings.horizon, informed=then)
    stages = {
        "restated": (former, past, _digest(str(previous["run_id"].iloc[0]), measure) != fingerprint(past)),
        "extended": (former, uninformed, _differ(uninformed.known, panel.known)),
        "informed": (former, panel, former.version.number != champion.version.number),
    }
    return {
        name: fitted(demand, model, seen, settings).mean() if differs else None
        for name, (model, seen, differs) in stages.items()
    }


def _differ(before: Mapping[str, Floats], now: Mapping[str, Floats]) -> bool:
    """Whether the days ahead read otherwise today than on the evening of the last forecast."""
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
    """The champion that made the last forecast; today's where it is gone or cannot be read any more."""
    if number == champion.version.number:
        return champion
    version = by_number(champion.version.measure, number)
    return champion_of(demand, version) if version is not None and version.training.is_readable else champion


def _digest(run_id: str, measure: str) -> str | None:
    """What the last forecast was made from, as its run says; None where the run is gone."""
    try:
        return str(mlflow.get_run(run_id).data.tags.get(f"digest.{measure}"))
    except MlflowException:
        return None
