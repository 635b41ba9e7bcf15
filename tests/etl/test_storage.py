from pathlib import Path

import pytest

from etl.errors import LockedError, UsageError
from etl.release import newest_release, publish
from etl.storage import create, find_files, location, read_stored, remove_tree, stored_file
from etl.stored import holds_table, newest_version, newest_versions, table_folders
from tests.etl.test_release import NOW
from tests.stores import SECRET

FILES = ["a.csv", "orders/1.csv", "orders/2.csv.part", "orders/deep/3.csv", "orders 2/é #4.csv", "other/5.csv"]


@pytest.fixture(params=["local", "s3"])
def folder(request, tmp_path):
    """A folder of this machine, and one of an object store."""
    return tmp_path if request.param == "local" else request.getfixturevalue("bucket") / "some" / "folder"


def fill(folder, names=FILES):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


@pytest.mark.parametrize("pattern", ["*.csv", "orders/*", "orders/*.csv", "**/*.csv", "o*/?.csv", "orders*/*", "x/*"])
def test_the_same_files_are_found_wherever_they_lie(bucket, tmp_path, pattern):
    found = {
        where: {name: stored.size_bytes for name, stored in find_files(fill(where), pattern)}
        for where in (tmp_path, bucket / "landing")
    }
    assert found[tmp_path] == found[bucket / "landing"]
    assert pattern == "x/*" or found[tmp_path]


def test_a_file_is_listed_looked_at_and_read_as_the_same(folder):
    ((_, listed),) = find_files(fill(folder), "a.csv")
    assert read_stored(folder / "a.csv") == (listed, b"a.csv")
    assert stored_file(folder / "a.csv") == listed


def test_a_file_that_is_gone_is_said_to_be(folder):
    for look in (stored_file, read_stored):
        with pytest.raises(FileNotFoundError):
            look(folder / "gone.csv")


def test_a_file_is_created_once(folder):
    create(folder / "releases" / "1.json", b"first")
    with pytest.raises(FileExistsError):
        create(folder / "releases" / "1.json", b"second")
    assert (folder / "releases" / "1.json").read_bytes() == b"first"


def test_creating_again_what_a_lost_answer_left_is_no_conflict(bucket):
    for _ in range(2):
        create(bucket / "1.json", b"first")


def test_a_tree_is_removed_whole_and_once(folder):
    fill(folder)
    for _ in range(2):
        remove_tree(folder / "orders")
    assert sorted(name for name, _ in find_files(folder, "**/*")) == sorted(
        name for name in FILES if not name.startswith("orders/")
    )


def test_the_newest_version_is_that_of_the_last_commit_whatever_else_lies_in_the_log(folder):
    log = "gold/a/_delta_log"
    others = (f"{11:020}.checkpoint.parquet", f"{8:020}.{12:020}.compacted.json", "_last_checkpoint", ".x.json.tmp")
    fill(folder, [f"{log}/{name}" for name in (*(f"{version:020}.json" for version in (8, 9, 10)), *others)])
    assert newest_version(folder / "gold" / "a") == 10
    assert newest_versions(folder) == {"gold.a": 10}
    assert newest_version(folder / "gold" / "b") is None


def test_tables_are_the_folders_whose_log_has_a_commit(folder):
    first = "_delta_log/00000000000000000000.json"
    begun = "gold/begun/_delta_log/.first.tmp"
    staged = f"staging/d/{first}"
    fill(folder, [f"gold/b/{first}", f"gold/a/{first}", "gold/none/x.parquet", begun, f"ops/c/{first}", staged])
    assert [found.name for found in table_folders(folder)] == ["a", "b", "c"]
    assert holds_table(folder / "gold" / "a")
    assert not holds_table(folder / "gold" / "none")
    assert not holds_table(folder / "gold" / "begun")


def test_of_two_runs_that_publish_the_same_release_one_gets_through(folder, monkeypatch):
    publish(folder, {"gold.a": 1}, "b1", NOW, whole=True)
    monkeypatch.setattr("etl.release.newest_release", lambda _: None)  # what the other one saw
    with pytest.raises(LockedError, match="Another run published release 1"):
        publish(folder, {"gold.a": 2}, "b2", NOW, whole=True)
    monkeypatch.undo()


def test_the_newest_release_is_found_in_a_store(bucket):
    for version in (1, 2):
        publish(bucket, {"gold.a": version}, "b", NOW, whole=True)
    assert newest_release(bucket).versions == {"gold.a": 2}


def test_a_path_is_local_and_an_unknown_store_is_named():
    assert location("some/folder") == Path("some/folder")
    with pytest.raises(UsageError, match="starts s3://, gs://, abfss://"):
        location("ftp://host/folder")


@pytest.mark.parametrize(
    "url", ["s3://bucket/folder", "gs://bucket/folder", "abfss://box@account.dfs.core.windows.net/folder"]
)
def test_a_url_stays_as_it_is(url):
    assert str(location(url)) == url
    assert str(location(url) / "gold" / "a") == f"{url}/gold/a"
    assert location(url).resolve() == location(url)


def test_no_secret_shows_in_a_path(bucket):
    assert SECRET not in f"{bucket!r}{bucket}{vars(bucket.fs)}"
