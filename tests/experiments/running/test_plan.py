import pytest

from etl.errors import UsageError
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_ORDERS, GLD_FEATURES_DAILY
from etl.schemas.results import GLD_FORECAST
from experiments.running.plan import Choice, Planned, Step, planned


def nothing(_lakehouse) -> int:
    return 0


ETL = Step("etl", nothing, writes=(GLD_DAILY_ORDERS, GLD_CALENDAR))
FEATURES = Step("features", nothing, (GLD_DAILY_ORDERS,), (GLD_FEATURES_DAILY,))
FORECAST = Step("forecast", nothing, (GLD_FEATURES_DAILY,), (GLD_FORECAST,))
CLAIMS = Step("claims", nothing, (GLD_CALENDAR,))
PLAN = [ETL, FEATURES, FORECAST, CLAIMS]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (Choice(), ["etl", "features", "forecast", "claims"]),
        (Choice(only="forecast"), ["forecast"]),
        (Choice(until="features"), ["etl", "features"]),
    ],
)
def test_one_step_alone_or_all_up_to_one(choice, names):
    assert [step.name for step in choice.of(PLAN)] == names


def test_a_step_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(UsageError, match="There is no step 'fit': choose from etl, features, forecast, claims"):
        Choice(until="fit").of(PLAN)
    with pytest.raises(UsageError, match="--only or --until, not both"):
        Choice("etl", "etl")


def test_a_step_runs_for_a_reason_of_its_own_or_because_of_one_before_it():
    reasons = {"features": "there is a new version of gold.gld_daily_orders"}
    found = planned(PLAN, lambda step: reasons.get(step.name, ""), {GLD_DAILY_ORDERS.full_name: 4})
    assert found == [
        Planned("etl", "", {}, ("gold.gld_daily_orders", "gold.gld_calendar")),
        Planned("features", reasons["features"], {"gold.gld_daily_orders": 4}, ("gold.gld_features_daily",)),
        Planned("forecast", "it reads what features would write", {}, ("gold.gld_forecast",)),
        Planned("claims", "", {}, ()),
    ]
