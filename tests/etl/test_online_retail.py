"""The real data, all of it: Gold's revenue is what plain pandas makes of the same files and the same rules."""

from collections.abc import Iterator
from decimal import Decimal

import pandas as pd
import pytest

from etl.engine import Engine, open_session
from etl.lakehouse import Lakehouse
from etl.schemas.ops import OPS_FILES
from etl.source import load_source
from tests.etl.refining import refine

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def raw(online_retail) -> pd.DataFrame:
    """Every line as text, with the name of its file."""
    files = sorted(online_retail.glob("*.csv"))
    frames = [pd.read_csv(file, dtype=str, keep_default_na=False).assign(file=file.name) for file in files]
    return pd.concat(frames, ignore_index=True)


def hundredths_of_pence(raw: pd.DataFrame) -> pd.Series:
    """Quantity x unit price in whole units of GBP 0.0001, exact."""
    prices = {text: int(Decimal(text) * 10_000) for text in raw["UnitPrice"].unique()}
    return raw["Quantity"].astype(int) * raw["UnitPrice"].map(prices)


def products(raw: pd.DataFrame) -> pd.DataFrame:
    """The lines whose stock code starts with five digits, with month and amount; returns count negative."""
    chosen = raw[raw["StockCode"].str.strip().str.match(r"^\d{5}")]
    return chosen.assign(month=chosen["InvoiceDate"].str[:7], amount=hundredths_of_pence(chosen))


@pytest.fixture(scope="module")
def refined(online_retail, tmp_path_factory) -> Iterator[Lakehouse]:
    """The warehouse refined from all files."""
    with open_session(Engine()) as own:
        lakehouse = Lakehouse(own, tmp_path_factory.mktemp("retail") / "warehouse")
        refine(lakehouse, load_source("online_retail"), online_retail)
        yield lakehouse


def test_revenue_lines_and_orders_by_month_are_those_of_plain_pandas(refined, raw):
    months = refined.session.sql(
        "select date_format(transaction_date, 'yyyy-MM') as month, sum(net_revenue) as revenue, count(*) as lines, "
        "count(distinct case when not is_return_line then transaction_id end) as orders "
        "from gold.gld_fact_order_items group by 1 order by 1"
    ).collect()
    expected = products(raw)
    returned = expected["InvoiceNo"].str.startswith("C") | (expected["Quantity"].astype(int) < 0)
    orders = expected[~returned].groupby("month")["InvoiceNo"].nunique()
    assert [tuple(row) for row in months] == [
        (month, Decimal(int(lines["amount"].sum())) / 10_000, len(lines), orders[month])
        for month, lines in expected.groupby("month")
    ]


def test_every_file_and_line_is_accounted_for(refined, raw):
    files = refined.pandas(OPS_FILES).set_index("file_name")
    assert len(files) == 604
    assert files["rows_landed"].sum() == 1_044_847
    assert (files["rows_landed"] == raw.groupby("file").size().reindex(files.index)).all()
    assert (files["rows_landed"] == files["rows_kept"] + files["rows_quarantined"] + files["rows_superseded"]).all()


def test_lines_that_are_no_products_stay_in_silver_and_are_counted(refined, raw):
    silver = refined.session.sql("select is_product, count(*) as n from silver.slv_order_items group by 1").collect()
    counts = {row.is_product: row.n for row in silver}
    assert counts == {True: len(products(raw)), False: len(raw) - len(products(raw))}
