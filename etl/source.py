"""A source: where its files lie, how they are read, and one Spark SQL expression per canonical column.

A source is declared in YAML, a shipped one in ``etl/sources`` or the user's own by path.
"""

import codecs
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from etl.contracts import Table
from etl.errors import InputError, raise_problems
from etl.own_dimensions import OwnDimensions, name_problems
from etl.schemas.bronze import bronze_table
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS, UNIT_PRICE_IS_ROUNDED
from etl.tables import TABLES

UNDECIDED = "?"
SHIPPED = files("etl") / "sources"
COLUMN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OF_EVERY_FEED = frozenset(bronze_table("feed", (), ()).column_names)


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone such as Asia/Kolkata")
    return name


def _time_of_day(text: str) -> str:
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        return text
    raise ValueError(f"{text!r} is not a time of day such as 06:00: put it in quotes")


def _known_encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise ValueError(f"{name!r} is not an encoding such as utf-8, utf-16 or latin-1") from error


def _finds_a_date(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    if groups == 0:
        raise ValueError(r"has no group around the date: write (\d{4}-\d{2}-\d{2})")
    return pattern


def _rate(text: str) -> str:
    try:
        if Decimal(text) > 0:
            return text
    except InvalidOperation:
        pass
    raise ValueError(f"{text!r} is not a rate: give the units of the reporting currency for one unit, such as 1.0850")


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Declaration(BaseModel):
    """Frozen, and strict about names: a misspelt key is an error, not a silent default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Feed(Declaration):
    """The files of one kind: a glob below the landing folder, their format, and the columns they name.

    A file may be compressed (gzip or zstd). ``optional`` lets the feed have no files, ``optional_columns`` lets a file
    lack some columns; ``delimiter`` is for delimited text, ``encoding`` for all text. ``headers`` says what files call
    a column where that cannot be its name, as in ``unit_price: "Unit price (EUR)"``.
    """

    path: str
    columns: tuple[str, ...]
    headers: dict[str, str] = {}
    personal: tuple[str, ...] = ()
    optional: bool = False
    optional_columns: tuple[str, ...] = ()
    format: Literal["delimited", "json_lines", "parquet"] = "delimited"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8"

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """The columns that no file may lack."""
        return tuple(name for name in self.columns if name not in self.optional_columns)

    @model_validator(mode="after")
    def _columns_known(self) -> "Feed":
        named = {*self.personal, *self.optional_columns, *self.headers}
        unknown = [f"columns does not list {name}" for name in named - set(self.columns)]
        taken = [f"{name} is a column of every feed" for name in self.columns if name.lower() in OF_EVERY_FEED]
        unfit = [f"{name!r} cannot name a column" for name in self.columns if not COLUMN_NAME.fullmatch(name)]
        lower = [name.lower() for name in self.columns]
        repeated = [f"{name} is listed twice" for name in set(lower) if lower.count(name) > 1]
        if problems := sorted([*unknown, *taken, *unfit, *repeated]):
            hint = ": give it a name and say headers: {name: text in the files}" if taken or unfit else ""
            raise ValueError("; ".join(problems) + hint)
        return self


class Rule(Declaration):
    """A Spark SQL condition on canonical columns; a row for which it is not true is quarantined."""

    name: str
    keep: str
    reason: str


class Threshold(Declaration):
    """The share of a feed's lines, from 0 to 1, above which a rule that keeps them out warns, or stops the run."""

    warn: float | None = Field(default=None, ge=0, le=1)
    stop: float | None = Field(default=None, ge=0, le=1)


class Refinement(Declaration):
    """How one Silver table comes from a feed: an expression per canonical column, then rules.

    ``thresholds`` are by the name of a rule, ``COLUMN_unreadable`` and ``line_unreadable`` among them; ``any`` is for
    all rules together.
    """

    feed: str
    columns: dict[str, str]
    rules: tuple[Rule, ...] = ()
    thresholds: dict[str, Threshold] = {}


class Source(Declaration):
    """Everything Assay knows of a source; after Silver nothing else does.

    A business day's files are ``due`` at this time of the day after, in the source's time zone.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    due: Annotated[str, AfterValidator(_time_of_day)] = "00:00"
    reporting_currency: Currency
    base_rates: dict[Currency, Annotated[str, AfterValidator(_rate)]]
    legacy_measure: bool = False
    arrival_date: Annotated[str, AfterValidator(_finds_a_date)]
    countries: dict[str, str] = {}
    regions: dict[str, dict[str, tuple[str, ...]]] = {}
    feeds: dict[str, Feed]
    tables: dict[str, Refinement]
    dimensions: dict[str, str] = {}

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the source's business days."""
        return ZoneInfo(self.time_zone)

    def contract(self, table: Table) -> Table:
        """What ``table`` promises for this source: with its own dimensions, and prices as exact as it states them."""
        if table == GLD_FACT_ORDER_ITEMS and self.states_line_amounts:
            return self.own_dimensions.carried_by(table).holding(UNIT_PRICE_IS_ROUNDED)
        return self.own_dimensions.carried_by(table)

    @property
    def own_dimensions(self) -> OwnDimensions:
        """What divides sales beside country, region, channel and category: told by order lines or by their stores."""
        of_stores = self.tables["stores"].columns if "stores" in self.tables else {}
        return OwnDimensions(tuple(self.dimensions), tuple(name for name in of_stores if name != "store_id"))

    @property
    def states_line_amounts(self) -> bool:
        """Whether order lines come with the price of the whole line, and none of one unit."""
        return "line_amount" in self.tables["order_items"].columns

    def refinement(self, name: str) -> Refinement:
        """How the Silver table ``name`` comes about: as declared; order lines only where their currency has a rate."""
        declared = self.tables[name]
        if name != "order_items":
            return declared
        codes = ", ".join(f"'{code}'" for code in sorted(self.base_rates))
        known = Rule(name="currency_known", keep=f"currency in ({codes})", reason="the currency has no rate")
        return declared.model_copy(update={"rules": (known, *declared.rules)})

    def expressions(self, name: str) -> dict[str, str]:
        """The expression of each declared column of the Silver table ``name``, the own dimensions' among them."""
        own = self.dimensions if name == "order_items" else {}
        return self.tables[name].columns | own

    @property
    def accounted_tables(self) -> list[str]:
        """The tables that take their own feed, whose rows are accounted for; others re-read a feed for more."""
        return [name for name, refinement in self.tables.items() if refinement.feed == name]

    def arrived_on(self, file_name: str) -> date | None:
        """The date in a file's name, which tells when it arrived; None where the name has none.

        Raises ``InputError`` where it is no date of the calendar.
        """
        found = re.search(self.arrival_date, file_name)
        try:
            return date.fromisoformat(found[1]) if found else None
        except ValueError as error:
            raise InputError(
                f"{file_name}: {found and found[1]} is not a date, so when the file arrived is unknown: "
                "give the file its right name."
            ) from error

    @model_validator(mode="after")
    def _consistent(self) -> "Source":
        problems = [*self._unknown_tables(), *self._unknown_feeds(), *self._column_problems(), *self._own_problems()]
        problems += self._rate_problems()
        if problems:
            raise ValueError("; ".join(sorted(problems)))
        return self

    def _unknown_tables(self) -> list[str]:
        missing = [] if "order_items" in self.tables else ["tables: order_items is missing"]
        return missing + [f"there is no Silver table slv_{name}" for name in self.tables if f"slv_{name}" not in TABLES]

    def _unknown_feeds(self) -> list[str]:
        known = self.feeds
        unknown = [f"tables.{n}: there is no feed {t.feed!r}" for n, t in self.tables.items() if t.feed not in known]
        idle = [feed for feed in known if feed not in self.accounted_tables]
        return unknown + [f"feeds.{feed}: {self._right_name(feed)}" for feed in idle]

    def _right_name(self, feed: str) -> str:
        """What to call a feed whose lines no table accounts for."""
        taken_by = [name for name, refinement in self.tables.items() if refinement.feed == feed]
        if not taken_by:
            return "no table takes its lines: refine it under tables, or leave it out"
        return f"name it {taken_by[0]}: a feed is called after the table that its lines are accounted for in"

    def _rate_problems(self) -> list[str]:
        code = self.reporting_currency
        if Decimal(self.base_rates.get(code, 0)) == 1:
            return []
        return [f"base_rates: give {code}, which is reported in, the rate 1, as in {{{code}: '1'}}"]

    def _own_problems(self) -> list[str]:
        own = self.own_dimensions
        problems = [f"dimensions: {problem}" for problem in name_problems(own.of_lines)]
        problems += [f"tables.stores: {problem}" for problem in name_problems(own.of_stores)]
        twice = set(own.of_lines) & set(own.of_stores)
        problems += [f"dimensions: {name!r} is told by tables.stores, too: leave one of them out" for name in twice]
        lines = self.tables.get("order_items")
        if "stores" in self.tables and lines is not None and "store_id" not in lines.columns:
            problems.append("tables.order_items: column 'store_id' is missing, which says the store of a line")
        return problems

    def _column_problems(self) -> list[str]:
        own = OwnDimensions(of_stores=self.own_dimensions.of_stores)
        known = {name: own.carried_by(TABLES[f"slv_{name}"]) for name in self.tables if f"slv_{name}" in TABLES}
        found = [(name, each) for name, table in known.items() for each in _problems_of(table, self.refinement(name))]
        return [f"tables.{name}{problem}" for name, problem in found]


def _problems_of(table: Table, refinement: Refinement) -> Iterator[str]:
    """What is wrong with the columns and thresholds of one Silver table."""
    declared = set(refinement.columns)
    needed = {column.name for column in table.columns if column.required} - PROVIDED - _derivable(declared)
    yield from (f": {table.name} has no column {name!r}" for name in declared - set(table.column_names))
    yield from (f": column {name!r} follows from the arrival of files: leave it out" for name in declared & DATED)
    yield from (f": column {name!r} is missing" for name in needed - declared)
    for name, expression in refinement.columns.items():
        if expression.strip() == UNDECIDED:
            yield f".{name}: is to be decided: write an expression instead of {UNDECIDED}"
    if {"unit_price", "line_amount"} <= declared:
        yield ": give unit_price or line_amount, from which unit_price follows"
    unknown = refinement.thresholds.keys() - known_rules(table, refinement)
    yield from (f": thresholds: there is no rule {name!r}" for name in unknown)


DATED = frozenset({"valid_from", "valid_to"})
PROVIDED = DATED | {"file_name", "line_number", "order_month"}


ANY_RULE = "any"
FURTHER_RULES = {"slv_returns": {"order_line_known", "returned_within_sold"}}
"""Rules beyond a line's own: a return is held against the orders."""


def known_rules(table: Table, refinement: Refinement) -> set[str]:
    """The names of all rules that can keep a line of the table out, and ``any``."""
    required = {f"{column.name}_unreadable" for column in table.columns if column.required}
    stated = {rule.name for rule in refinement.rules} | {invariant.name for invariant in table.invariants}
    return {ANY_RULE, "line_unreadable"} | required | stated | FURTHER_RULES.get(table.name, set())


def _derivable(declared: set[str]) -> set[str]:
    return {"unit_price"} if "line_amount" in declared else set()


def shipped_sources() -> list[str]:
    """The names of the sources that come with Assay."""
    return sorted(entry.name.removesuffix(".yaml") for entry in SHIPPED.iterdir() if entry.name.endswith(".yaml"))


def load_source(name: str) -> Source:
    """A shipped source by name, or the user's own by the path of its YAML file.

    Raises ``InputError`` with every problem of the declaration in one message.
    """
    text, origin = _source_text(name)
    try:
        content: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"{origin} is not YAML: {' '.join(str(error).split())}") from error
    try:
        return Source.model_validate(content)
    except ValidationError as error:
        raise_problems(f"{origin}: {_place(problem['loc'])}{problem['msg']}" for problem in error.errors())
        raise


def _source_text(name: str) -> tuple[str, str]:
    if name in shipped_sources():
        return (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8"), f"source {name}"
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        try:
            return path.read_text(encoding="utf-8"), str(path)
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is not UTF-8 text.") from error
    raise InputError(
        f"There is no source {name!r}: name one of {', '.join(shipped_sources())}, "
        "or give the path of your own source file ending in .yaml."
    )


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) + ": " if location else ""
