from datetime import date

import pytest

from etl.errors import UsageError
from etl.simulator import SimulationOptions, simulate


def test_every_problem_in_one_message(tmp_path):
    options = SimulationOptions(
        seed=-1, scale=0, dirt=-1, start=date(2025, 2, 1), end=date(2025, 1, 1), faults=("bom", "flood")
    )
    with pytest.raises(UsageError) as caught:
        simulate(tmp_path / "out", options)
    for part in ("5 problems", "seed is -1", "scale is 0", "dirt is -1", "end 2025-01-01 is before", "'flood'"):
        assert part in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_an_unknown_fault_names_the_known_ones(tmp_path):
    with pytest.raises(UsageError, match=r"unknown fault 'flood': choose from all, bom, .*wrong_encoding"):
        simulate(tmp_path, SimulationOptions(faults=("flood",)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale": 101.0}, "from 0.0001 to 100"),
        ({"scale": float("nan")}, "scale is nan"),
        ({"dirt": 21.0}, "from 0 to 20"),
        ({"start": date(1999, 1, 1)}, "outside the years"),
        ({"start": date(2025, 10, 1), "faults": ("bom",)}, "at least 40 days, not 31"),
    ],
)
def test_limits(tmp_path, options, message):
    with pytest.raises(UsageError, match=message):
        simulate(tmp_path, SimulationOptions(**options))


def test_all_means_every_fault_and_names_come_once_and_sorted():
    assert len(SimulationOptions(faults=("all", "bom")).chosen_faults) == 16
    assert SimulationOptions(faults=("late_file", "bom", "bom")).chosen_faults == ("bom", "late_file")
