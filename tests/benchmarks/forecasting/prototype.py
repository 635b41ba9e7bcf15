"""The panels of the table in ``../shared/prototypes/panel``, made by its own simulators and cut as there."""

import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pandas as pd
from task import Task

FOLDER = Path(__file__).parents[4] / "shared" / "prototypes" / "panel"
MADE = Path(tempfile.gettempdir()) / "assay-prototype-panels"
"""Where simulated panels are kept, since some take minutes to make."""
RECIPE = {
    "WA1": 0.663, "WA2": 0.614, "WB1": 0.584, "WB2": 0.604, "DA1": 0.196, "DB2": 0.338, "OP1": 0.574, "OP2": 0.707,
    "OC1": 0.487, "OC2": 0.586, "M4W": 1.642, "M4H": 0.989, "WL2": 0.633, "DL": 0.217,
}  # fmt: skip
"""SQL of the prototype's recipe, from its README."""


def task(name: str) -> Task:
    """A row of the prototype's table.

    A series that ends before the others has gaps up to where they end, and is forecast from there, as the recipe does.
    """
    lib = _module("lib")
    _make(lib.TASKS[name][0])
    history, actual, static, freq, horizon, season = lib.load(name)
    ahead = actual.drop(columns="y")
    future = ahead if ahead.shape[1] > 2 else None
    return Task(_to_the_end(history), actual, future, static, freq, horizon, season)


def _to_the_end(history: pd.DataFrame) -> pd.DataFrame:
    end = history["ds"].max()
    last = history.groupby("unique_id")["ds"].max()
    early = last.index[last < end]
    return pd.concat([history, pd.DataFrame({"unique_id": early, "ds": end})], ignore_index=True)


def _make(file: str) -> None:
    """The panel's file, once; M4's are there."""
    path = MADE / "d" / f"{file}.parquet"
    if file in _makers() and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _makers()[file]().to_parquet(path)


@cache
def _makers() -> dict[str, Callable[[], pd.DataFrame]]:
    """How the prototype makes each of its panels (the end of its ``sim.py``)."""
    sim = _module("sim")
    return {
        "wA": lambda: sim.weekly(1, start="2013-02-04", regime="A"),
        "wB": lambda: sim.weekly(2, start="2016-02-01", regime="B"),
        "wL": lambda: sim.weekly(3, S=45, D=72, start="2017-02-06", regime="A"),
        "dA": lambda: sim.daily(1, regime="A"),
        "dB": lambda: sim.daily(2, start="2015-02-01", regime="B"),
        "dL": lambda: sim.daily(3, S=1115, start="2013-06-01", T=988),
        "orP": lambda: sim.online_retail()[0],
        "orC": lambda: sim.online_retail()[1],
    }


def _module(name: str) -> ModuleType:
    """A module of the prototype, which finds its data by an environment variable."""
    os.environ["PANEL_WORK"] = str(MADE)
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    sys.dont_write_bytecode = True  # the prototype's folder is only read
    return import_module(name)
