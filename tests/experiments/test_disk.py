"""A disk that is full, then one that can only be read, under a warehouse that was released once."""

import shutil
import subprocess
from pathlib import Path

import pytest

from etl.disk import disk_faults
from etl.errors import DiskError, UsageError
from tests.experiments.commands.test_refresh import add_a_day, ran
from tests.experiments.test_refresh_faults import QUESTION

ROOM = 1 << 18  # bytes, less than any run writes
NEWEST = "select cast(max(date) as string) as day from gold.gld_daily_orders"


def mount(disk: Path, options: str) -> bool:
    """Whether a file system in memory could be mounted (again) with the ``options``."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "assay", str(disk)], capture_output=True)
    return done.returncode == 0


@pytest.fixture
def disk(tmp_path):
    """A disk of 64 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount(folder, "size=64m"):
        pytest.skip("no file system can be mounted here, which takes root's rights: a full disk is not tried")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.embedded
@pytest.mark.slow
def test_what_was_released_stays_readable_and_the_next_run_goes_on(assay, two_months, disk):
    warehouse = disk / "warehouse"
    options = ("--warehouse", warehouse, "--json")

    def newest_day():
        return assay("query", NEWEST, *options).json[0]["day"]

    assert assay("etl", "--landing", two_months, "--as-of", "2025-08-20", *options).code == 0
    used = sum(path.stat().st_blocks * 512 for path in disk.rglob("*"))
    assert mount(disk, f"remount,size={used + ROOM}")
    full = assay("etl", "--landing", two_months, *options)
    assert (full.code, full.out) == (1, "")
    assert full.message == (
        f"assay: The disk of {warehouse} is full: free some space and run again; readers keep what was released last."
    )
    assert newest_day() == "2025-08-20"

    assert mount(disk, "remount,ro,size=64m")
    read_only = assay("etl", "--landing", two_months, *options)
    assert read_only.code == 3
    assert read_only.message == f"assay: The warehouse {warehouse} cannot be written: Read-only file system."
    assert newest_day() == "2025-08-20"
    status = assay("status", "--as-of", "2025-08-20", *options)  # the day is there, the run that came after failed
    assert (status.code, status.json["newest_business_day"], status.json["days_late"]) == (6, "2025-08-20", 0)

    assert mount(disk, "remount,rw,size=64m")
    assert assay("etl", "--landing", two_months, *options).code == 0
    assert newest_day() == "2025-09-30"


@pytest.mark.embedded
@pytest.mark.slow
def test_a_refresh_whose_disk_gets_full_goes_on_from_there_once_there_is_room(assay, demonstrated, landing, disk):
    warehouse = Path(shutil.copytree(demonstrated.warehouse, disk / "warehouse"))
    add_a_day(landing)
    command = ("refresh", "--landing", landing, "--warehouse", warehouse, *QUESTION)
    assert assay(*command, "--until", "features").code == 0
    used = sum(path.stat().st_blocks * 512 for path in disk.rglob("*"))
    assert mount(disk, f"remount,size={used + ROOM}")
    full = assay(*command)
    assert (full.code, full.out) == (1, "")
    assert f"assay: The disk of {warehouse} is full: free some space and run again" in full.message
    seen = assay("query", "select max(date) as day from gold.gld_forecast", "--warehouse", warehouse, "--json")
    assert seen.json == [{"day": "2025-11-30"}]  # as it was forecast on the morning before

    assert mount(disk, "remount,size=64m")
    assert "etl" not in ran(assay(*command))


@pytest.mark.parametrize("told", ["[Errno 28] No space left on device: 'x'", "(sqlite3) database or disk is full"])
def test_an_error_of_the_disk_says_what_to_do_and_others_pass(told):
    with pytest.raises(DiskError, match="is full: free some space and run again"), disk_faults(Path("warehouse")):
        raise RuntimeError(told)
    for other in (RuntimeError("no"), UsageError("No space left on device is a strange name")):
        with pytest.raises(type(other), match=str(other)), disk_faults(Path("warehouse")):
            raise other
