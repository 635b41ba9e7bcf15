"""A warehouse and a landing folder in an object store hold what those of this machine would."""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from etl.engine import Engine, open_session
from etl.lakehouse import Lakehouse
from etl.release import newest_release, release_whole
from etl.source import Source, load_source
from etl.storage import find_files, read_stored
from etl.work import find_work, refined_tables
from reports.snapshot import newest
from tests.etl.equality import equal_tables
from tests.etl.refining import READ_AT, refine, write_landing
from tests.processes import running
from tests.stores import KEY, SECRET, Proxy, child_environment

pytestmark = [pytest.mark.embedded]

ATOZ = load_source("atoz")
ASSAY = [sys.executable, "-m", "experiments"]


def upload(folder: Path, store) -> None:
    for name, stored in find_files(folder, "**/*"):
        (store / name).write_bytes(read_stored(stored.path)[1])


@pytest.fixture
def landing(tmp_path) -> Path:
    return write_landing(tmp_path / "landing")


@pytest.fixture
def stored(bucket, landing) -> Iterator[Lakehouse]:
    """An empty warehouse in a bucket, on a session of its own, and the landing folder beside it."""
    upload(landing, bucket / "landing")
    with open_session(Engine()) as own:
        yield Lakehouse(own, bucket / "warehouse")


def differences(source: Source, lakehouse: Lakehouse, stored: Lakehouse) -> list[str]:
    return [
        sentence
        for table in refined_tables(source)
        for sentence in equal_tables(lakehouse.read(table), stored.read(table), table)
    ]


def test_what_is_refined_is_the_same_wherever_it_lies(lakehouse, stored, landing, bucket):
    assert refine(stored, ATOZ, bucket / "landing") == refine(lakehouse, ATOZ, landing) > 0
    assert differences(ATOZ, lakehouse, stored) == []
    assert find_work(ATOZ, stored.warehouse, bucket / "landing", READ_AT.date()).is_nothing
    release_whole(stored.warehouse, stored.versions(), READ_AT)
    assert newest(stored.warehouse).versions == newest_release(stored.warehouse).versions


@pytest.mark.slow
@pytest.mark.infrastructure
def test_a_fault_in_the_middle_loses_nothing_and_no_secret_shows(lakehouse, landing, bucket, s3):
    """The command, with the way to the store cut for two seconds on each layer: longer than its client is patient."""
    upload(landing, bucket / "landing")
    proxy = Proxy(s3)
    command = [*ASSAY, "etl", "--warehouse", f"{bucket}warehouse", "--landing", f"{bucket}landing"]
    with running(command, child_environment(proxy.url)) as run:
        err = "".join(cut_when(proxy, run.stderr, ["bronze: products", "silver: order_items", "gold: dimensions"]))
        out = run.stdout.read()
    proxy.stop()
    assert run.returncode == 0, err
    assert proxy.broken > 3
    rows = refine(lakehouse, ATOZ, landing)
    assert f"{rows:,} order lines in Gold" in out
    with open_session(Engine()) as own:
        assert differences(ATOZ, lakehouse, Lakehouse(own, bucket / "warehouse")) == []
    written = b"".join(read_stored(file.path)[1] for _, file in find_files(bucket, "warehouse/**/*"))
    for secret in (KEY, SECRET):
        assert secret not in out + err
        assert secret.encode() not in written


def cut_when(proxy: Proxy, said: Iterable[str], moments: list[str]) -> Iterator[str]:
    """The lines of ``said``, with the way cut once after each of the moments was first told."""
    for line in said:
        yield line
        if moments and moments[0] in line:
            moments.pop(0)
            with proxy.cut():
                time.sleep(2)
