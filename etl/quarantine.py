"""Rows that were kept out, in the columns of ``ops_quarantine``: where from, which rule, why, and the text."""

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.checks import MASK
from etl.schemas.ops import OPS_QUARANTINE
from etl.source import Feed, Refinement

BROKEN = "_broken"
TEXT = "_text"
FIELDS = "_fields"
UNREADABLE = "_unreadable"


def torn_lines(bronze: DataFrame, feed: str) -> DataFrame:
    """Bronze lines that could not be taken apart."""
    torn = bronze.where("problem is not null")
    return _shaped(torn, feed, F.lit("line" + UNREADABLE), F.col("problem"), F.col("raw_text"))


def line_text(feed: Feed) -> Expression:
    """A whole line's declared fields, which ``FIELDS`` holds, joined again as they came."""
    return _joined([F.col(FIELDS)[name] for name in feed.columns], feed.delimiter)


def broken_rules(judged: DataFrame, refinement: Refinement) -> DataFrame:
    """Judged lines with a broken rule."""
    rejected = judged.where(F.col(BROKEN).isNotNull())
    return _shaped(rejected, refinement.feed, F.col(BROKEN), _reason(refinement), F.col(TEXT))


def refused_returns(refused: DataFrame, feed: str) -> DataFrame:
    """Returns held against the orders they name and found wrong, with their ``rule`` and ``reason``."""
    text = _joined([F.col(name) for name in ("order_id", "seq_no", "return_ts", "quantity", "reason_given")], ",")
    return _shaped(refused, feed, F.col("rule"), F.col("reason"), text)


def _reason(refinement: Refinement) -> Expression:
    column = F.regexp_replace(BROKEN, UNREADABLE + "$", "")
    unreadable = F.when(F.col(BROKEN).endswith(UNREADABLE), F.concat(F.lit("no readable "), column))
    declared = [F.when(F.col(BROKEN) == rule.name, F.lit(rule.reason)) for rule in refinement.rules]
    promised = F.concat(F.lit("breaks the contract: "), F.regexp_replace(BROKEN, "_", " "))
    return F.coalesce(unreadable, *declared, promised)


def _joined(fields: list[Expression], delimiter: str) -> Expression:
    return F.concat_ws(delimiter, *(F.coalesce(field.cast("string"), F.lit("")) for field in fields))


def _shaped(rows: DataFrame, feed: str, rule: Expression, reason: Expression, text: Expression) -> DataFrame:
    given = {"feed": F.lit(feed), "rule": rule, "reason": reason, "raw_text": text}
    return rows.select(*(given.get(name, F.col(name)).alias(name) for name in OPS_QUARANTINE.column_names))


def masked(text: str | None, rule: str, feed: Feed) -> str | None:
    """A quarantined line's text without what says who somebody is; all of it where its fields cannot be told apart."""
    if text is None or not feed.personal:
        return text
    fields = text.split(feed.delimiter)
    if rule == "line" + UNREADABLE or len(fields) != len(feed.columns):
        return MASK
    shown = (MASK if name in feed.personal else field for name, field in zip(feed.columns, fields, strict=True))
    return feed.delimiter.join(shown)
