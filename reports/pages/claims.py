"""What was published before, tested on the data of today."""

import pandas as pd

from etl.periods import long_date, parse_period
from etl.schemas.results import GLD_CLAIMS
from reports import numbers
from reports.numbers import STYLES, Unit
from reports.page import Page
from reports.reading import Reading
from reports.sentences import Sentence, count, listed, say
from reports.views import Figure, Section

COLUMNS = [
    "claim_id", "text", "measure", "test", "periods", "result", "estimate", "low", "high", "unit", "evidence",
    "holds_since", "broke_on", "is_news", "as_of",
]  # fmt: skip
NAMED = 4
RESULTS = {"holds": "Holds", "broken": "Does not hold", "unknown": "Cannot be told"}


def page(reading: Reading) -> Page:
    """Each sentence with its verdict and evidence."""
    rows = claims(reading)
    return Page(
        name="claims",
        title="What was claimed, and what the data say",
        lead=(_lead(rows),),
        figures=tuple(Figure(name, str(int((rows["result"] == key).sum())), "") for key, name in RESULTS.items())
        if len(rows)
        else (),
        sections=tuple(_section(row, reading.data.style) for _, row in rows.iterrows()),
    )


def claims(reading: Reading) -> pd.DataFrame:
    """Every claim in Gold, what broke first."""
    rows = reading.snapshot.rows(GLD_CLAIMS, COLUMNS)
    order = rows["result"].map({"broken": 0, "unknown": 1, "holds": 2})
    return rows.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _lead(rows: pd.DataFrame) -> Sentence:
    if rows.empty:
        return say("Gold holds no tested claim yet: `assay refresh` tests those that the source declares.")
    holds, broken, unknown = (int((rows["result"] == result).sum()) for result in RESULTS)
    return say(
        "Of {claims}, {holds}, {broken} not and {unknown} be told.",
        claims=count(len(rows), "published claim"),
        holds=count(holds, "holds", "hold"),
        broken=count(broken, "does", "do"),
        unknown=count(unknown, "cannot", "cannot"),
    )


def _section(row: pd.Series, style: str) -> Section:
    told = [say("{verdict}{news}{estimate}", **_verdict(row, style)), say("{evidence}", evidence=str(row["evidence"]))]
    tested = say(
        "How it is tested: {test} Periods: {periods}.{since}",
        test=str(row["test"]),
        periods=_periods(str(row["periods"]).split()),
        since=_since(row),
    )
    return Section(
        f"claim-{row['claim_id']}",
        f"\N{LEFT DOUBLE QUOTATION MARK}{row['text']}\N{RIGHT DOUBLE QUOTATION MARK}",
        tuple(told),
        caution=tested,
        verdict=str(row["result"]),
    )


def _periods(codes: list[str]) -> str:
    labels = [parse_period(code).label for code in codes]
    return listed(labels) if len(labels) <= NAMED else f"{len(labels)}, {labels[0]} to {labels[-1]}"


def _verdict(row: pd.Series, style: str) -> dict[str, str | Sentence]:
    news = ", which is news" if row["is_news"] else ""
    return {"verdict": RESULTS[row["result"]], "news": news, "estimate": _estimate(row, style)}


def _estimate(row: pd.Series, style: str) -> Sentence:
    if pd.isna(row["estimate"]):
        return say(".")
    ends = (
        ""
        if pd.isna(row["low"])
        else f" (95%: {_amount(row['low'], row, style)} to {_amount(row['high'], row, style)})"
    )
    return say(": {estimate}{ends}.", estimate=_amount(row["estimate"], row, style), ends=ends)


def _amount(value: float, row: pd.Series, style: str) -> str:
    if row["unit"] == "share":
        return numbers.percent(value)
    if row["unit"] == "percent":
        return numbers.percent(value / 100)
    return numbers.amount(value, Unit(str(row["unit"]), STYLES[style]))


def _since(row: pd.Series) -> str:
    if row["result"] == "holds" and pd.notna(row["holds_since"]):
        return f" It holds since {long_date(row['holds_since'].date())}."
    if row["result"] == "broken" and pd.notna(row["broke_on"]):
        return f" It broke on {long_date(row['broke_on'].date())}."
    return ""
