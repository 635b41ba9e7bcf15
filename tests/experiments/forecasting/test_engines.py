"""A forecast is the same whichever engine it runs on."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from etl.lakehouse import Lakehouse
from etl.schemas.results import GLD_CHAMPION_DECISIONS, GLD_FORECAST, GLD_FORECAST_ACCURACY, GLD_FORECAST_MONTHS
from etl.stored import LAYERS
from experiments.forecasting.jobs import forecast
from tests.etl.equality import equal_tables
from tests.experiments.forecasting.conftest import Shop

pytestmark = [pytest.mark.spark, pytest.mark.slow]


@pytest.fixture
def spark_shop(spark_session: SparkSession, tmp_path) -> Iterator[Shop]:
    """A shop on Spark; its names are taken out of the shared session's catalog afterwards."""
    yield Shop(Lakehouse(spark_session, tmp_path / "spark_warehouse"))
    for layer in LAYERS:
        spark_session.sql(f"drop database if exists {layer} cascade")


def test_training_and_forecasting_give_the_same_tables_on_both_engines(make_shop, spark_shop, settings):
    here = make_shop()
    for shop, engine in ((here, "embedded"), (spark_shop, "spark")):
        shop.fill(days=120)
        rows = forecast(shop.lakehouse, settings(engine=engine, jobs=None))
        assert set(rows["model"]) == {"PanelRegression coherent"}
    differences = [
        sentence
        for table in (GLD_FORECAST, GLD_FORECAST_MONTHS, GLD_FORECAST_ACCURACY, GLD_CHAMPION_DECISIONS)
        for sentence in equal_tables(here.lakehouse.read(table), spark_shop.lakehouse.read(table), table)
    ]
    assert differences == []
