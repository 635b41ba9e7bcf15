import pytest

from etl.engine import Engine, open_session
from etl.errors import InputError
from etl.lakehouse import Lakehouse
from etl.quarantine import masked
from etl.source import Feed, load_source
from experiments.quarantine import Wanted, search
from tests.etl.refining import ATOZ_LINES, refine, write_landing

FEED = Feed(path="*.csv", columns=("id", "customer", "price"), personal=("customer",))
ATOZ = load_source("atoz")
GOOD = ATOZ_LINES["order_items"][0]
BAD = [GOOD.replace("INR", "XYZ"), GOOD.replace("O1,1", "O9,x"), GOOD.replace("O1,1", "O8,y"), "torn C77"]


@pytest.mark.parametrize(
    ("text", "rule", "shown"),
    [
        ("1,Ann,5", "price_unreadable", "1,***,5"),
        ("1,,5", "price_unreadable", "1,***,5"),
        ("1,Ann, Jr,5", "price_unreadable", "***"),
        ("Ann,1,5", "line_unreadable", "***"),
        (None, "line_unreadable", None),
    ],
)
def test_what_says_who_somebody_is_is_masked(text, rule, shown):
    assert masked(text, rule, FEED) == shown
    assert masked(text, rule, FEED.model_copy(update={"personal": ()})) == text


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quarantine")
    landing = write_landing(
        folder / "landing", order_items={"2025-09-04": [*ATOZ_LINES["order_items"], *BAD], "2025-09-05": [BAD[0]]}
    )
    with open_session(Engine()) as session:
        lakehouse = Lakehouse(session, folder / "warehouse")
        refine(lakehouse, ATOZ, landing)
        yield lakehouse


def found(warehouse, **wanted):
    return search(warehouse, ATOZ, Wanted(**wanted), 10)


@pytest.mark.embedded
def test_lines_are_counted_by_rule_and_the_first_are_shown(warehouse):
    everything = found(warehouse)
    assert everything.lines == 5
    assert [(each.rule, each.lines) for each in everything.rules] == [
        ("currency_known", 2), ("seq_no_unreadable", 2), ("line_unreadable", 1),
    ]  # fmt: skip
    assert [each.line_number for each in everything.first] == [5, 6, 7, 8, 2]
    assert not any("C1" in str(each.text) or "C77" in str(each.text) for each in everything.first)
    assert everything.first[0].text == "2025-09-03,2025-09-03 10:20:30,***,O1,1,P1,2,XYZ,100.00,7,18.00,Website,"
    assert len(search(warehouse, ATOZ, Wanted(), 2).first) == 2


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        ({"rule": "currency_known"}, 2),
        ({"rule": "currency"}, 0),
        ({"file": "2025-09-05"}, 1),
        ({"text": "xyz"}, 2),
        ({"text": "o'%_"}, 0),
        ({"rule": "seq_no_unreadable", "text": "O9"}, 1),
    ],
)
def test_a_search_is_by_rule_file_and_text_together(warehouse, wanted, lines):
    assert found(warehouse, **wanted).lines == lines


@pytest.mark.embedded
def test_another_source_could_not_tell_what_is_personal(warehouse):
    with pytest.raises(InputError, match="was built from source atoz, not online_retail"):
        search(warehouse, load_source("online_retail"), Wanted(), 1)
