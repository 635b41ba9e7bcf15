"""The JSON documents of the API."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd

from etl.schemas.results import GLD_CLAIMS, GLD_FORECAST, QUANTILES
from reports import segments
from reports.bridge import Bridge, Driver
from reports.data import Source
from reports.explanation import REPLICATES, published
from reports.reading import Reading
from reports.snapshot import Snapshot
from reports.status.status import read_status
from reports.summaries import contributions, divisions, tells_apart

Document = dict[str, Any]
CLAIM_COLUMNS = [
    "claim_id", "text", "measure", "periods", "result", "estimate", "low", "high", "unit", "evidence", "holds_since",
    "broke_on", "is_news", "as_of",
]  # fmt: skip
FORECAST_COLUMNS = [
    "as_of", "measure", "series", "date", "mean", *(column.name for column in QUANTILES), "model",
]  # fmt: skip


def explain_document(reading: Reading) -> Document:
    """The document of ``assay explain``, with the part of the business it is about."""
    bridge, found = reading.bridge, segments.segments_of(reading.snapshot, reading.question)
    return {
        **_question(reading),
        "currency": reading.data.unit.name,
        **(_bridge(bridge) if bridge else {}),
        "segments": [segments.document(each) for each in found if each.amount is not None],
        "verdicts": [segments.verdict(each) for each in found],
        "method": _method(reading),
    }


def segments_document(reading: Reading) -> Document:
    """What each value of each dimension added to the change: contributions, not causes."""
    data = reading.data
    divided = [name for name in divisions(data) if len(data.cells) and tells_apart(data.cells, name)]
    rows = [
        {"dimension": dimension, "value": name, "amount": amount, "volume": volume, "aov": aov}
        for dimension in divided
        for name, volume, aov, amount in contributions(data, dimension).to_numpy()
    ]
    return {**_question(reading), "currency": data.unit.name, "segments": rows}


BY_QUESTION: dict[str, Callable[[Reading], Document]] = {
    "api/explain": explain_document,
    "api/segments": segments_document,
}


def forecast_document(snapshot: Snapshot, measure: str, series: str) -> Document:
    """The newest forecast of one series, by day, with its quantiles."""
    where = f"as_of = (select max(as_of) from {GLD_FORECAST.name}) and measure = $1 and series = $2"  # noqa: S608
    sql = f"select {', '.join(FORECAST_COLUMNS)} from {GLD_FORECAST.name} where {where} order by date"  # noqa: S608
    return {
        "measure": measure,
        "series": series,
        "days": records(snapshot.query(sql, [GLD_FORECAST], [measure, series])),
    }


def claims_document(snapshot: Snapshot) -> Document:
    """Every published claim, with its verdict and evidence."""
    return {"claims": records(snapshot.rows(GLD_CLAIMS, CLAIM_COLUMNS))}


def records(rows: pd.DataFrame) -> list[Document]:
    """Rows as JSON knows them: days as ISO text, what is missing as null."""
    known = rows.astype(object)
    for name in rows.select_dtypes("datetime"):
        known[name] = rows[name].dt.strftime("%Y-%m-%d")
    found = known.mask(known.isna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in found]


def _question(reading: Reading) -> Document:
    question = reading.question
    return {
        "period": question.period.code,
        "baseline": question.baseline.code,
        "measure": question.measure,
        "where": dict(question.where),
    }


def _bridge(bridge: Bridge) -> Document:
    return {
        "total": {"baseline": bridge.baseline, "period": bridge.period, "change": round(bridge.change, 2)},
        "drivers": [{"driver": driver.name, **_entry(driver)} for driver in bridge.drivers],
        "calendar": _entry(bridge.calendar) if bridge.calendar else None,
        "volume": _entry(bridge.volume),
        "aov": _entry(bridge.aov),
    }


def _entry(driver: Driver) -> Document:
    return {"amount": driver.amount, "low": driver.low, "high": driver.high, "distinguishable": driver.stands}


def _method(reading: Reading) -> Document:
    was_published = len(published(reading.snapshot, reading.question)) > 0
    source = {"source": "gold.gld_revenue_bridge"} if was_published else {"replicates": REPLICATES}
    return {"decomposition": "LMDI-I two-stage", **source}


def status_document(snapshot: Snapshot, source: Source, now: datetime) -> Document:
    """Whose data, up to which day, the versions that are served; how fresh they are, what runs and what fails."""
    return {
        **read_status(snapshot.warehouse, now).to_dict(),
        "source": source.name,
        "currency": source.currency,
        "first_business_day": source.days.first.isoformat(),
        "newest_business_day": source.days.last.isoformat(),
        "versions": dict(sorted(snapshot.versions.items())),
    }
