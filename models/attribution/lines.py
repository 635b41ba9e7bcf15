"""Order lines as they come to ``explain``: checked, with one meaning for every column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.errors import raise_problems
from models.attribution.periods import LABELS, Comparison
from models.attribution.tables import NOT_AVAILABLE

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

REQUIRED = ("order_id", "customer_id", "order_date", "quantity", "list_price", "currency")
DEFAULTS = {"discount_rate": 0.0, "fx_rate": 1.0, "is_returned": False, "measure_tax": 0.0, "measure_scale": 1.0}
NUMBERS = ("quantity", "list_price", "discount_rate", "fx_rate", "measure_tax", "measure_scale")
MOST_DIMENSIONS = 8


@dataclass(frozen=True)
class Lines:
    """The order lines of both periods and of the history before them.

    Attributes:
        table: One row for each line: ``order`` and ``customer`` (numbers, -1 for an unknown customer), ``date``,
            ``quantity, list_price, currency, discount_rate, fx_rate, is_returned``, the dimensions as categories (a
            missing value is "Not Available"), ``measure_tax``: tax on top, where the measure counts it,
            ``measure_scale``: how much of a line the measure counts else (a part returned, roundings), and ``weight``:
            how many lines it stands for, more than one beside lines that were lost.
        dimensions: The dimensions that take more than one value.
        comparison: The two periods.
        notes: What was left out, in sentences.
    """

    table: pd.DataFrame
    dimensions: tuple[str, ...]
    comparison: Comparison
    notes: tuple[str, ...]


def read_lines(
    lines: pd.DataFrame, history: pd.DataFrame | None, comparison: Comparison, dimensions: Sequence[str]
) -> Lines:
    """Check order lines and put both tables together.

    Days after the later period are left out (no hindsight), and so is history inside a period.

    Raises:
        InputError: With every problem found in the periods, the columns and their values.
    """
    raise_problems([*_of_question(comparison, dimensions)])
    tables = {"lines": lines} if history is None else {"lines": lines, "history": history}
    columns = [*REQUIRED, *dimensions]
    raise_problems(problem for name, table in tables.items() for problem in _missing(name, table, columns))
    dated = {name: _dated(name, table, columns) for name, table in tables.items()}
    current, notes = _placed(dated, comparison)
    raise_problems([*_of_values(current), *_of_periods(current, comparison)])
    varied = tuple(name for name in dimensions if current[name].nunique(dropna=False) > 1)
    constant = [f"{name} has one value only: it explains nothing" for name in dimensions if name not in varied]
    return Lines(_canonical(current, dimensions), varied, comparison, (*notes, *constant))


def revenue(table: pd.DataFrame) -> Floats:
    """The revenue of each line: quantity x list price x (1 - discount) x FX x (1 + tax) x scale x (not returned)."""
    listed = table["quantity"] * table["list_price"] * (1 - table["discount_rate"])
    sold = listed * table["fx_rate"] * (1 + table["measure_tax"]) * table["measure_scale"]
    return np.where(table["is_returned"], 0.0, sold.to_numpy(dtype=float))


def sells(table: pd.DataFrame) -> Flags:
    """Which lines sell; one of negative quantity takes back what was sold before."""
    sold: Flags = (table["quantity"] >= 0).to_numpy()
    return sold


def inside(table: pd.DataFrame, comparison: Comparison) -> tuple[Flags, Flags]:
    """Which lines lie in the baseline and which in the period."""
    baseline, period = (_between(table["date"], held.first, held.last) for held in comparison)
    return baseline, period


def _between(dates: "pd.Series[pd.Timestamp]", first: object, last: object) -> Flags:
    days = dates.to_numpy()
    held: Flags = (days >= np.datetime64(str(first))) & (days <= np.datetime64(str(last)))
    return held


def _of_question(comparison: Comparison, dimensions: Sequence[str]) -> Iterator[str]:
    first, last = max(p.first for p in comparison), min(p.last for p in comparison)
    for label, period in zip(LABELS, comparison, strict=True):
        if period.days < 1:
            yield f"{label} {period} has no day: its last day is before its first"
    if first <= last:
        yield f"baseline {comparison.baseline} and period {comparison.period} have days in common"
    if len(dimensions) > MOST_DIMENSIONS:
        yield f"{len(dimensions)} dimensions: name at most {MOST_DIMENSIONS}"
    for name in sorted(set(dimensions)):
        if list(dimensions).count(name) > 1:
            yield f"dimension {name!r} is named twice"
        if name in {*REQUIRED, *DEFAULTS} - {"currency"}:
            yield f"dimension {name!r} is a column of the lines: name a dimension beside them"


def _missing(name: str, table: pd.DataFrame, columns: Sequence[str]) -> Iterator[str]:
    absent = [column for column in dict.fromkeys(columns) if column not in table.columns]
    if absent:
        yield f"{name} lacks {', '.join(absent)}; it has {', '.join(map(str, table.columns))}"


def _dated(name: str, table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The columns that count, with optional ones filled in by what they mean where they are absent."""
    known = table[list(dict.fromkeys([*columns, *(c for c in DEFAULTS if c in table.columns)]))]
    dates = pd.to_datetime(known["order_date"], errors="coerce")
    if dates.isna().any():
        raise_problems([f"{name}.order_date has {dates.isna().sum()} values that are not dates"])
    local = dates.dt.tz_localize(None) if dates.dt.tz is not None else dates
    return known.assign(order_date=local.dt.normalize().astype("datetime64[ns]"))


