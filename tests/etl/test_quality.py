from dataclasses import replace

import pandas as pd
import pytest

from etl import quality
from etl.errors import InputError, QualityError
from etl.quality import hold_expectations
from etl.schemas.daily import GLD_DAILY_CELLS
from etl.schemas.expectations import EXPECTATIONS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_QUALITY, OPS_SOURCE
from etl.source import SHIPPED, Threshold, load_source
from etl.tables import TABLES
from tests.etl.refining import ATOZ_LINES, refine, write_landing

ATOZ = load_source("atoz")
BAD = [line.replace("INR", "XYZ") for line in ATOZ_LINES["order_items"][:1]]


def with_thresholds(**thresholds):
    order_items = ATOZ.tables["order_items"].model_copy(update={"thresholds": thresholds})
    return ATOZ.model_copy(update={"tables": ATOZ.tables | {"order_items": order_items}})


def outcomes(lakehouse, kind):
    rows = lakehouse.read(OPS_QUALITY).where(f"kind = '{kind}'").collect()
    return {(row["table_name"], row["name"]): (row["value"], row["outcome"]) for row in rows}


def test_every_expectation_is_about_a_declared_table_and_has_a_bound():
    assert {each.table for each in EXPECTATIONS} <= set(TABLES)
    assert all(each.warn is not None or each.stop is not None for each in EXPECTATIONS)
    assert len({(each.table, each.name) for each in EXPECTATIONS}) == len(EXPECTATIONS)


@pytest.mark.parametrize(
    ("value", "outcome"),
    [(None, "unknown"), (0.0, "holds"), (1.0, "holds"), (1.1, "warns"), (2.0, "warns"), (2.1, "stops")],
)
def test_an_outcome_follows_from_the_bounds(value, outcome):
    assert quality._outcome(replace(EXPECTATIONS[0], warn=1.0, stop=2.0), value) == outcome


@pytest.mark.parametrize(
    ("rule", "share"), [("any", 0.5), ("a", 0.5), ("b", 0.1), ("c", 0.0)],
)  # fmt: skip
def test_the_worst_of_all_lines_and_the_newest_arrivals_counts(rule, share):
    arrived = pd.to_datetime(["2025-09-01", "2025-09-02"])
    files = pd.DataFrame({"file_name": ["old", "new"], "rows_landed": [8, 2], "arrival_date": arrived})
    kept_out = pd.DataFrame({"file_name": ["new", "old"], "rule": ["a", "b"], "lines": [1, 1]})
    assert quality._worst_share(files, kept_out, rule) == share
    assert quality._worst_share(files.iloc[:0], kept_out, rule) is None
    undated = files.assign(arrival_date=pd.NaT)
    assert quality._worst_share(undated, kept_out, "any") == 0.2


@pytest.mark.embedded
def test_a_threshold_stops_the_run_before_anything_of_it_is_published_and_says_what_to_do(lakehouse, tmp_path):
    landing = write_landing(tmp_path / "landing", order_items=[*ATOZ_LINES["order_items"], *BAD])
    stopping = with_thresholds(currency_known=Threshold(stop=0.2), any=Threshold(warn=0.2, stop=0.5))
    with pytest.raises(QualityError) as stopped:
        refine(lakehouse, stopping, landing)
    assert stopped.value.exit_code == 4
    assert "slv_order_items, currency_known: share of lines that rule currency_known keeps out" in str(stopped.value)
    assert "is 0.25, and above 0.2 the run stops" in str(stopped.value)
    assert not lakehouse.exists(GLD_FACT_ORDER_ITEMS)
    assert not lakehouse.exists(OPS_SOURCE)
    assert outcomes(lakehouse, "rule") == {
        ("slv_order_items", "currency_known"): (0.25, "stops"), ("slv_order_items", "any"): (0.25, "warns"),
    }  # fmt: skip
    # mended: the same warehouse goes on
    assert refine(lakehouse, with_thresholds(any=Threshold(warn=0.2)), landing) == 3
    assert outcomes(lakehouse, "rule") == {("slv_order_items", "any"): (0.25, "warns")}


@pytest.mark.embedded
def test_expectations_hold_on_sound_tables_and_stop_where_amounts_do_not_add_up(lakehouse, tmp_path):
    refine(lakehouse, ATOZ, write_landing(tmp_path / "landing"))
    found = outcomes(lakehouse, "expectation")
    assert len(found) == len(EXPECTATIONS)
    unknown = {name for (_, name), (_, outcome) in found.items() if outcome == "unknown"}
    assert unknown == {"volume_usual"}  # two days are no history
    assert {outcome for _, outcome in found.values()} == {"holds", "unknown"}
    cells = lakehouse.read(GLD_DAILY_CELLS)
    lakehouse.write(GLD_DAILY_CELLS, cells.limit(1))
    with pytest.raises(QualityError) as stopped:
        hold_expectations(lakehouse, frozenset())
    first, *problems = str(stopped.value).splitlines()
    assert first == "2 problems:"
    assert "gld_daily_cells, lines_add_up: difference in order lines to the fact" in problems[0]
    assert "gld_daily_cells, revenue_adds_up: difference of net_revenue to the fact" in problems[1]


def test_a_threshold_of_a_rule_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "atoz.yaml"
    shipped = (SHIPPED / "atoz.yaml").read_text(encoding="utf-8")
    path.write_text(shipped.replace("any: {warn: 0.05}", "currency_unknown: {stop: 0.1}"), encoding="utf-8")
    with pytest.raises(InputError, match=r"tables\.order_items: thresholds: there is no rule 'currency_unknown'"):
        load_source(str(path))
