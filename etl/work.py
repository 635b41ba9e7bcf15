"""What there is to do in a landing folder, found out without an engine: the plan, and where a run would start from."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from etl.bronze import feed_table
from etl.contracts import Table
from etl.editions import as_editions, file_name
from etl.errors import ChangedError, raise_problems
from etl.landing import look
from etl.ledger import Entry, Plan, entries_of, had_arrived, plan
from etl.release import Release, newest_release
from etl.schemas import daily, gold, ops
from etl.schemas.silver import SLV_ORDER_ITEMS_SUPERSEDED
from etl.silver import silver_table
from etl.source import Source
from etl.storage import Location
from etl.stored import stored_rows, versions_of

REFINED_GOLD = (
    gold.GLD_DIM_PRODUCTS,
    gold.GLD_DIM_CUSTOMERS,
    gold.GLD_DIM_DATE,
    gold.GLD_FACT_ORDER_ITEMS,
    daily.GLD_DAILY_ORDERS,
    daily.GLD_DAILY_CELLS,
    daily.GLD_DAILY_CUSTOMERS,
    daily.GLD_CALENDAR,
)
REFINED_OPS = (ops.OPS_FILES, ops.OPS_QUARANTINE, ops.OPS_RESTATEMENTS, ops.OPS_SOURCE)


def refined_tables(source: Source) -> list[Table]:
    """Every table that refining ``source`` writes, with its contract for this source."""
    bronze = [feed_table(source, feed) for feed in source.feeds]
    silver = [*(silver_table(name) for name in source.tables), SLV_ORDER_ITEMS_SUPERSEDED]
    stores = [gold.GLD_DIM_STORES] if "stores" in source.tables else []
    return [*bronze, *(source.contract(table) for table in (*silver, *REFINED_GOLD, *stores)), *REFINED_OPS]


@dataclass(frozen=True)
class Work:
    """What a run has to do, from ``release``, whose ledger is ``ledger``.

    ``whole`` where everything is refined anew: the first time, and whenever the declaration (``declared``, its digest)
    changed. ``unfinished_run`` where a run that was killed left tables that no release names. ``unfinished`` names
    files still being written, which wait for the next run.
    """

    plan: Plan
    ledger: pd.DataFrame
    release: Release | None
    declared: str
    whole: bool
    unfinished_run: bool
    unfinished: tuple[str, ...]

    @cached_property
    def is_due(self) -> bool:
        """Whether a file came, changed, or is refused that the ledger does not know of, or everything is due."""
        known = {(row.file_name, row.content_hash, row.same_as or None) for row in self.ledger.itertuples()}
        listed = {(entry.file.name, entry.file.content_hash, entry.same_as) for entry in self.plan.entries}
        return self.whole or known != listed

    @property
    def is_nothing(self) -> bool:
        """Whether every table is as it should be."""
        return not self.is_due and not self.unfinished_run

    def due(self, feed: str) -> dict[str, int]:
        """The files of ``feed`` whose lines come, go, or are judged anew, and their bytes."""
        sizes = {e.file.name: e.file.size_bytes for e in self.plan.entries if e.file.feed == feed and e.same_as is None}
        return sizes if self.whole else {name: sizes.get(name, 0) for name in self.plan.names(feed)}

    def reason(self) -> str:
        """Why there is something to do, in a sentence's rest; empty where there is nothing."""
        if self.is_nothing:
            return ""
        if self.whole:
            return "its source is declared otherwise than before" if self.release else "nothing was refined yet"
        if self.is_due:
            return f"files came, changed or are refused: {len(self.plan.taken)} to read"
        return "a run did not end"

    @property
    def digest(self) -> str:
        """What Gold follows from: the declaration and the content of every file that counts."""
        content = [(entry.file.name, entry.file.content_hash) for entry in self.plan.entries]
        return hashlib.sha256(json.dumps([self.declared, content]).encode()).hexdigest()

    def later_than(self, day: date) -> date | None:
        """The newest arrival among the files taken before, where it is later than ``day``."""
        newest = max(self.ledger["arrival_date"].dropna(), default=day)
        return newest if newest > day else None

    def notes(self) -> list[str]:
        """What is to be said of files that are not taken, a sentence each."""
        refused = [entry for entry in self.plan.entries if entry.same_as is not None and entry.file.holds_lines()]
        return [
            *(f"{name} is still being written: it waits for the next run." for name in self.unfinished),
            *(f"{e.file.name} has the content of {e.same_as}: it is refused as a duplicate." for e in refused),
            *(f"{name} is no longer in the landing folder: its rows stay." for name in self._vanished()),
        ]

    def _vanished(self) -> list[str]:
        """The files that went, but for those that were overwritten."""
        vanished = set(self.plan.vanished)
        there = {file_name(entry.file.name) for entry in self.plan.entries if entry.file.name not in vanished}
        return sorted({file_name(name) for name in vanished} - there)

    def require_unchanged(self) -> None:
        """Raise ``ChangedError`` where a file that was taken is not the one that was looked at any more."""
        raise_problems(_changed_since(self.plan), ChangedError)


def find_work(source: Source, warehouse: Location, landing: Location, seen_on: date, as_of: date | None = None) -> Work:
    """Hold the landing folder, as seen on a day, against the newest release's ledger.

    Raises ``InputError`` where the folder or a feed has no files.
    """
    release = newest_release(warehouse)
    released = release.versions if release else {}
    ledger, signed = (stored_rows(warehouse, table, released) for table in (ops.OPS_FILES, ops.OPS_SOURCE))
    declared = _declared(source)
    known = entries_of(ledger, landing)
    files = [entry.file for entry in known]
    seen = look(source, landing, as_of, {file_name(file.name): file for file in files})
    found = [file for file in as_editions(seen.files, files, source, seen_on) if had_arrived(file, as_of)]
    whole = release is None or signed["declared"].tolist() != [declared]
    due = plan(found, known, as_of)
    if whole:
        due = plan(found, _kept(known, due, source), as_of)
    unfinished = _left_over(warehouse, release, refined_tables(source))
    return Work(due, ledger, release, declared, whole, unfinished, tuple(seen.unfinished))


def _kept(known: list[Entry], due: Plan, source: Source) -> list[Entry]:
    """The files that are there no more, whose lines are judged anew as they were read."""
    return [entry for entry in known if entry.file.name in due.vanished and entry.file.feed in source.feeds]


def _declared(source: Source) -> str:
    contracts = [(table.full_name, [(c.name, c.type) for c in table.columns]) for table in refined_tables(source)]
    content = json.dumps([source.model_dump(mode="json", exclude={"due"}), contracts], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _left_over(warehouse: Location, release: Release | None, tables: list[Table]) -> bool:
    released = release.versions if release else {}
    refined = {table.full_name for table in tables}
    return versions_of(warehouse, tables) != {name: v for name, v in released.items() if name in refined}


def _changed_since(plan: Plan) -> Iterator[str]:
    for file in plan.taken:
        if not file.path.exists():
            yield f"{file.name} went while it was read: put it back, or run again without it."
        elif not file.is_unchanged():
            yield f"{file.name} changed while it was read: run again when it is whole."
