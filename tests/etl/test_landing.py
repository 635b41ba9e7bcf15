import hashlib
import os
from dataclasses import replace
from datetime import date

import pytest

from etl.errors import InputError
from etl.landing import landed_files, look
from etl.source import load_source

FEEDS = {
    "brands": "brands/brands.csv",
    "category": "category/category.csv",
    "products": "products/products.csv",
    "customers": "customers/customers.csv",
    "calendar": "date/date.csv",
    "order_items": "order_items/landing/order_items_2025-09-03.csv",
}


@pytest.fixture
def landing(tmp_path):
    for name in FEEDS.values():
        place(tmp_path, name)
    return tmp_path


def place(folder, name, content=b"x\n"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(landing, **options):
    return [file.name for file in landed_files(load_source("atoz"), landing, **options)]


def test_every_feeds_files_are_found_by_name(landing):
    place(landing, "returns/returns_2025-09.csv")
    place(landing, "brands/more.csv")
    place(landing, "notes/readme.csv")
    place(landing, "brands/readme.txt")
    found = landed_files(load_source("atoz"), landing)
    assert [file.name for file in found] == sorted([*FEEDS.values(), "returns/returns_2025-09.csv", "brands/more.csv"])
    assert {file.name: file.feed for file in found}["date/date.csv"] == "calendar"


def test_a_file_is_known_by_size_hash_and_arrival(landing):
    content = b"brand_code\nB1\n"
    path = place(landing, "brands/brands_2025-09-04.csv", content)
    (file,) = [file for file in landed_files(load_source("atoz"), landing) if file.path == path]
    assert file.content_hash == hashlib.sha256(content).hexdigest()
    assert (file.size_bytes, file.arrival_date) == (len(content), date(2025, 9, 4))


def test_as_of_leaves_out_what_arrived_later_and_keeps_what_has_no_date(landing):
    place(landing, "order_items/landing/order_items_2025-09-04.csv")
    place(landing, "order_items/landing/order_items_2025-09-05.csv")
    seen = names(landing, as_of=date(2025, 9, 4))
    assert "order_items/landing/order_items_2025-09-04.csv" in seen
    assert "order_items/landing/order_items_2025-09-05.csv" not in seen
    assert "brands/brands.csv" in seen


def test_files_still_being_written_and_folders_are_left_alone(landing):
    for name in ("order_items_2025-09-04.csv.tmp", "order_items_2025-09-05.csv.part", "order_items_2025-09-06.csv.gz"):
        place(landing, f"order_items/landing/{name}")
    (landing / "order_items" / "landing" / "folder.csv").mkdir()
    atoz = load_source("atoz")
    everything = atoz.feeds["order_items"].model_copy(update={"path": "order_items/landing/*"})
    found = landed_files(atoz.model_copy(update={"feeds": {"order_items": everything}}), landing)
    assert [file.name for file in found] == [
        "order_items/landing/order_items_2025-09-03.csv",
        "order_items/landing/order_items_2025-09-06.csv.gz",
    ]


def test_a_missing_landing_folder_says_what_to_do(tmp_path):
    with pytest.raises(InputError) as refused:
        names(tmp_path / "absent")
    assert str(refused.value) == (
        f"There is no landing folder {tmp_path / 'absent'}: give its path with --landing, or run assay simulate."
    )


def test_all_feeds_without_files_are_in_one_message(landing):
    (landing / FEEDS["brands"]).unlink()
    (landing / FEEDS["order_items"]).unlink()
    with pytest.raises(InputError) as refused:
        names(landing)
    assert str(refused.value) == (
        "2 problems:\n"
        f"  - No files of feed 'brands': source atoz expects brands/*.csv below {landing}.\n"
        f"  - No files of feed 'order_items': source atoz expects order_items/landing/*.csv below {landing}."
    )


def test_a_day_before_every_file_leaves_the_feed_without_files(landing):
    with pytest.raises(InputError, match="No files of feed 'order_items'"):
        names(landing, as_of=date(2025, 9, 2))


def seen(landing, known=()):
    return look(load_source("atoz"), landing, known={file.name: file for file in known})


def aged(path, seconds=60):
    """Put the file's last change some time back, as of a file that landed before."""
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def test_a_known_file_of_the_same_size_and_time_is_not_read_again(landing):
    for name in FEEDS.values():
        aged(landing / name)
    known = [replace(file, content_hash="as known") for file in seen(landing).files]
    assert {file.content_hash for file in seen(landing, known).files} == {"as known"}
    aged(landing / FEEDS["brands"])
    again = {file.feed: file.content_hash for file in seen(landing, known).files}
    assert again.pop("brands") == hashlib.sha256(b"x\n").hexdigest()
    assert set(again.values()) == {"as known"}


def test_a_file_changed_a_moment_ago_is_read_again_whatever_its_time_says(landing):
    known = [replace(file, content_hash="as known") for file in seen(landing).files]
    assert "as known" not in {file.content_hash for file in seen(landing, known).files}


def test_unfinished_files_are_named(landing):
    place(landing, "order_items/landing/order_items_2025-09-04.part")
    atoz = load_source("atoz")
    everything = atoz.feeds["order_items"].model_copy(update={"path": "order_items/landing/*"})
    source = atoz.model_copy(update={"feeds": atoz.feeds | {"order_items": everything}})
    assert look(source, landing).unfinished == ["order_items/landing/order_items_2025-09-04.part"]


def test_a_feed_whose_files_were_taken_before_may_have_none_now(landing):
    known = seen(landing).files
    (landing / FEEDS["brands"]).unlink()
    assert "brands" not in {file.feed for file in seen(landing, known).files}


def test_a_file_that_grew_or_went_is_not_the_one_that_was_looked_at(landing):
    files = {file.feed: file for file in seen(landing).files}
    (landing / FEEDS["brands"]).write_bytes(b"more than before")
    (landing / FEEDS["category"]).unlink()
    assert [feed for feed, file in sorted(files.items()) if not file.is_unchanged()] == ["brands", "category"]


def test_a_header_alone_holds_no_lines(landing):
    place(landing, FEEDS["brands"], b"brand_code\n\n")
    place(landing, FEEDS["category"], b"category_code\nTOY\n")
    holding = {file.feed: file.holds_lines() for file in seen(landing).files}
    assert (holding["brands"], holding["category"]) == (False, True)
