"""Refine a small landing zone, the tables that refining writes, and literal lines in between."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from etl.bronze import feed_table
from etl.contracts import Table
from etl.frames import arrow_table
from etl.lakehouse import Lakehouse
from etl.medallion import Medallion
from etl.silver import judge
from etl.simulator import Simulation, SimulationOptions, simulate
from etl.source import Source, load_source
from etl.work import find_work

READ_AT = datetime(2025, 11, 1, 4, 30)  # noqa: DTZ001 - Bronze takes UTC without saying so


def refine(
    lakehouse: Lakehouse,
    source: Source,
    landing: Path,
    read_at: datetime = READ_AT,
    progress: Callable[[str], None] = lambda _: None,
) -> int:
    """Take every landed file through to Gold and return the rows of the fact."""
    work = find_work(source, lakehouse.warehouse, landing, read_at.date())
    return Medallion(lakehouse, source, work, read_at, progress).run()


def simulated(out: Path, **options: object) -> Simulation:
    """A landing zone of the last sixty days to 2025-10-31 unless told otherwise."""
    window = {"start": date(2025, 9, 2), "end": date(2025, 10, 31), "scale": 0.002}
    return simulate(out, SimulationOptions(**(window | options)))


def bronze_lines(
    session: SparkSession,
    source: Source,
    feed: str,
    lines: list[str],
    file_name: str = "file.csv",
    arrival_date: date | None = None,
) -> DataFrame:
    """Bronze as ``lines`` (without a header, fields by the feed's delimiter, an empty one null) would land in it."""
    declared = source.feeds[feed]
    rows = [
        {
            **{name: text or None for name, text in zip(declared.columns, line.split(declared.delimiter), strict=True)},
            "file_name": file_name,
            "line_number": number,
            "ingest_timestamp": READ_AT,
            "arrival_date": arrival_date,
        }
        for number, line in enumerate(lines, start=2)
    ]
    return literal(session, feed_table(source, feed), rows)


def literal(session: SparkSession, table: Table, rows: list[dict[str, object]]) -> DataFrame:
    """``rows`` in the types of ``table``; a column that a row lacks is null."""
    schema = ", ".join(f"`{column.name}` {column.type}" for column in table.columns)
    named = [{column.name: row.get(column.name) for column in table.columns} for row in rows]
    return session.createDataFrame(arrow_table(table, pd.DataFrame(named, dtype=object)), schema)


def judged_lines(session: SparkSession, source: Source, name: str, lines: list[str], **where: object) -> DataFrame:
    """``lines`` of the feed of the Silver table ``name``, judged."""
    bronze = bronze_lines(session, source, source.tables[name].feed, lines, **where)
    return judge(bronze, name, source)


# A whole landing zone of AtoZ's in a few good lines; columns as the source declares them.
ATOZ_LINES = {
    "brands": ["BR1,Brand,TOY"],
    "category": ["TOY,Toys"],
    "products": ["P1,S1,TOY,BR1,Red,S,Cotton,100,1.5,2.5,3.5,7"],
    "customers": ["C1,+911,IN,India,MH", "C2,+12,US,US,CA"],
    "calendar": ["03-08-2025,2025,Sunday,3,31"],
    "fx_rates": ["2025-09-01,USD,88.1"],
    "promotions": ["PR1,Sale,India,TOY,2025-09-01,2025-09-05,10,2025-08-01"],
    "returns": ["2025-09-09 10:00:00,O1,1,1,Damaged"],
    "order_items": [
        "2025-09-03,2025-09-03 10:20:30,C1,O1,1,P1,2,INR,100.00,7,18.00,Website,",
        "2025-09-03,2025-09-03 10:20:30,C1,O1,2,P1,1,INR,50.00,0,9.00,Website,",
        "2025-09-04,2025-09-04 11:00:00,C2,O2,1,P1,3,USD,10.00,0,2.00,Mobile,save",
    ],
}
OPTIONAL = ("fx_rates", "promotions", "returns")


def write_landing(folder: Path, **lines: list[str] | dict[str, list[str]]) -> Path:
    """Files of ``ATOZ_LINES``, feeds in ``lines`` instead as they say: lines, or lines by the day in the file's name.

    Optional feeds come only where they are in ``lines``.
    """
    source = load_source("atoz")
    feeds = {name: given for name, given in ATOZ_LINES.items() if name not in OPTIONAL}
    for name, given in (feeds | lines).items():
        for day, texts in (given if isinstance(given, dict) else {"2025-09-04": given}).items():
            path = folder / source.feeds[name].path.replace("*", f"{name}_{day}")
            path.parent.mkdir(parents=True, exist_ok=True)
            header = ",".join(source.feeds[name].columns)
            path.write_text("\n".join([header, *texts]) + "\n", encoding="utf-8")
    return folder
