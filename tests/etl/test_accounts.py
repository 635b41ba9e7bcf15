from datetime import date

import pandas as pd
import pytest

from etl.accounts import account
from etl.bronze import feed_table
from etl.errors import QualityError
from etl.landing import LandedFile
from etl.ledger import plan
from etl.schemas.ops import OPS_FILES, OPS_QUARANTINE
from etl.silver import silver_table
from etl.source import load_source
from tests.etl.refining import READ_AT, literal

pytestmark = pytest.mark.embedded

ATOZ = load_source("atoz")
SOURCE = ATOZ.model_copy(
    update={"feeds": {"category": ATOZ.feeds["category"]}, "tables": {"category": ATOZ.tables["category"]}}
)
BRONZE, SILVER = feed_table(SOURCE, "category"), silver_table("category")


def place(file, line):
    return {"file_name": file, "line_number": line}


@pytest.fixture
def accounted(lakehouse, tmp_path):
    """The accounts of files by the lines landed, kept and quarantined, and the counts superseded, of each."""

    def build(landed, kept, quarantined, superseded):
        def lines(numbers):
            return [place(file, line) for file, found in numbers.items() for line in found]

        bad = [row | {"feed": "category", "rule": "r", "reason": "r"} for row in lines(quarantined)]
        good = [row | {"category_code": f"C{n}"} for n, row in enumerate(lines(kept))]
        lakehouse.write(BRONZE, literal(lakehouse.session, BRONZE, lines(landed)))
        lakehouse.write(SILVER, literal(lakehouse.session, SILVER, good))
        lakehouse.write(OPS_QUARANTINE, literal(lakehouse.session, OPS_QUARANTINE, bad))
        files = [LandedFile("category", file, tmp_path, 7, f"hash of {file}", date(2025, 9, 1)) for file in landed]
        counts = pd.DataFrame({"file_name": list(superseded), "rows_superseded": list(superseded.values())})
        nothing = pd.DataFrame(columns=list(OPS_FILES.column_names))
        return account(lakehouse, SOURCE, plan(files, ()), nothing, {"category": counts}, READ_AT)

    return build


def test_every_file_has_its_counts_and_its_fate(accounted, lakehouse):
    accounts = accounted(
        landed={"a.csv": range(2, 8), "b.csv": [2, 3], "c.csv": [], "d.csv": [2]},
        kept={"a.csv": [2, 3, 4]},
        quarantined={"a.csv": [5], "b.csv": [2, 3]},
        superseded={"a.csv": 2, "d.csv": 1},
    )
    names = ["file_name", "rows_landed", "rows_kept", "rows_quarantined", "rows_superseded", "state"]
    assert accounts[names].to_numpy().tolist() == [
        ["a.csv", 6, 3, 1, 2, "loaded"],
        ["b.csv", 2, 0, 2, 0, "quarantined"],
        ["c.csv", 0, 0, 0, 0, "empty"],
        ["d.csv", 1, 0, 0, 1, "superseded"],
    ]
    assert lakehouse.write(OPS_FILES, lakehouse.frame(OPS_FILES, accounts)) == 4


def test_a_row_that_is_not_accounted_for_stops_the_run(accounted, lakehouse):
    accounts = accounted({"a.csv": [2, 3]}, {"a.csv": [2]}, {}, {})
    with pytest.raises(QualityError) as refused:
        lakehouse.write(OPS_FILES, lakehouse.frame(OPS_FILES, accounts))
    assert str(refused.value) == "ops.ops_files, row: 1 rows break rule 'accounted_for', such as file_name a.csv."
