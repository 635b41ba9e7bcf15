import numpy as np
import pandas as pd
import pytest

from reports.costs import Costs


def costs(*steps: tuple[str, int, float, int, float | None], series: int = 4) -> Costs:
    """Steps as (name, day, CPU seconds, rows read, money); one run a day."""
    rows = pd.DataFrame(steps, columns=["step", "day", "cpu_seconds", "rows_read", "money"])
    days = rows.pop("day")
    rows = rows.assign(
        run_id=days.astype(str), started_at=pd.Timestamp("2025-10-01") + pd.to_timedelta(days, "D"), seconds=1.0,
        position=1,
        peak_memory_bytes=10, bytes_written=5, currency="EUR" if rows["money"].notna().any() else None,
    )  # fmt: skip
    return Costs(rows, pd.DataFrame(columns=["started_at", "run_id", "rows", "bytes", "money_month"]), series)


TWO_DAYS = costs(
    ("etl", 1, 10.0, 100, 1.0), ("forecast", 1, 8.0, 50, 0.8), ("report", 1, 2.0, 50, 0.2), ("etl", 2, 4.0, 110, 0.4)
)


def test_a_run_adds_up_its_steps_and_takes_the_highest_peak():
    first, second = TWO_DAYS.by_run().to_dict("records")
    assert (first["steps"], first["cpu_seconds"], first["peak_memory_bytes"]) == (3, 20.0, 10)
    assert (first["money"], second["money"]) == (pytest.approx(2.0), pytest.approx(0.4))


def test_a_day_is_each_step_as_it_ran_last():
    found = TWO_DAYS.unit_costs().set_index("name")
    assert found.loc["A day", "cpu_seconds"] == 14.0
    assert found.loc["A report", "money"] == pytest.approx(0.2)
    assert found.loc["A forecast series", "money"] == pytest.approx(0.8 / 4)
    assert TWO_DAYS.currency == "EUR"


def test_without_prices_there_is_no_money_and_without_a_step_no_row():
    found = costs(("etl", 1, 10.0, 100, None))
    assert found.currency == ""
    assert found.unit_costs()["name"].tolist() == ["A day"]
    assert found.unit_costs()["money"].isna().all()


def test_growth_is_measured_where_runs_of_different_sizes_tell_and_proportional_elsewhere():
    steps = [("etl", day, 3.0 * rows**0.5, rows, 1.0) for day, rows in enumerate((100, 400, 1600))]
    found = costs(*steps, ("report", 1, 2.0, 50, 1.0), ("report", 2, 2.0, 50, 1.0))
    grown = found.growth().set_index("step")
    assert grown["measured"].to_dict() == {"etl": True, "report": False}
    assert grown.loc["etl", "exponent"] == pytest.approx(0.5)
    projected = found.projected(100).set_index("step")["cpu_seconds"]
    np.testing.assert_allclose(projected[["etl", "report"]], [3 * 40 * 10, 200])
    pd.testing.assert_frame_equal(found.projected(1), found.growth())
