"""Columns that came or went: files may hold more than their source declares, or lack an optional column."""

import json

import pandas as pd
from pyspark.sql import functions as F

from etl.bronze import feed_table
from etl.contracts import Expectation
from etl.lakehouse import Lakehouse
from etl.lines import EXTRA
from etl.quality import Measured, record
from etl.source import Source

DRIFT = "drift"


def report_drift(lakehouse: Lakehouse, source: Source) -> None:
    """Record, for each feed, in how many files a column is new, and in how many an optional one is missing."""
    record(lakehouse, DRIFT, [each for feed in source.feeds for each in _drift_of(lakehouse, source, feed)])


def _drift_of(lakehouse: Lakehouse, source: Source, feed: str) -> list[Measured]:
    table, optional = feed_table(source, feed), source.feeds[feed].optional_columns
    # what a file holds beyond its columns is the same on all of its lines, so that one of them tells
    columns = [F.min(EXTRA).alias(EXTRA), *(F.count(name).alias(name) for name in optional)]
    by_file = lakehouse.read(table).where("problem is null").groupBy("file_name").agg(*columns).toPandas()
    return [*_added(table.name, by_file[EXTRA]), *(_missing(table.name, name, by_file[name]) for name in optional)]


def _added(table: str, extras: pd.Series) -> list[Measured]:
    names = extras.dropna().map(json.loads).map(list).explode()
    return [
        (_expected(table, f"column {name} added", f"files with the undeclared column {name}"), int(files))
        for name, files in names.value_counts().sort_index().items()
    ]


def _missing(table: str, name: str, filled: pd.Series) -> Measured:
    meaning = f"files in which the optional column {name} is missing or empty"
    return _expected(table, f"column {name} missing", meaning), int((filled == 0).sum())


def _expected(table: str, name: str, meaning: str) -> Expectation:
    return Expectation(table, name, meaning, sql="", warn=0)
