"""Hold rows against a table's contract and say what broke, where, in which line of which file."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from etl.contracts import Table
from etl.duplicates import HASH, key_hash
from etl.errors import QualityError, raise_problems

EXAMPLES = 3
MASK = "***"


@dataclass(frozen=True)
class Rule:
    """A rule of the contract as a condition that finds the rows that break it."""

    name: str
    column: str
    broken: Expression


def check_contract(table: Table, rows: DataFrame) -> int:
    """The number of ``rows``; raises one ``QualityError`` that names every broken rule with count and examples."""
    rules = list(_rules(table))
    counted = rows.agg(F.count(F.lit(1)).alias("rows"), *_counts(rules)).first()
    assert counted is not None
    broken = [(rule, counted[f"rule_{i}"]) for i, rule in enumerate(rules) if counted[f"rule_{i}"]]
    problems = [_message(table, rule, count, rows.where(rule.broken)) for rule, count in broken]
    raise_problems([*problems, *_repeated_keys(table, rows)], QualityError)
    return int(counted["rows"])


def _rules(table: Table) -> Iterator[Rule]:
    for column in table.columns:
        if column.required:
            yield Rule("required", column.name, F.col(column.name).isNull())
    for invariant in table.invariants:
        yield Rule(invariant.name, "row", ~F.coalesce(F.expr(invariant.condition), F.lit(True)))


def _counts(rules: list[Rule]) -> Iterator[Expression]:
    for i, rule in enumerate(rules):
        yield F.count(F.when(rule.broken, F.lit(1))).alias(f"rule_{i}")


def _repeated_keys(table: Table, rows: DataFrame) -> Iterator[str]:
    # hashing first keeps the grouping narrow: repeated keys are rare and only they are looked at closely
    hashed = rows.withColumn(HASH, key_hash(table.key))
    suspects = hashed.groupBy(HASH).agg(F.count(F.lit(1)).alias("n")).where("n > 1")
    if suspects.limit(1).count() == 0:
        return
    candidates = hashed.join(suspects.select(HASH), HASH, "left_semi").drop(HASH)
    repeated = candidates.groupBy(*table.key).agg(F.count(F.lit(1)).alias("n")).where("n > 1")
    same_key = [F.col(f"k.{name}").eqNullSafe(F.col(f"r.{name}")) for name in table.key]
    examples = candidates.alias("k").join(repeated.alias("r"), same_key, "left_semi")
    count = examples.count()
    if count:
        yield _message(table, Rule("unique key", ", ".join(table.key), F.lit(True)), count, examples)


def _message(table: Table, rule: Rule, count: int, examples: DataFrame) -> str:
    shown = "; ".join(_example(table, row) for row in examples.limit(EXAMPLES).collect())
    return f"{table.full_name}, {rule.column}: {count} rows break rule {rule.name!r}, such as {shown}."


def _example(table: Table, row: Row) -> str:
    values = row.asDict()
    personal = {column.name for column in table.columns if column.personal}
    key = ", ".join(f"{name} {MASK if name in personal else values[name]}" for name in table.key)
    if "line_number" in values and "line_number" not in table.key:
        return f"{values['file_name']} line {values['line_number']} ({key})"
    return key
