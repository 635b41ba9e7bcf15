"""An explanation in a notebook: numbers in the figure, names as text."""

import pandas as pd

from models.attribution.showing import tables, waterfall

DRIVERS = pd.DataFrame(
    {
        "driver": ["days", "price", "mix"],
        "amount": [-3.0, 0.0, 1.0],
        "low": [None, None, 0.5],
        "high": [None, None, 1.5],
    }
).astype({"low": float, "high": float})


def test_the_bars_lead_from_one_total_to_the_other():
    bars, intervals = waterfall({"baseline": 10.0, "period": 8.0}, DRIVERS, ("August", "September")).data
    assert list(bars.x) == ["August", "days", "mix", "September"]
    assert list(bars.y) == [10.0, -3.0, 1.0, 8.0]
    assert list(intervals.y) == [7.0, 8.0]
    assert intervals.error_y.array[1] == intervals.error_y.arrayminus[1] == 0.5


def test_names_stay_text():
    shown = tables("<b>", {"Segments": pd.DataFrame({"where": [{"country": "<img src=x>"}]})})
    assert "<img" not in shown
    assert "<b>" not in shown.replace("<body>", "")
