from datetime import UTC, datetime

import pytest

from etl.errors import InputError
from etl.release import newest_release, publish, release_whole, releases

NOW = datetime(2025, 11, 1, tzinfo=UTC)


def test_readers_take_the_newest_whole_release(tmp_path):
    assert newest_release(tmp_path) is None
    publish(tmp_path, {"gold.a": 1}, "b1", NOW, whole=True)
    publish(tmp_path, {"gold.a": 2}, "b2", NOW, whole=False)
    assert newest_release(tmp_path).versions == {"gold.a": 2}
    assert newest_release(tmp_path, whole=True).versions == {"gold.a": 1}
    assert [release.number for release in releases(tmp_path)] == [1, 2]


def test_the_same_versions_are_released_once(tmp_path):
    publish(tmp_path, {"gold.a": 1}, "b1", NOW, whole=False)
    for _ in range(2):
        release_whole(tmp_path, {"gold.a": 1}, NOW)
    assert [(release.whole, release.batch) for release in releases(tmp_path)] == [(False, "b1"), (True, "b1")]


def test_a_half_written_manifest_is_no_release(tmp_path):
    publish(tmp_path, {"gold.a": 1}, "b1", NOW, whole=True)
    (tmp_path / "releases" / "00000002.tmp").write_text("{")
    assert newest_release(tmp_path).number == 1


def test_a_manifest_that_cannot_be_read_says_what_to_do(tmp_path):
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / "00000001.json").write_text("{")
    with pytest.raises(InputError, match="remove it to go back to the one before"):
        newest_release(tmp_path)
