"""Sentences on whole warehouses, of the real invoices and of a simulated AtoZ, held against pandas over Gold."""

import shutil
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from deltalake import DeltaTable

from etl.engine import Engine, open_session
from etl.lakehouse import Lakehouse
from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_FILES
from etl.source import load_source
from reports.gold import days_sold
from reports.pages import pages
from reports.question import Question, newest_comparison
from reports.reading import read
from reports.snapshot import newest
from tests.etl.refining import refine, simulated
from tests.reports.test_sentences import sentences_of, states

pytestmark = [pytest.mark.slow, pytest.mark.embedded]


def real_landing(request, folder):
    """Two whole months of the real invoices, and days on both sides."""
    found = request.getfixturevalue("online_retail")
    for days in ("2011-09-30", "2011-10", "2011-11", "2011-12"):
        for file in found.glob(f"{days}*.csv"):
            shutil.copy(file, folder)
    return folder


def simulated_landing(_, folder):
    return simulated(folder, start=date(2025, 8, 28)).landing


@pytest.fixture(
    scope="module", params=[("online_retail", real_landing), ("atoz", simulated_landing)], ids=lambda p: p[0]
)
def world(request, tmp_path_factory):
    source, landing_of = request.param
    landing, warehouse = landing_of(request, tmp_path_factory.mktemp("landing")), tmp_path_factory.mktemp(source)
    with open_session(Engine()) as session:
        refine(Lakehouse(session, warehouse), load_source(source), landing)
    snapshot = newest(warehouse)

    def rows(table):
        return DeltaTable(str(warehouse / table.layer / table.name)).to_pandas()

    fact = rows(GLD_FACT_ORDER_ITEMS)
    fact = fact.assign(net_revenue=fact["net_revenue"].astype(float), date=pd.to_datetime(fact["transaction_date"]))
    question = Question("net_revenue", *newest_comparison(days_sold(snapshot)))
    reading = read(snapshot, question)
    return SimpleNamespace(
        fact=fact, customers=rows(GLD_DIM_CUSTOMERS), files=rows(OPS_FILES), question=question,
        pages={page.name: page for page in pages(reading)},
    )  # fmt: skip


def within(fact, period):
    return fact[fact["date"].between(str(period.first), str(period.last))]


def is_stated(page, number):
    """Whether a sentence of the page states the number."""
    return any(
        value.number == pytest.approx(number, rel=1e-9, abs=0.006)
        for sentence in sentences_of(page)
        for value in sentence.values.values()
    )


def test_every_value_is_stated_as_it_is(world):
    told = [sentence for page in world.pages.values() for sentence in sentences_of(page)]
    assert len(told) > 40
    for sentence in told:
        for value in sentence.values.values():
            assert value.shown in sentence.text
            assert states(value), sentence.text


def test_the_answer_states_the_totals_of_the_fact_and_parts_that_add_up(world):
    before, after = (
        within(world.fact, period)["net_revenue"].sum() for period in (world.question.baseline, world.question.period)
    )
    answer = world.pages["index"]
    assert is_stated(answer, abs(after - before))
    assert is_stated(answer, after)
    assert is_stated(answer, abs(after / before - 1))


def test_customers_are_counted_and_ranked_as_in_the_fact(world):
    page, sold = world.pages["customers"], within(world.fact, world.question.period)
    known = sold[sold["customer_id"].notna()]
    assert is_stated(page, len(world.customers[world.customers["country"].notna()]))
    assert is_stated(page, known.groupby("country")["customer_id"].nunique().sum())
    spent = known.groupby("customer_id")["net_revenue"].sum().sort_values(ascending=False)
    assert is_stated(page, (spent.round(4) > 0).sum())  # doubles leave dust where a customer returned everything


def test_yesterday_is_the_last_day_of_the_fact(world):
    by_day = world.fact.groupby("date")["net_revenue"].sum()
    last = by_day.index.max()
    page = world.pages["yesterday"]
    assert is_stated(page, by_day[last])
    assert is_stated(page, by_day[last] / by_day[last - pd.Timedelta(days=7)] - 1)


def test_rows_are_counted_as_in_the_ledger(world):
    page = world.pages["data"]
    for name in ("rows_landed", "rows_kept", "rows_quarantined", "rows_superseded"):
        assert is_stated(page, world.files[name].sum())
    assert is_stated(page, len(world.files))


def test_what_is_not_there_is_said(world):
    text = " ".join(sentence.text for name in ("forecast", "recommendations") for sentence in world.pages[name].lead)
    assert "There is no forecast in Gold yet" in text
    assert "Gold holds no recommendation" in text
