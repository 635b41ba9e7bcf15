"""An explanation for any part of the business, from the fact in Gold, without an engine."""

from datetime import date

import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from etl.schemas.results import GLD_REVENUE_BRIDGE
from reports.question import Question
from reports.snapshot import Snapshot
from reports.sold import DIVISIONS, Sold

# enough to tell an effect from noise in a fraction of a second; what is published has ten times as many
REPLICATES = 200


def explanation(sold: Sold, question: Question) -> pd.DataFrame:
    """The bridge that answers, as rows of ``gld_revenue_bridge``: as published, or else computed now.

    Raises ``InputError`` where a period holds no order of the selection.
    """
    found = published(sold.snapshot, question)
    return found if len(found) else computed(sold, question)


def published(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    """The rows in Gold; none where the question was not explained there, or asks for a part of the business."""
    sql = f"""
        select * from {GLD_REVENUE_BRIDGE.name}
        where baseline_first = $1 and baseline_last = $2 and period_first = $3 and period_last = $4
            and measure = $5 and $6
        order by position, {", ".join(DIVISIONS)}
    """  # noqa: S608 - names of contracts
    parameters = [*_days(question), question.measure, not question.where]
    return snapshot.query(sql, [GLD_REVENUE_BRIDGE], parameters)


def computed(sold: Sold, question: Question) -> pd.DataFrame:
    """The rows as ``decompose`` gives them; amounts equal the published ones, intervals rest on fewer replicates."""
    from models.attribution import MEASURES, decompose  # half a second of imports, which most pages never need
    from models.attribution.rows import bridge_rows

    cells, last = sold.inside(question.where), max(_days(question))
    lines = sold.lines(question.baseline, question.period)
    lines = lines[lines["cell"].isin(cells.index)]
    daily, events = sold.daily(cells, last), sold.events(cells, last)
    with threadpool_limits(1, "blas"):  # matrices so small that threads would mostly wait for each other
        bridge = decompose(
            lines[["period", "cluster", "cell", *MEASURES[question.measure].columns]],
            _orders(lines),
            daily,
            events,
            baseline=(question.baseline.first, question.baseline.last),
            period=(question.period.first, question.period.last),
            measure=question.measure,
            dimensions=("cell",),
            replicates=REPLICATES,
        )
    rows = bridge_rows(bridge).astype({"amount": float}).assign(run_id=None)
    return rows.join(cells.drop(columns="lines"), on="cell").drop(columns="cell")


def _orders(lines: pd.DataFrame) -> pd.DataFrame:
    """Orders with a line sold, by period and cluster."""
    keys = ["period", "cluster", "customer_known"]
    orders = lines.loc[lines["lines"] > 0, [*keys, "transaction"]].drop_duplicates()
    return orders.groupby(keys).size().rename("orders").reset_index()


def _days(question: Question) -> list[date]:
    return [question.baseline.first, question.baseline.last, question.period.first, question.period.last]
