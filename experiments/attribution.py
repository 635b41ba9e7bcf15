"""Explain a movement from Gold: its bridge and its causes, tracked in MLflow and published."""

import json
from dataclasses import dataclass
from datetime import date

import mlflow
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.daily import cluster, sold_lines, summed
from etl.daily import orders as first_lines
from etl.errors import InputError
from etl.lakehouse import Lakehouse
from etl.own_dimensions import carrying, stored_dimensions
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_ORDERS, SALES
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_SOURCE
from etl.schemas.results import GLD_REVENUE_BRIDGE, GLD_SEGMENTS
from experiments.asked import require_measure
from experiments.gold_lines import places
from experiments.lineage import EXPLAIN
from experiments.pending_returns import with_pending_returns
from experiments.records import recorded
from experiments.running.beside import beside
from experiments.segments import find_segments, segment_rows
from experiments.tracking import connected, log_tables, open_run
from models.attribution import Bridge, decompose
from models.attribution.data_line import with_data
from models.attribution.diagnosis import Diagnosis
from models.attribution.explanation import records, segments_table, verdicts_table
from models.attribution.lines import MOST_DIMENSIONS
from models.attribution.lines_bridge import bridge_of
from models.attribution.rows import bridge_rows
from reports.question import LEGACY, Question
from reports.sold import DIVISIONS, EVENT_SHARE

AMOUNTS = tuple(column.name for column in SALES if column.name != "lines")


@dataclass(frozen=True)
class Answer:
    """The bridge, the causes, the unit of amounts, the MLflow run, rows published."""

    bridge: Bridge
    diagnosis: Diagnosis
    unit: str
    run_id: str
    rows: int

    def to_dict(self) -> dict[str, object]:
        """The JSON document of ``assay explain``."""
        document = self.bridge.to_dict()
        document["segments"] = records(segments_table(self.diagnosis.findings))
        document["verdicts"] = records(verdicts_table(self.diagnosis.verdicts(self.bridge)))
        document["method"] |= self.diagnosis.found.method
        document["method"]["notes"] += self.diagnosis.notes
        place = list(document).index("total")
        items = list(document.items())
        return dict([*items[:place], ("currency", self.unit), *items[place:]])


def explain(lakehouse: Lakehouse, question: Question, *, tags: dict[str, str], seed: int = 0) -> Answer:
    """Decompose the movement and publish it.

    Raises ``UsageError`` for a measure the source lacks and ``InputError`` for a period without data.
    """
    source = lakehouse.pandas(OPS_SOURCE).iloc[0]
    require_measure(question.measure, str(source["name"]), legacy=bool(source["has_legacy_measure"]))
    _require_days(question, source["first_day"].date(), source["last_day"].date())
    unit = _unit(question.measure, str(source["reporting_currency"]))
    with (
        connected(lakehouse.warehouse),
        open_run(lakehouse.warehouse, "explain", tags) as run,
        recorded(lakehouse, "explain", {**question.asked, "seed": seed}),
    ):
        log_tables(run, [(table, lakehouse.version(table), lakehouse.path(table)) for table in EXPLAIN.reads])
        events = _events(lakehouse, max(question.baseline.last, question.period.last))
        diagnosis, complete = _diagnosed(lakehouse, question, events, seed)
        bridge = with_pending_returns(lakehouse, question, complete, source["last_day"].date())
        told = {"unit": unit, "as_of": source["last_day"], "run_id": run.info.run_id}
        rows = _publish(lakehouse, question, _rows(question, bridge).assign(**told))
        causes = segment_rows(diagnosis, bridge).assign(**_compared(question), **told)
        rows += _publish_segments(lakehouse, question, causes)
        answer = Answer(bridge, diagnosis, unit, run.info.run_id, rows)
        _track(question, answer, seed)
    return answer


def published_bridge(lakehouse: Lakehouse, question: Question) -> pd.DataFrame:
    """The total rows of a bridge in ``gld_revenue_bridge``, in order; empty where it was not explained yet."""
    if not lakehouse.exists(GLD_REVENUE_BRIDGE):
        return pd.DataFrame(columns=list(GLD_REVENUE_BRIDGE.column_names))
    rows = lakehouse.pandas(GLD_REVENUE_BRIDGE, where=f"{_slice(question)} and scope = 'total'")
    return rows.sort_values("position", ignore_index=True)


def published_segments(lakehouse: Lakehouse, question: Question) -> pd.DataFrame:
    """The verdicts of a comparison in ``gld_segments``, in order; empty where it was not explained yet."""
    if not lakehouse.exists(GLD_SEGMENTS):
        return pd.DataFrame(columns=list(GLD_SEGMENTS.column_names))
    return lakehouse.pandas(GLD_SEGMENTS, where=_slice(question)).sort_values("position", ignore_index=True)


def _require_days(question: Question, first: date, last: date) -> None:
    outside = [p for p in (question.baseline, question.period) if p.last < first or p.first > last]
    if outside:
        names = " and ".join(str(period) for period in outside)
        raise InputError(f"There are no data for {names}: the warehouse holds {first} to {last}.")


def _unit(measure: str, currency: str) -> str:
    return {"orders": "orders", "units": "units", LEGACY: "INR"}.get(measure, currency)


def _diagnosed(lakehouse: Lakehouse, question: Question, events: pd.DataFrame, seed: int) -> tuple[Diagnosis, Bridge]:
    """The causes, and the bridge: summed by the engine while causes are looked for, of use unless some are faults."""
    with beside(lambda: _decomposed(lakehouse, question, events, seed)) as exact:
        diagnosis = find_segments(lakehouse, question, events)
        bridge = _without_faults(lakehouse, question, events, diagnosis, seed) if diagnosis.faults else exact.result()
    return diagnosis, bridge


