"""What a killed writer left is put back to what a release or a finished step wrote last."""

from datetime import UTC, date, datetime, timedelta

import pytest

from etl.release import release_whole
from etl.schemas.ops import OPS_SOURCE
from experiments.running.plan import Step
from experiments.running.recovery import put_back
from tests.experiments.running.test_runner import run, write_source

NOW = datetime(2025, 11, 1, 6, tzinfo=UTC)


def recovered(lakehouse, hour: int = 0) -> list[str]:
    return put_back(lakehouse, [], "atoz", NOW + timedelta(hours=hour))


def last_day(lakehouse) -> date:
    return lakehouse.pandas(OPS_SOURCE)["last_day"].iloc[0].date()


def wrote(day: date) -> Step:
    return Step(
        "explain", lambda lakehouse: write_source(lakehouse, day), writes=(OPS_SOURCE,), settings={"d": f"{day}"}
    )


def test_a_table_that_never_was_whole_goes(lakehouse):
    write_source(lakehouse, date(2025, 9, 30))
    assert recovered(lakehouse) == ["ops.ops_source"]
    assert not lakehouse.exists(OPS_SOURCE)
    assert recovered(lakehouse, hour=1) == []


@pytest.mark.parametrize("by", ["release", "step"])
def test_a_table_comes_back_to_its_last_whole_version(lakehouse, by):
    if by == "release":
        write_source(lakehouse, date(2025, 9, 30))
        release_whole(lakehouse.warehouse, lakehouse.versions(), NOW)
    else:
        run(lakehouse, wrote(date(2025, 9, 30)))
    assert recovered(lakehouse) == []
    write_source(lakehouse, date(2025, 10, 31))
    assert recovered(lakehouse, hour=1) == ["ops.ops_source"]
    assert last_day(lakehouse) == date(2025, 9, 30)
    assert recovered(lakehouse, hour=2) == []


def test_what_a_finished_step_wrote_after_the_release_stays(lakehouse):
    write_source(lakehouse, date(2025, 9, 30))
    release_whole(lakehouse.warehouse, lakehouse.versions(), NOW)
    run(lakehouse, wrote(date(2025, 10, 31)), hour=1)
    assert recovered(lakehouse, hour=2) == []
    assert last_day(lakehouse) == date(2025, 10, 31)


def test_what_a_failed_step_wrote_is_put_back(lakehouse):
    def torn(opened) -> int:
        write_source(opened, date(2025, 10, 31))
        raise RuntimeError("torn")

    run(lakehouse, wrote(date(2025, 9, 30)))
    with pytest.raises(RuntimeError):
        run(lakehouse, Step("explain", torn, writes=(OPS_SOURCE,)), name="two", hour=1)
    assert recovered(lakehouse, hour=2) == ["ops.ops_source"]
    assert last_day(lakehouse) == date(2025, 9, 30)


def test_the_tables_of_the_refinement_are_left_to_it(lakehouse):
    write_source(lakehouse, date(2025, 9, 30))
    assert put_back(lakehouse, ["ops.ops_source"], "atoz", NOW) == []
