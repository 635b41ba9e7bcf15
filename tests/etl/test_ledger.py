from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.landing import LandedFile
from etl.ledger import Entry, plan

FIRST, SECOND = date(2025, 9, 1), date(2025, 9, 2)


def changes_nothing(due):
    return not due.taken and not due.removed


def file(name, content="x", arrival=FIRST, feed="order_items"):
    return LandedFile(feed, name, Path(name), 7, content, arrival)


def names(files):
    return [each.name for each in files]


def ledger_of(*files):
    return plan(files, ()).entries


def test_everything_is_taken_the_first_time_and_nothing_the_second():
    files = [file("a", "1"), file("b", "2")]
    first = plan(files, ())
    assert (names(first.taken), first.removed) == (["a", "b"], ())
    assert changes_nothing(plan(files, first.entries))


def test_a_file_sent_again_takes_the_place_of_its_rows():
    again = plan([file("a", "new")], ledger_of(file("a", "old")))
    assert (names(again.taken), again.removed) == (["a"], (("order_items", "a"),))


def test_a_copy_is_refused_whichever_of_the_two_came_first():
    early, late = file("early", arrival=FIRST), file("late", arrival=SECOND)
    both = plan([early, late], ledger_of(early))
    assert changes_nothing(both)
    assert [entry.same_as for entry in both.entries] == [None, "early"]
    other_way = plan([early, late], ledger_of(late))
    assert (names(other_way.taken), other_way.removed) == (["early"], (("order_items", "late"),))
    assert other_way.entries == both.entries


def test_a_copy_counts_once_the_original_says_something_else():
    early, late = file("early"), file("late", arrival=SECOND)
    changed = plan([replace(early, content_hash="new"), late], ledger_of(early, late))
    assert sorted(names(changed.taken)) == ["early", "late"]
    assert changed.removed == (("order_items", "early"),)


def test_the_same_content_in_two_feeds_counts_twice():
    assert len(plan([file("a"), file("b", feed="returns")], ()).taken) == 2


def test_a_vanished_file_still_counts_unless_it_had_not_arrived_by_the_day():
    known = ledger_of(file("a", "1"), file("b", "2", SECOND))
    gone = plan([], known)
    assert (changes_nothing(gone), gone.vanished) == (True, ("a", "b"))
    assert names(entry.file for entry in gone.entries) == ["a", "b"]
    earlier = plan([file("a", "1")], known, as_of=FIRST)
    assert (earlier.taken, earlier.removed) == ((), (("order_items", "b"),))


def test_the_batch_is_named_by_its_content_alone():
    first, second = plan([file("a", "1")], ()), plan([file("a", "2")], ())
    assert first.batch == plan([file("a", "1", arrival=SECOND)], ()).batch != second.batch


FILES = st.lists(
    st.builds(file, st.sampled_from("abcd"), st.sampled_from("12"), st.sampled_from([FIRST, SECOND])),
    unique_by=lambda each: each.name,
)


@given(st.lists(FILES, min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_any_sequence_of_folders_ends_with_the_rows_that_the_entries_name(folders):
    """Rows by name, followed through every plan, are those of the files that count in the end, none twice."""
    rows: dict[str, str] = {}
    entries: tuple[Entry, ...] = ()
    for found in folders:
        due = plan(found, entries)
        for _, name in due.removed:
            del rows[name]
        for taken in due.taken:
            assert taken.name not in rows
            rows[taken.name] = taken.content_hash
        entries = due.entries
    assert rows == {entry.file.name: entry.file.content_hash for entry in entries if entry.same_as is None}
    assert len(set(rows.values())) == len(rows)
