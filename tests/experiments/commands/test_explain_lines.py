"""``assay explain-lines``: files in, a table or one JSON document out."""

import json

import pytest

from tests.models.attribution.shop_lines import lose, shop_lines

ASKED = ["--period", "2025-09", "--baseline", "2025-08", "--dimensions", "region,channel"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lines")
    shop = lose(shop_lines(), 0.4, region="South")
    past = shop["order_date"] < "2025-08-01"
    shop[~past].to_parquet(folder / "lines.parquet")
    shop[past].to_csv(folder / "history.csv", index=False)
    (folder / "torn.csv").write_text("a,b\n1,2\n1,2,3\n")
    return folder


def test_the_document_has_what_the_door_promises(assay, files):
    answer = assay(
        "explain-lines", str(files / "lines.parquet"), "--history", str(files / "history.csv"), *ASKED, "--json"
    )
    assert answer.code == 0
    document = json.loads(answer.out)
    keys = ["period", "baseline", "measure", "total", "drivers", "calendar", "volume", "aov"]
    keys += ["segments", "verdicts", "method"]
    assert list(document) == keys
    assert [segment["where"] for segment in document["segments"]] == [{"region": "South"}]
    assert set(document["segments"][0]) == {"where", "dates", "driver", "amount", "low", "high", "q_value"}
    assert set(document["verdicts"][0]) == {"code", "where", "dates", "evidence"}


def test_the_terminal_shows_verdicts_causes_and_the_bridge(assay, files):
    answer = assay("explain-lines", str(files / "lines.parquet"), *ASKED)
    assert answer.code == 0
    assert "normal_variation" in answer.out
    assert "Bridge" in answer.out
    assert "no cause was looked for" in " ".join(answer.out.split())


@pytest.mark.parametrize(("name", "said"), [("absent.csv", "There is no file"), ("torn.csv", "cannot be read as CSV")])
def test_a_file_that_cannot_be_read_leaves_with_3(assay, files, name, said):
    answer = assay("explain-lines", str(files / name), *ASKED)
    assert (answer.code, answer.out) == (3, "")
    assert said in answer.err
