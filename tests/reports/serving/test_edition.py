"""One version at a time: what is kept, and when the next one takes its place."""

import threading
import time
import weakref

import pandas as pd
import pytest

from etl.periods import parse_period
from etl.release import readable_versions
from etl.schemas.ops import OPS_SOURCE
from reports.kept import Kept
from reports.question import Question
from reports.serving.edition import Edition, Request
from reports.serving.shelf import Shelf
from tests.reports.warehouse import make_fact, make_warehouse, store


def test_a_value_is_made_once_however_many_ask():
    made = []

    def make(key):
        made.append(key)
        time.sleep(0.05)
        return key * 2

    kept = Kept(make, size=3)
    found = []
    threads = [threading.Thread(target=lambda: found.append(kept("a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (made, found) == (["a"], ["aa"] * 8)


def test_the_value_not_asked_for_longest_goes_first():
    kept = Kept(str, size=2)
    for key in (1, 2, 1, 3):
        kept(key)
    assert kept.keys() == [1, 3]


def test_an_error_is_passed_on_and_tried_again():
    answers = iter([ValueError("not yet"), "now"])

    def make(_):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    kept = Kept(make, size=2)
    with pytest.raises(ValueError, match="not yet"):
        kept("a")
    assert kept("a") == "now"


def test_a_new_state_takes_the_place_of_the_old_one_with_its_questions(tmp_path):
    make_warehouse(tmp_path, make_fact(orders_per_day=4))
    shelf = Shelf(tmp_path, Edition)
    before = shelf.current
    request = Request("api/explain", Question("orders", parse_period("2025-08"), parse_period("2025-09")))
    first = before.answer(request)
    make_warehouse(tmp_path, make_fact(seed=2, orders_per_day=5))
    assert before.answer(request) == first
    shelf._renew(readable_versions(tmp_path))
    assert shelf.current is not before
    assert request in shelf.current.requests()
    assert shelf.current.answer(request) != first


def test_a_state_that_cannot_be_served_leaves_the_old_one(tmp_path):
    make_warehouse(tmp_path, make_fact(orders_per_day=4))
    shelf = Shelf(tmp_path, Edition)
    before = shelf.current
    store(tmp_path, OPS_SOURCE, pd.DataFrame(columns=["name"]))
    watching = threading.Thread(target=shelf.watch)
    watching.start()
    time.sleep(2.5)
    shelf.stop()
    watching.join()
    assert shelf.current is before


def test_the_edition_before_is_let_go(tmp_path):
    make_warehouse(tmp_path, make_fact(orders_per_day=4))
    shelf = Shelf(tmp_path, Edition)
    before = weakref.ref(shelf.current)
    shelf.current.base  # noqa: B018 - reads it
    make_warehouse(tmp_path, make_fact(seed=2, orders_per_day=5))
    shelf._renew(readable_versions(tmp_path))
    assert before() is None
