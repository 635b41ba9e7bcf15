import pytest

from etl.source import SHIPPED
from tests.etl.refining import ATOZ_LINES, write_landing

pytestmark = pytest.mark.embedded
GOOD = ATOZ_LINES["order_items"]


def test_replay_lets_go_what_holds_after_a_file_or_a_rule_was_mended(assay, tmp_path):
    odd = [GOOD[0].replace("O1,1", "O8,1").replace("P1,2", "P1,Three"), GOOD[0].replace("O1,1", "O9,x")]
    landing = write_landing(tmp_path / "landing", order_items=[*GOOD, *odd])
    shipped = (SHIPPED / "atoz.yaml").read_text(encoding="utf-8")
    source = tmp_path / "mine.yaml"
    source.write_text(shipped, encoding="utf-8")
    options = ("--source", source, "--landing", landing, "--warehouse", tmp_path / "warehouse", "--json")
    assert assay("etl", *options).json["steps"][0]["rows"] == 3
    found = assay("quarantine", *options).json
    assert (list(found), found["lines"]) == (["lines", "rules", "first"], 2)
    source.write_text(shipped.replace("when 'Two' then '2'", "when 'Two' then '2' when 'Three' then '3'"))
    replayed = assay("quarantine", "--replay", *options).json
    assert (replayed["lines_before"], replayed["lines"], replayed["rules"][0]["rule"]) == (2, 1, "seq_no_unreadable")
    write_landing(landing, order_items=[*GOOD, odd[0], odd[1].replace("O9,x", "O9,1")])
    answer = assay("quarantine", "--replay", *options[:-1])
    assert answer.code == 0
    assert "Judged again: 1 lines were kept out, now 0 are." in answer.out
    assert "No line is kept out." in answer.out
    assert assay("query", "select count(*) as n from gold.gld_fact_order_items", *options).json == [{"n": 5}]
