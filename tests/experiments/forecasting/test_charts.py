import pandas as pd

from experiments.forecasting.charts import components_chart


def test_each_component_has_its_own_panel_with_its_interval():
    days = pd.date_range("2025-01-01", periods=3)
    parts = [
        pd.DataFrame({"ds": days, "component": name, "effect": [0.1, 0.2, 0.3], "low": 0.0, "high": 0.5})
        for name in ("level", "promotion")
    ]
    figure = components_chart(pd.concat(parts), "total")
    assert [each.text for each in figure.layout.annotations] == ["level", "promotion"]
    assert [trace.yaxis for trace in figure.data] == ["y"] * 3 + ["y2"] * 3
    assert list(figure.data[5].y) == [0.1, 0.2, 0.3]
