import pandas as pd
import pytest

from experiments.findings.claims import published_claims, since
from models.attribution.findings.claims import TESTS

FIRST, SECOND, THIRD = pd.to_datetime(["2025-10-01", "2025-10-02", "2025-10-03"])


def row_of(result, as_of):
    return pd.DataFrame({"claim_id": ["a"], "result": [result], "as_of": [as_of]})


def test_the_published_claims_of_atoz_are_declared_with_known_tests():
    claims = published_claims("atoz")
    assert len({claim["id"] for claim in claims}) == len(claims) == 5
    assert {claim["test"] for claim in claims} <= set(TESTS)
    assert published_claims("online_retail") == []


@pytest.mark.parametrize(
    ("results", "holds_since", "broke_on", "news"),
    [
        (["holds"], FIRST, None, False),
        (["broken"], None, None, False),
        (["holds", "holds"], FIRST, None, False),
        (["holds", "broken"], None, SECOND, True),
        (["holds", "broken", "broken"], None, SECOND, False),
        (["holds", "broken", "holds"], THIRD, SECOND, True),
        (["holds", "unknown"], None, None, True),
    ],
)
def test_since_when_a_claim_holds_when_it_broke_and_whether_that_is_news(results, holds_since, broke_on, news):
    kept = pd.DataFrame()
    for result, day in zip(results, (FIRST, SECOND, THIRD), strict=False):
        kept = since(row_of(result, day), kept)
        kept = kept.assign(**{name: pd.to_datetime(kept[name]) for name in ("holds_since", "broke_on")})
    (row,) = kept.to_dict("records")
    assert [None if pd.isna(row[name]) else row[name] for name in ("holds_since", "broke_on")] == [
        holds_since,
        broke_on,
    ]
    assert row["is_news"] == news