def _placed(dated: dict[str, pd.DataFrame], comparison: Comparison) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """One table up to the later period's end, history first."""
    past = dated.get("history")
    lines = dated["lines"]
    notes = []
    if past is not None:
        held = np.logical_or(*(_between(past["order_date"], p.first, p.last) for p in comparison))
        if held.any():
            notes.append(f"{held.sum()} lines of history lie inside the periods: left out, lines has them")
        lines = pd.concat([past[~held], lines], ignore_index=True) if len(past) else lines
    late = (lines["order_date"] > pd.Timestamp(comparison.last)).to_numpy()
    if late.any():
        notes.append(f"{late.sum()} lines after {comparison.last}: left out, what came later explains nothing")
    return lines[~late].reset_index(drop=True), tuple(notes)


def _of_values(table: pd.DataFrame) -> Iterator[str]:
    for column in NUMBERS:
        if column in table.columns:
            yield from _of_numbers(table[column], column)
    for column in ("order_id", "currency"):
        if table[column].isna().any():
            yield f"{column} has {table[column].isna().sum()} missing values: every line needs one"
    currencies = sorted(map(str, table["currency"].dropna().unique()))
    if len(currencies) > 1 and "fx_rate" not in table.columns:
        yield f"lines are in {', '.join(currencies)} without fx_rate: add the rate to one currency"
    if "is_returned" in table.columns and not set(table["is_returned"].unique()) <= {True, False}:
        yield "is_returned has values that are neither true nor false"


def _of_numbers(values: "pd.Series[float]", column: str) -> Iterator[str]:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    wrong = int((~np.isfinite(numbers)).sum())
    if wrong:
        yield f"{column} has {wrong} values that are not finite numbers: correct those lines or leave them out"
    if column == "list_price" and (numbers < 0).any():
        yield f"list_price has {(numbers < 0).sum()} negative values: a return is a negative quantity"
    if column == "fx_rate" and (numbers <= 0).any():
        yield f"fx_rate has {(numbers <= 0).sum()} values that are not positive"
    if column == "discount_rate" and (numbers > 1).any():
        yield f"discount_rate has {(numbers > 1).sum()} values above 1: it is a share, .15 for 15%"


def _of_periods(table: pd.DataFrame, comparison: Comparison) -> Iterator[str]:
    for label, period in zip(LABELS, comparison, strict=True):
        own = _between(table["order_date"], period.first, period.last)
        if own.any() and not sells(table)[own].any():
            yield f"lines of the {label} {period} only take back what was sold before: choose days with sales"
        if not own.any():
            days = table["order_date"]
            held = f"they have {days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}" if len(days) else "there are none"
            yield f"lines have no day of the {label} {period}: {held}"


def _canonical(table: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    optional = {name: table.get(name, default) for name, default in DEFAULTS.items()}
    canonical = pd.DataFrame(
        {
            "order": _numbered(table["order_id"]),
            "customer": _numbered(table["customer_id"]),
            "date": table["order_date"],
            "quantity": table["quantity"].astype(float),
            "list_price": table["list_price"].astype(float),
            "currency": table["currency"].astype("category"),
            "discount_rate": pd.Series(optional["discount_rate"], index=table.index).astype(float),
            "fx_rate": pd.Series(optional["fx_rate"], index=table.index).astype(float),
            "is_returned": pd.Series(optional["is_returned"], index=table.index).astype(bool),
            "measure_tax": pd.Series(optional["measure_tax"], index=table.index).astype(float),
            "measure_scale": pd.Series(optional["measure_scale"], index=table.index).astype(float),
            "weight": 1.0,
        }
    )
    return canonical.assign(**{name: _category(table[name]) for name in dimensions if name != "currency"})


def _numbered(values: pd.Series) -> Codes:
    """A number for each value, in the values' order, so that the order of lines changes nothing; -1 for none."""
    codes: Codes = values.astype("category").cat.codes.to_numpy().astype(np.int64)
    return codes


def _category(values: pd.Series) -> pd.Series:
    named = values.astype("category")
    if not named.isna().any():
        return named
    known = named if NOT_AVAILABLE in named.cat.categories else named.cat.add_categories([NOT_AVAILABLE])
    return known.fillna(NOT_AVAILABLE)
