"""The causes of a movement, looked for in Gold's order lines, and their rows in ``gld_segments``."""

import json
from dataclasses import replace
from datetime import timedelta

import pandas as pd

from etl.lakehouse import Lakehouse
from etl.own_dimensions import stored_dimensions
from etl.schemas.daily import GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_FILES, OPS_QUALITY
from experiments.gold_lines import gold_lines, places
from models.attribution import Bridge
from models.attribution.calendar_days import read_calendar
from models.attribution.diagnosis import Diagnosis, diagnose
from models.attribution.explanation import segments_table, verdicts_table
from models.attribution.faults.ledger import Records, read_records
from models.attribution.lines import MOST_DIMENSIONS, read_lines
from models.attribution.periods import Comparison
from reports.question import Question

ORDERS = "order_items"  # the feed whose files hold the orders
HISTORY_DAYS = 240  # before the earlier period: what is normal now, without last year's festivals


def find_segments(lakehouse: Lakehouse, question: Question, events: pd.DataFrame) -> Diagnosis:
    """What is behind the movement; ``events``: ``date`` and ``event``."""
    dimensions = places(question.measure, stored_dimensions(lakehouse))
    comparison = Comparison(question.baseline, question.period)
    first = comparison.first - timedelta(days=HISTORY_DAYS)
    fact = lakehouse.read(GLD_FACT_ORDER_ITEMS)
    lines = gold_lines(fact, first, comparison.last, question.measure, dimensions)
    diagnosis = diagnose(read_lines(lines, None, comparison, dimensions[:MOST_DIMENSIONS]), read_calendar(events))
    return replace(diagnosis, records=_records(lakehouse, comparison))


def _records(lakehouse: Lakehouse, comparison: Comparison) -> Records:
    """What the ledger of files and the last run's quality results say of the days compared."""
    files = lakehouse.pandas(OPS_FILES, ["file_name", "arrival_date", "state", "rows_landed"], f"feed = '{ORDERS}'")
    daily = lakehouse.pandas(GLD_DAILY_ORDERS, ["date", "orders"]).groupby("date", as_index=False).sum()
    return read_records(files, lakehouse.pandas(OPS_QUALITY), daily, comparison)


def segment_rows(diagnosis: Diagnosis, bridge: Bridge) -> pd.DataFrame:
    """One row for each verdict, in order of reading, with the amount of its cause."""
    told = diagnosis.verdicts(bridge)
    verdicts = verdicts_table(told)
    caused = {place: verdict.cause for place, verdict in enumerate(told) if verdict.cause is not None}
    causes = segments_table(caused.values()).set_index(pd.Index(list(caused), dtype="int64"))
    amounts = causes[["driver", "amount", "low", "high", "q_value"]]
    days = pd.DataFrame([dates or (None, None) for dates in verdicts["dates"]], columns=["first_day", "last_day"])
    rows = verdicts[["code", "evidence"]].join([amounts, days.apply(pd.to_datetime)])
    places = [json.dumps(where, ensure_ascii=False, sort_keys=True) for where in verdicts["where"]]
    return rows.assign(place=places, position=range(len(rows)))
