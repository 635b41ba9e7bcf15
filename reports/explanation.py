"""An explanation for any part of the business, from the fact in Gold, without an engine."""

# ruff: noqa: S608 - statements are made of the names of contracts and of dimensions; values are parameters

from datetime import date

import pandas as pd

from etl.schemas.daily import CATEGORY, DIMENSIONS, GLD_CALENDAR, GLD_DAILY_CELLS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_SOURCE
from etl.schemas.results import GLD_REVENUE_BRIDGE
from models.attribution import MEASURES, decompose
from models.attribution.rows import bridge_rows
from reports.question import Question
from reports.snapshot import Snapshot

CELL = tuple(column.name for column in (*DIMENSIONS, CATEGORY))
# enough to tell an effect from noise in a fraction of a second; what is published has ten times as many
REPLICATES = 200
# a festival kept by a few customers only cannot be told from noise in the total
EVENT_SHARE = 0.05
AMOUNTS = (
    "list_amount",
    "discounted_amount",
    "converted_amount",
    "net_revenue",
    "taxed_amount",
    "net_amount_inr",
)
LABEL = "case when date between $1 and $2 then 'baseline' else 'period' end as period"
INSIDE = "(date between $1 and $2 or date between $3 and $4)"


def explanation(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    """The bridge that answers, as rows of ``gld_revenue_bridge``: as published, or else computed now.

    Raises ``InputError`` where a period holds no order of the selection.
    """
    found = published(snapshot, question)
    return found if len(found) else computed(snapshot, question)


def dimensions_of(snapshot: Snapshot) -> tuple[str, ...]:
    """The dimensions that divide sales: those of every source, then the source's own."""
    own = snapshot.rows(OPS_SOURCE, ["dimensions"])["dimensions"].dropna()
    return (*CELL, *(name for names in own for name in names.split()))


def values_of(snapshot: Snapshot) -> dict[str, list[str]]:
    """Every value of every dimension, by the name of the dimension, the largest revenue first."""
    return {name: _values_of(snapshot, name) for name in dimensions_of(snapshot)}


def _values_of(snapshot: Snapshot, name: str) -> list[str]:
    sql = f"select {name} as value from {GLD_DAILY_CELLS.name} group by 1 order by sum(net_revenue) desc, 1"
    return [str(value) for value in snapshot.query(sql, [GLD_DAILY_CELLS])["value"]]


def published(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    """The rows in Gold; none where the question was not explained there, or asks for a part of the business."""
    sql = f"""
        select * from {GLD_REVENUE_BRIDGE.name}
        where baseline_first = $1 and baseline_last = $2 and period_first = $3 and period_last = $4
            and measure = $5 and $6
        order by position, {", ".join(CELL)}
    """
    parameters = [*_days(question), question.measure, not question.where]
    return snapshot.query(sql, [GLD_REVENUE_BRIDGE], parameters)


def computed(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    """The rows as ``decompose`` gives them; amounts equal the published ones, intervals rest on fewer replicates."""
    dimensions = dimensions_of(snapshot)
    snapshot.derive("sold", _sold(dimensions), [GLD_FACT_ORDER_ITEMS])
    bridge = decompose(
        _sales(snapshot, question, dimensions),
        _orders(snapshot, question),
        _daily(snapshot, question),
        _events(snapshot, question),
        baseline=(question.baseline.first, question.baseline.last),
        period=(question.period.first, question.period.last),
        measure=question.measure,
        dimensions=dimensions,
        replicates=REPLICATES,
    )
    return bridge_rows(bridge).astype({"amount": float}).assign(run_id=None)


def _sold(dimensions: tuple[str, ...]) -> str:
    """Every line with what is asked of it; its amounts stay decimals, whose sums do not depend on threads."""
    return f"""
        select transaction_date as date, transaction_id, {", ".join(dimensions)},
            coalesce(customer_id, 'order:' || transaction_id) as cluster, customer_id is not null as customer_known,
            if(is_return_line, 0, 1) as lines, if(is_return_line, 0, quantity) as quantity,
            {", ".join(AMOUNTS)}
        from {GLD_FACT_ORDER_ITEMS.name}
    """


def _sales(snapshot: Snapshot, question: Question, dimensions: tuple[str, ...]) -> pd.DataFrame:
    columns = MEASURES[question.measure].columns
    sums = ", ".join(f"sum({name})::double as {name}" for name in columns) or "0 as nothing"
    keys = ", ".join(("cluster", *dimensions))
    sql = f"select {LABEL}, {keys}, {sums} from sold where {INSIDE}{_where(question)} group by all order by all"
    return snapshot.query(sql, [], [*_days(question), *_values(question)])


def _orders(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    sql = f"""
        select {LABEL}, cluster, customer_known, count(distinct transaction_id) as orders
        from sold where {INSIDE} and lines = 1{_where(question)} group by all order by all
    """
    return snapshot.query(sql, [], [*_days(question), *_values(question)])


def _daily(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    sql = f"""
        select date, count(distinct transaction_id) as orders
        from sold where date <= $1 and lines = 1{_where(question, first=2)} group by all order by all
    """
    return snapshot.query(sql, [], [max(_days(question)), *_values(question)])


def _events(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    """Festivals of the countries with a share of the selection that can be seen in its total."""
    sql = f"""
        with counted as (
            select country, count(*) as lines from sold where lines = 1{_where(question, first=3)} group by 1
        ),
        seen as (select country from counted where lines >= $1 * (select sum(lines) from counted))
        select distinct date, unnest(string_split(festival, ' + ')) as event
        from {GLD_CALENDAR.name} where is_festival and date <= $2 and country in (select country from seen)
        order by all
    """
    return snapshot.query(sql, [GLD_CALENDAR], [EVENT_SHARE, max(_days(question)), *_values(question)])


def _where(question: Question, first: int = 5) -> str:
    """The selection as a condition; its values are parameters from number ``first`` on."""
    return "".join(f" and {name} = ${number}" for number, (name, _) in enumerate(question.where, first))


def _values(question: Question) -> list[str]:
    return [value for _, value in question.where]


def _days(question: Question) -> list[date]:
    return [question.baseline.first, question.baseline.last, question.period.first, question.period.last]
