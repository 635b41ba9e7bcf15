"""The refinement of a landing folder: what is new in it to Bronze, to Silver and the accounts, to Gold; then a release.

A run starts from the newest release: whatever a run that was killed left behind is put back first. It ends with a
release of its own, so no reader takes half of one batch and half of another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pandas as pd
from pyspark.errors import PySparkException

from etl import bronze, order_lines, returns, silver
from etl.accounts import account
from etl.drift import report_drift
from etl.errors import InputError
from etl.gold import Gold, business_days, changed, stored_days
from etl.lakehouse import Lakehouse, sql_text
from etl.quality import hold_expectations, hold_thresholds
from etl.release import publish
from etl.restatements import restatements
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_FILES, OPS_RESTATEMENTS, OPS_SOURCE
from etl.schemas.silver import SLV_ORDER_ITEMS, SLV_ORDER_ITEMS_SUPERSEDED
from etl.slices import Months, in_files, is_month
from etl.source import Source
from etl.work import Work, refined_tables


@dataclass(frozen=True)
class Medallion:
    """One run that does the ``work`` found in a landing folder; ``ingested_at`` (UTC) stamps the rows."""

    lakehouse: Lakehouse
    source: Source
    work: Work
    ingested_at: datetime
    progress: Callable[[str], None]

    def run(self) -> int:
        """Refine what is new, release it to the jobs that follow, and return the fact's rows.

        Raises ``InputError`` where the warehouse was built from another source or files changed while they were read,
        and ``QualityError`` where a contract breaks, rows are unaccounted for, a threshold or an expectation stops the
        run, or no order line is left. Then nothing is released, and the next run starts from the release before.
        """
        self._require_same_source()
        self._put_back()
        if self.work.is_due:
            self._refine_what_is_there()
        if self.work.is_due or self.work.unfinished_run:
            self._release()
        return int(self.lakehouse.read(GLD_FACT_ORDER_ITEMS).count())

    @property
    def _before(self) -> Lakehouse | None:
        """The tables as the run before left them; None where there was none."""
        release = self.work.release
        return self.lakehouse.at(release.versions) if release else None

    def _require_same_source(self) -> None:
        if self._before is None:
            return
        built_from = self._before.pandas(OPS_SOURCE, ["name"]).iloc[0]["name"]
        if built_from != self.source.name:
            raise InputError(
                f"The warehouse {self.lakehouse.warehouse} was built from source {built_from}: "
                f"give {self.source.name} one of its own with --warehouse."
            )

    def _put_back(self) -> None:
        if self.work.unfinished_run:
            self.progress("putting back what an unfinished run left")
        versions = self.work.release.versions if self.work.release else {}
        self.lakehouse.put_back(versions, [table.full_name for table in refined_tables(self.source)])

    def _refine_what_is_there(self) -> None:
        try:
            self._refine()
        except PySparkException:
            self.work.require_unchanged()  # a file that went or changed is the likelier cause, and says so better
            raise

    def _refine(self) -> None:
        feeds = [feed for feed in self.source.feeds if self.work.whole or self.work.plan.touches(feed)]
        for feed in feeds:
            self.progress(f"bronze: {feed}")
            self._to_bronze(feed)
        self.work.require_unchanged()
        tables = [name for name, refinement in self.source.tables.items() if refinement.feed in feeds]
        months, superseded = self._to_silver(tables)
        self.progress("accounts: landed = kept + quarantined + superseded")
        accounts = account(self.lakehouse, self.source, self.work.plan, self.work.ledger, superseded, self.ingested_at)
        self.lakehouse.write(OPS_FILES, self.lakehouse.frame(OPS_FILES, accounts))
        report_drift(self.lakehouse, self.source)
        hold_thresholds(self.lakehouse, self.source)
        days = business_days(self.lakehouse)
        gold = Gold(self.lakehouse, self.source, days, self.progress, None if self.work.whole else self._before)
        months = gold.publish(months)
        self._restate(months)
        self.progress("expectations")
        hold_expectations(self.lakehouse, months)
        self._sign(*days)

    def _to_bronze(self, feed: str) -> None:
        plan = self.work.plan
        everything = f"not {in_files(plan.vanished)}" if plan.vanished else None
        replaced = everything if self.work.whole else in_files(plan.names(feed))
        taken = self.work.plan.taken_of(feed)
        bronze.land(self.lakehouse, self.source, feed, taken, self.ingested_at, replace_where=replaced)

    def _to_silver(self, tables: list[str]) -> tuple[Months, dict[str, pd.DataFrame]]:
        """Refine ``tables``; the months of order lines written, and by accounted table what was superseded."""
        months: Months = frozenset()
        superseded = {}
        if order_lines.NAME in tables:
            self.progress(f"silver: {order_lines.NAME}")
            files = self.work.due(order_lines.NAME)
            months = order_lines.publish(self.lakehouse, self.source, files, anew=self.work.whole)
            lost = self.lakehouse.read(SLV_ORDER_ITEMS_SUPERSEDED)
            superseded[order_lines.NAME] = silver.superseded_by_file(lost)
        for name in self._others(tables, months):
            self.progress(f"silver: {name}")
            counted = silver.publish(self.lakehouse, self.source, name)
            if counted is not None:
                superseded[name] = counted
        return months, superseded

    def _others(self, tables: list[str], months: Months) -> list[str]:
        """Returns are held against the order lines, so they come last, and whenever either changed."""
        others = [name for name in tables if name not in {order_lines.NAME, returns.NAME}]
        held = returns.NAME in tables or (returns.NAME in self.source.tables and self._sold_otherwise(months))
        return [*others, returns.NAME] if held else others

    def _sold_otherwise(self, months: Months) -> bool:
        """Whether order lines that returns name changed in the ``months`` that were written."""
        if self._before is None:
            return True
        named = silver.readable(self.lakehouse, self.source, returns.NAME).select(*returns.KEY).distinct()
        old, new = (
            named.join(returns.sold(at.read(SLV_ORDER_ITEMS).where(is_month("order_month", months))), list(returns.KEY))
            for at in (self._before, self.lakehouse)
        )
        return changed(old, new, returns.KEY).limit(1).count() > 0

    def _restate(self, months: Months) -> None:
        """Record what changed of days published before."""
        plan = self.work.plan
        if self._before is None:
            self.lakehouse.write(OPS_RESTATEMENTS, self.lakehouse.frame(OPS_RESTATEMENTS, pd.DataFrame()))
            return
        _, newest = stored_days(self._before)
        rows = restatements(self._before, self.lakehouse, months, newest, plan, self.ingested_at)
        self.lakehouse.write(OPS_RESTATEMENTS, rows, replace_where=f"batch = {sql_text(plan.batch)}")

    def _sign(self, first_day: date, last_day: date) -> None:
        signature = pd.DataFrame(
            {
                "name": [self.source.name],
                "time_zone": self.source.time_zone,
                "reporting_currency": self.source.reporting_currency,
                "due": self.source.due,
                "has_legacy_measure": self.source.legacy_measure,
                "dimensions": " ".join(self.source.own_dimensions.names) or None,
                "first_day": first_day,
                "last_day": last_day,
                "declared": self.work.declared,
            }
        )
        self.lakehouse.write_changed(OPS_SOURCE, self.lakehouse.frame(OPS_SOURCE, signature))

    def _release(self) -> None:
        versions, batch = self.lakehouse.versions(), self.work.plan.batch
        publish(self.lakehouse.warehouse, versions, batch, datetime.now(UTC), whole=False)
