"""The refinement of a landing folder: every file to Bronze, to Silver and the accounts, to Gold."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from etl import bronze, silver
from etl.accounts import account
from etl.errors import InputError
from etl.gold import Gold, business_days
from etl.lakehouse import Lakehouse
from etl.landing import LandedFile
from etl.quality import hold_expectations, hold_thresholds
from etl.schemas.ops import OPS_FILES, OPS_SOURCE
from etl.source import Source


@dataclass(frozen=True)
class Medallion:
    """One run over the landed ``files`` of ``source``; ``ingested_at`` (UTC) stamps the rows."""

    lakehouse: Lakehouse
    source: Source
    files: list[LandedFile]
    ingested_at: datetime
    progress: Callable[[str], None]

    def run(self) -> int:
        """Refine everything and return the rows of the fact.

        Raises ``InputError`` where the warehouse was built from another source, and ``QualityError`` where a contract
        breaks, rows are unaccounted for, a threshold or an expectation stops the run, or no order line is left.
        """
        self._require_same_source()
        for feed in self.source.feeds:
            self.progress(f"bronze: {feed}")
            of_feed = [file for file in self.files if file.feed == feed]
            bronze.land(self.lakehouse, self.source, feed, of_feed, self.ingested_at)
        # returns are held against the order lines, so they come last
        superseded = [self._to_silver(name) for name in sorted(self.source.tables, key=lambda name: name == "returns")]
        self.progress("accounts: landed = kept + quarantined + superseded")
        accounts = account(self.lakehouse, self.source, self.files, pd.concat(superseded, ignore_index=True))
        self.lakehouse.write(OPS_FILES, self.lakehouse.frame(OPS_FILES, accounts))
        hold_thresholds(self.lakehouse, self.source)
        days = business_days(self.lakehouse)
        rows = Gold(self.lakehouse, self.source, days, self.progress).publish()
        self.progress("expectations")
        hold_expectations(self.lakehouse)
        self._sign(*days)
        return rows

    def digest(self) -> str:
        """What Gold follows from: the declaration and the content of every file."""
        declared = self.source.model_dump(mode="json")
        content = [declared, [(file.name, file.content_hash) for file in self.files]]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _require_same_source(self) -> None:
        if not self.lakehouse.exists(OPS_SOURCE):
            return
        built_from = self.lakehouse.pandas(OPS_SOURCE, ["name"]).iloc[0]["name"]
        if built_from != self.source.name:
            raise InputError(
                f"The warehouse {self.lakehouse.warehouse} was built from source {built_from}: "
                f"give {self.source.name} one of its own with --warehouse."
            )

    def _to_silver(self, name: str) -> pd.DataFrame:
        self.progress(f"silver: {name}")
        return silver.publish(self.lakehouse, self.source, name)

    def _sign(self, first_day: date, last_day: date) -> None:
        signature = pd.DataFrame(
            {
                "name": [self.source.name],
                "time_zone": self.source.time_zone,
                "reporting_currency": self.source.reporting_currency,
                "has_legacy_measure": self.source.legacy_measure,
                "dimensions": " ".join(self.source.dimensions) or None,
                "first_day": first_day,
                "last_day": last_day,
            }
        )
        self.lakehouse.write(OPS_SOURCE, self.lakehouse.frame(OPS_SOURCE, signature))
