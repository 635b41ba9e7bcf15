"""Try a source on a sample of its files: column by column what is read, what is kept out and why."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from etl.bronze import feed_table, file_batches
from etl.checks import MASK
from etl.errors import raise_problems
from etl.frames import arrow_type
from etl.landing import LandedFile, landed_files
from etl.quarantine import broken_rules, torn_lines
from etl.silver import canonical, judge, settled_lines, silver_table
from etl.source import Source
from etl.storage import Location

MOST_FILES = 8
"""Of each feed, evenly over their names."""
EXAMPLES = 3
READ_AT = datetime(2000, 1, 1)  # noqa: DTZ001 - stands where a run's time would, and is not shown


@dataclass(frozen=True)
class ColumnCheck:
    """What an expression gave: on how many lines a value, and on how many none though what it reads was filled."""

    table: str
    column: str
    expression: str
    values: int
    without: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class KeptOut:
    """Lines of a feed that break a rule, and where the first of them are."""

    feed: str
    rule: str
    reason: str
    lines: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class FeedCheck:
    """How many files and lines were looked at; ``kept`` of them stay, ``repeated`` give way to a later line."""

    feed: str
    files: int
    lines: int
    kept: int
    repeated: int


@dataclass(frozen=True)
class Checked:
    """A source on a sample of its files."""

    source: str
    feeds: list[FeedCheck]
    columns: list[ColumnCheck]
    kept_out: list[KeptOut]

    def to_dict(self) -> dict[str, object]:
        """The JSON document of ``assay source check``."""
        return asdict(self)


def check_source(session: SparkSession, source: Source, landing: Location) -> Checked:
    """Read a sample of each feed and judge it.

    Raises ``InputError`` where files are missing or the engine cannot read an expression or a rule, all at once.
    """
    files = {feed: _spread([f for f in landed_files(source, landing) if f.feed == feed]) for feed in source.feeds}
    bronze = {feed: _bronze(session, source, feed, files[feed]) for feed in source.feeds}
    whole = {feed: lines.where("problem is null") for feed, lines in bronze.items()}
    raise_problems(problem for name in source.tables for problem in _unreadable(source, name, whole))
    columns = [check for name in source.tables for check in _columns(source, name, whole[source.tables[name].feed])]
    judged = {name: judge(whole[name], name, source) for name in source.accounted_tables}
    kept_out = [check for name in judged for check in _kept_out(source, name, bronze[name], judged[name])]
    feeds = [_feed(source, name, len(files[name]), bronze[name], judged[name]) for name in judged]
    return Checked(source.name, feeds, columns, kept_out)


def _spread(files: list[LandedFile]) -> list[LandedFile]:
    step = -(-len(files) // MOST_FILES) or 1
    return files[::step]


def _bronze(session: SparkSession, source: Source, feed: str, files: list[LandedFile]) -> DataFrame:
    table = feed_table(source, feed)
    schema = pa.schema([(column.name, arrow_type(column)) for column in table.columns])
    batches = [
        batch
        for file in files
        for batch in file_batches(source.feeds[feed], schema, READ_AT, file.name, str(file.path), file.arrival_date)
    ]
    ddl = ", ".join(f"`{column.name}` {column.type}" for column in table.columns)
    return session.createDataFrame(pa.Table.from_batches(batches, schema), ddl)


def _unreadable(source: Source, name: str, lines: Mapping[str, DataFrame]) -> Iterator[str]:
    """A sentence for each expression and rule that the engine cannot take."""
    rows = lines[source.tables[name].feed]
    columns = ", ".join(source.feeds[source.tables[name].feed].columns)
    for column, expression in source.expressions(name).items():
        if reason := _refusal(rows, expression):
            yield f"tables.{name}.{column}: {expression} cannot be read: {reason} (columns: {columns})"
    promised = source.contract(silver_table(name)).columns
    typed = rows.select(*(F.lit(None).cast(each.type).alias(each.name) for each in promised))
    for rule in source.refinement(name).rules:
        if reason := _refusal(typed, rule.keep):
            yield f"tables.{name}, rule {rule.name}: {rule.keep} cannot be read: {reason}"


def _refusal(rows: DataFrame, expression: str) -> str | None:
    try:
        _ = rows.select(F.expr(expression)).schema
    except PySparkException as error:
        return (str(error).strip() or type(error).__name__).splitlines()[0]
    return None


def _columns(source: Source, name: str, lines: DataFrame) -> list[ColumnCheck]:
    expressions = source.expressions(name)
    table = source.contract(silver_table(name))
    declared = [column for column in table.columns if column.name in expressions]
    values = {each.name: canonical(each, expressions[each.name], source.time_zone) for each in declared}
    feed = source.feeds[source.tables[name].feed]
    reads = {column: _reads(expression, feed.columns) for column, expression in expressions.items()}
    missing = {column: _filled(reads[column]) & value.isNull() for column, value in values.items()}
    counts = [F.count(value).alias(f"values_{i}") for i, value in enumerate(values.values())]
    counts += [F.count(F.when(none, 1)).alias(f"without_{i}") for i, none in enumerate(missing.values())]
    row = lines.agg(*counts).first()
    assert row is not None
    return [
        ColumnCheck(name, column, expressions[column], row[f"values_{i}"], row[f"without_{i}"],
                    _texts(lines.where(missing[column]), reads[column], feed.personal) if row[f"without_{i}"] else ())
        for i, column in enumerate(values)
    ]  # fmt: skip


def _reads(expression: str, columns: tuple[str, ...]) -> list[str]:
    """The feed's columns that an expression names, outside of its quoted texts."""
    words = {word.lower() for word in re.findall(r"[A-Za-z_]\w*", re.sub(r"'[^']*'", "", expression))}
    return [column for column in columns if column.lower() in words]


def _filled(columns: list[str]) -> Expression:
    filled = F.lit(False)
    for column in columns:
        filled = filled | (F.trim(column) != "")
    return F.coalesce(filled, F.lit(False))


def _texts(lines: DataFrame, columns: list[str], personal: tuple[str, ...]) -> tuple[str, ...]:
    rows = lines.select(*columns).distinct().orderBy(*columns).limit(EXAMPLES).collect()
    return tuple(", ".join(MASK if name in personal else str(row[name]) for name in columns) for row in rows)


def _kept_out(source: Source, name: str, bronze: DataFrame, judged: DataFrame) -> list[KeptOut]:
    rows = torn_lines(bronze, name).unionByName(broken_rules(judged, source.refinement(name)))
    places = F.sort_array(F.collect_list(F.struct("file_name", "line_number"))).alias("places")
    found = rows.groupBy("rule", "reason").agg(F.count(F.lit(1)).alias("lines"), places).collect()
    checks = [
        KeptOut(name, row["rule"], row["reason"], row["lines"],
                tuple(f"{place['file_name']} line {place['line_number']}" for place in row["places"][:EXAMPLES]))
        for row in found
    ]  # fmt: skip
    return sorted(checks, key=lambda check: (-check.lines, check.rule, check.reason))


def _feed(source: Source, name: str, files: int, bronze: DataFrame, judged: DataFrame) -> FeedCheck:
    settled = settled_lines(judged, source.contract(silver_table(name)))
    return FeedCheck(name, files, bronze.count(), settled.rows.count(), settled.superseded.count())
