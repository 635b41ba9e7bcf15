import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from etl.errors import InputError
from experiments.commands.forecast_panel import forecast_panel

HORIZON = ["--horizon", "3", "--freq", "D"]


@pytest.fixture
def file(tmp_path):
    days = pd.date_range("2024-01-01", periods=60)
    parts = [pd.DataFrame({"unique_id": name, "ds": days, "y": np.arange(60.0) % 7}) for name in (1, 2)]
    short = pd.DataFrame({"unique_id": 3, "ds": days[-2:], "y": [4.0, 5.0]})
    path = tmp_path / "history.csv"
    pd.concat([*parts, short]).to_csv(path, index=False)
    return path


def run(*arguments):
    return CliRunner().invoke(forecast_panel, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.mark.parametrize(("name", "read"), [("out.csv", pd.read_csv), ("out.parquet", pd.read_parquet)])
def test_the_document_is_the_promised_one_and_the_file_holds_the_forecast(file, tmp_path, name, read):
    answer = run(file, *HORIZON, "--out", tmp_path / name, "--jobs", 1, "--json")
    document = json.loads(answer.stdout)
    assert list(document) == ["series", "rows", "seconds", "fallbacks", "out"]
    assert (document["series"], document["rows"], document["fallbacks"]) == (3, 9, 1)
    rows = read(tmp_path / name)
    assert list(rows.columns) == ["unique_id", "ds", "mean", *(f"q0.{level}" for level in range(1, 10)), "note"]


def test_a_candidate_can_be_asked_for(file, tmp_path):
    run(file, *HORIZON, "--out", tmp_path / "out.csv", "--candidate", "SeasonalNaive")
    rows = pd.read_csv(tmp_path / "out.csv")
    assert rows.loc[rows["unique_id"] == 1, "mean"].tolist() == [4, 5, 6]


OWN = """
from models.forecasting.seasonal_naive import Drift

class Straight(Drift):
    def __init__(self):
        super().__init__("own_models:Straight")
"""


def test_a_candidate_of_ones_own_is_found_in_the_current_folder(assay_script, file, tmp_path):
    (tmp_path / "own_models.py").write_text(OWN)
    answer = assay_script("forecast-panel", file, *HORIZON, "--out", "out.csv", "--candidate", "own_models:Straight")
    assert answer.code == 0, answer.err
    assert pd.read_csv("out.csv").loc[lambda rows: rows["unique_id"] == 3, "mean"].tolist() == [6, 7, 8]


def test_a_folder_that_is_not_there_is_refused_before_any_work(file, tmp_path):
    with pytest.raises(InputError, match="There is no folder"):
        run(file, *HORIZON, "--out", tmp_path / "nowhere" / "out.csv")
