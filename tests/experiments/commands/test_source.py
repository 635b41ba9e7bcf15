import pytest
import yaml

from tests.etl.onboarding.shops import bakery

FOUND = ["file", "feeds", "to_decide", "not_taken"]


@pytest.fixture
def exports(tmp_path):
    return bakery(tmp_path / "exports")


def test_new_writes_a_source_file_and_says_what_it_leaves_to_decide(assay, exports, tmp_path):
    answer = assay("source", "new", "my_shop", "--from", exports, "--json")
    assert answer.code == 0
    assert list(answer.json) == FOUND
    assert answer.json["feeds"] == {"order_items": ["till/till_2025-08-01.csv", "till/till_2025-08-02.csv"]}
    written = (tmp_path / answer.json["file"]).read_text(encoding="utf-8")
    assert yaml.safe_load(written)["name"] == "my_shop"
    assert written.count("DECIDE: ") >= len(answer.json["to_decide"])
    again = assay("source", "new", "my_shop", "--from", exports)
    assert (again.code, "my_shop.yaml is there already" in again.message) == (2, True)


def test_new_on_the_terminal_says_what_to_do_next(assay, exports):
    answer = assay("source", "new", "shop", "--from", exports, "--out", "mine.yml")
    assert answer.code == 0
    assert answer.out.strip().endswith(f"Next: assay source check mine.yml --landing {exports}")


@pytest.mark.parametrize(("name", "out"), [("My Shop", "x.yaml"), ("shop", "shop.txt")])
def test_a_name_that_cannot_be_is_wrong_use(assay, exports, listing, name, out):
    before = listing()
    answer = assay("source", "new", name, "--from", exports, "--out", out)
    assert (answer.code, answer.out) == (2, "")
    assert listing() == before


@pytest.mark.embedded
def test_check_writes_nothing_and_says_what_is_kept_out(assay, exports, listing):
    assert assay("source", "new", "shop", "--from", exports).code == 0
    before = listing()
    answer = assay("source", "check", "shop.yaml", "--landing", exports, "--json")
    assert answer.code == 0
    assert list(answer.json) == ["source", "feeds", "columns", "kept_out"]
    assert answer.json["kept_out"][0]["reason"] == "no readable quantity"
    assert listing() == before