def _without_faults(
    lakehouse: Lakehouse, question: Question, events: pd.DataFrame, diagnosis: Diagnosis, seed: int
) -> Bridge:
    """The bridge of the lines without suspected faults, and a line for those."""
    daily = _daily(lakehouse, max(question.baseline.last, question.period.last))
    grain = places(question.measure, stored_dimensions(lakehouse))[:MOST_DIMENSIONS]
    clean = bridge_of(diagnosis.cleaned.lines, events, seed, measure=question.measure, grain=grain, earlier=daily)
    return with_data(clean, diagnosis.lines, diagnosis.faults)


def _decomposed(lakehouse: Lakehouse, question: Question, events: pd.DataFrame, seed: int) -> Bridge:
    fact, dimensions = lakehouse.read(GLD_FACT_ORDER_ITEMS), (*DIVISIONS, *stored_dimensions(lakehouse))
    last = max(question.baseline.last, question.period.last)
    return decompose(
        _sales(fact, question, dimensions),
        _orders(fact, question),
        _daily(lakehouse, last),
        events,
        baseline=(question.baseline.first, question.baseline.last),
        period=(question.period.first, question.period.last),
        measure=question.measure,
        dimensions=dimensions,
        seed=seed,
    )


def _labelled(rows: DataFrame, day: str, question: Question) -> DataFrame:
    """Rows of the two periods, labelled, with the customer, or the order itself where no customer is known."""
    inside = {"baseline": question.baseline, "period": question.period}
    label = F.coalesce(*(F.when(F.col(day).between(p.first, p.last), F.lit(name)) for name, p in inside.items()))
    who, known = cluster()
    return rows.select("*", label.alias("period"), who, known.alias("customer_known")).where("period is not null")


def _sales(fact: DataFrame, question: Question, dimensions: tuple[str, ...]) -> pd.DataFrame:
    keys = ["period", "cluster", "customer_known", *dimensions]
    sums = summed(sold_lines(_labelled(fact, "transaction_date", question)), keys)
    return _ordered(sums.select(*keys, "lines", *(F.col(name).cast("double") for name in AMOUNTS)), keys)


def _orders(fact: DataFrame, question: Question) -> pd.DataFrame:
    labelled = _labelled(first_lines(fact), "date", question)
    grouped = labelled.groupBy("period", "cluster", "customer_known").agg(F.count(F.lit(1)).alias("orders"))
    return _ordered(grouped, ["period", "cluster"])


def _ordered(rows: DataFrame, keys: list[str]) -> pd.DataFrame:
    """Collected in an order of its own: the bootstrap must not depend on the engine's."""
    collected: pd.DataFrame = rows.toPandas()
    return collected.sort_values(keys, ignore_index=True)


def _daily(lakehouse: Lakehouse, last: date) -> pd.DataFrame:
    rows = lakehouse.pandas(GLD_DAILY_ORDERS, ["date", "orders"], f"date <= date'{last}'")
    return rows.groupby("date", as_index=False).agg({"orders": "sum"})


def _events(lakehouse: Lakehouse, last: date) -> pd.DataFrame:
    """Festivals of the countries with a share of the orders that can be seen in the total."""
    orders = lakehouse.pandas(GLD_DAILY_ORDERS, ["country", "orders"]).groupby("country")["orders"].sum()
    seen = orders.index[orders >= EVENT_SHARE * orders.sum()]
    where = f"is_festival and date <= date'{last}'"
    calendar = lakehouse.pandas(GLD_CALENDAR, ["date", "country", "festival"], where)
    named = calendar[calendar["country"].isin(seen)]
    events = named.assign(event=named["festival"].str.split(" + ", regex=False)).explode("event")
    return events[["date", "event"]].drop_duplicates().sort_values(["date", "event"], ignore_index=True)


def _track(question: Question, answer: Answer, seed: int) -> None:
    mlflow.log_params(
        {
            "measure": question.measure,
            "baseline": str(question.baseline),
            "period": str(question.period),
            "seed": seed,
        }
    )
    bridge = answer.bridge
    totals = {"change": bridge.change, "volume": bridge.volume.amount, "aov": bridge.aov.amount}
    drivers = dict(zip(bridge.drivers["driver"], bridge.drivers["amount"], strict=True))
    mlflow.log_metrics({name: float(amount) for name, amount in {**totals, **drivers}.items()})
    mlflow.log_text(json.dumps(answer.to_dict(), indent=2), "bridge.json")


def _compared(question: Question) -> dict[str, str | date]:
    """The columns that tell one comparison from another in ``gld_revenue_bridge``."""
    return {
        "measure": question.measure,
        "baseline_first": question.baseline.first,
        "baseline_last": question.baseline.last,
        "period_first": question.period.first,
        "period_last": question.period.last,
    }


def _rows(question: Question, bridge: Bridge) -> pd.DataFrame:
    return bridge_rows(bridge).assign(**_compared(question))


def _publish(lakehouse: Lakehouse, question: Question, rows: pd.DataFrame) -> int:
    table = carrying(GLD_REVENUE_BRIDGE, stored_dimensions(lakehouse))
    return lakehouse.write(table, lakehouse.frame(table, rows), replace_where=_slice(question))


def _publish_segments(lakehouse: Lakehouse, question: Question, rows: pd.DataFrame) -> int:
    return lakehouse.write(GLD_SEGMENTS, lakehouse.frame(GLD_SEGMENTS, rows), replace_where=_slice(question))


def _slice(question: Question) -> str:
    return " and ".join(_equals(name, value) for name, value in _compared(question).items())


def _equals(name: str, value: str | date) -> str:
    return f"{name} = date'{value}'" if isinstance(value, date) else f"{name} = '{value}'"
