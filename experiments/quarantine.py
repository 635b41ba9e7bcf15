"""Search the lines that were kept out: how many by rule, and the first of them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from etl.checks import MASK
from etl.errors import InputError
from etl.lakehouse import Lakehouse
from etl.quarantine import masked
from etl.schemas.ops import OPS_QUARANTINE, OPS_SOURCE
from etl.source import Source


@dataclass(frozen=True)
class Wanted:
    """What to search for: a rule by name, and parts of a file's name or of a line's text, in any case."""

    rule: str | None = None
    file: str | None = None
    text: str | None = None

    def among(self, rows: DataFrame) -> DataFrame:
        """Those of the quarantined ``rows`` that are wanted."""
        for condition in self._conditions():
            rows = rows.where(condition)
        return rows

    def _conditions(self) -> Iterator[Expression]:
        if self.rule is not None:
            yield F.col("rule") == self.rule
        for column, part in (("file_name", self.file), ("raw_text", self.text)):
            if part is not None:
                yield F.lower(column).contains(F.lit(part.lower()))


@dataclass(frozen=True)
class RuleCount:
    """How many lines of a feed a rule keeps out."""

    feed: str
    rule: str
    reason: str
    lines: int


@dataclass(frozen=True)
class KeptOut:
    """A line that was kept out; what is personal in its text is masked."""

    file_name: str
    line_number: int
    rule: str
    text: str | None


@dataclass(frozen=True)
class Found:
    """What a search found: ``lines`` in all, how many by rule, and the first of them."""

    lines: int
    rules: list[RuleCount]
    first: list[KeptOut]

    def to_dict(self) -> dict[str, object]:
        """The JSON document of ``assay quarantine``."""
        return asdict(self)


def search(lakehouse: Lakehouse, source: Source, wanted: Wanted, limit: int) -> Found:
    """The quarantined lines that are ``wanted``; raises ``InputError`` where ``source`` is not the warehouse's own."""
    _require_same_source(lakehouse, source)
    rows = wanted.among(lakehouse.read(OPS_QUARANTINE))
    counted = rows.groupBy("feed", "rule", "reason").agg(F.count(F.lit(1)).alias("lines")).collect()
    rules = sorted((RuleCount(**row.asDict()) for row in counted), key=lambda each: (-each.lines, each.feed, each.rule))
    first = rows.orderBy("file_name", "line_number").limit(limit).collect()
    lines = [KeptOut(row["file_name"], row["line_number"], row["rule"], _shown(row, source)) for row in first]
    return Found(sum(each.lines for each in rules), rules, lines)


def _shown(row: Row, source: Source) -> str | None:
    feed = source.feeds.get(row["feed"])
    return masked(row["raw_text"], row["rule"], feed) if feed else MASK


def _require_same_source(lakehouse: Lakehouse, source: Source) -> None:
    if not lakehouse.exists(OPS_SOURCE):
        return
    name = lakehouse.pandas(OPS_SOURCE, ["name"])["name"].iloc[0]
    if name != source.name:
        raise InputError(f"The warehouse was built from source {name}, not {source.name}: name it with --source.")
