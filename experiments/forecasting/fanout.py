"""Candidates that are fitted one series at a time are fitted on Spark's workers where Spark is the engine."""

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import pandas as pd
from pyspark.sql import SparkSession

from etl.lakehouse import Lakehouse
from experiments.forecasting.settings import Settings
from models.forecasting.parallel import single_threaded

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class SparkPool:
    """The workers of a session; each has this package installed. A ``models.forecasting.parallel.Pool``."""

    session: SparkSession

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        """``function`` of every task, in the tasks' order; the tasks are spread over the session's partitions."""

        def answered(rows: pd.DataFrame) -> pd.DataFrame:
            single_threaded()
            return rows.assign(body=[pickle.dumps(function(pickle.loads(task))) for task in rows["body"]])  # noqa: S301 - as packed below

        if not tasks:
            return []
        asked = pd.DataFrame({"place": range(len(tasks)), "body": [pickle.dumps(task) for task in tasks]})
        schema = "place bigint, body binary"
        partitions = int(self.session.conf.get("spark.sql.shuffle.partitions") or 1)
        spread = self.session.createDataFrame(asked, schema).repartition(partitions, "place")
        found = spread.groupBy("place").applyInPandas(answered, schema).toPandas().sort_values("place")
        return [pickle.loads(body) for body in found["body"]]  # noqa: S301 - as packed above


def placed(settings: Settings, lakehouse: Lakehouse) -> Settings:
    """Settings with the engine's workers, unless workers were asked for or the engine is in this process."""
    if settings.jobs is not None or settings.engine == "embedded":
        return settings
    return replace(settings, jobs=SparkPool(lakehouse.session))
