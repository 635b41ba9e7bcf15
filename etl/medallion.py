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

    def is_current(self) -> bool:
        """Whether the warehouse was already refined from exactly these files by this declaration.

        Raises ``InputError`` where it was built from another source.
        """
        if not self.lakehouse.exists(OPS_SOURCE):
            return False
        signed = self.lakehouse.pandas(OPS_SOURCE).iloc[0]
        if signed["name"] != self.source.name:
            raise InputError(
                f"The warehouse {self.lakehouse.warehouse} was built from source {signed['name']}: "
                f"give {self.source.name} one of its own with --warehouse."
            )
        return bool(signed["refined_from"] == self._digest())

    def run(self) -> int:
        """Refine everything and return the rows of the fact.

        Raises ``QualityError`` where a contract breaks, rows are unaccounted for, or no order line is left.
        """
        for feed in self.source.feeds:
            self.progress(f"bronze: {feed}")
            of_feed = [file for file in self.files if file.feed == feed]
            bronze.land(self.lakehouse, self.source, feed, of_feed, self.ingested_at)
        # returns are held against the order lines, so they come last
        superseded = [self._to_silver(name) for name in sorted(self.source.tables, key=lambda name: name == "returns")]
        self.progress("accounts: landed = kept + quarantined + superseded")
        accounts = account(self.lakehouse, self.source, self.files, pd.concat(superseded, ignore_index=True))
        self.lakehouse.write(OPS_FILES, self.lakehouse.frame(OPS_FILES, accounts))
        days = business_days(self.lakehouse)
        rows = Gold(self.lakehouse, self.source, days, self.progress).publish()
        self._sign(*days)
        return rows

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
                "first_day": first_day,
                "last_day": last_day,
                "refined_from": self._digest(),
            }
        )
        self.lakehouse.write(OPS_SOURCE, self.lakehouse.frame(OPS_SOURCE, signature))

    def _digest(self) -> str:
        """What Gold follows from: the declaration and the content of every file."""
        declared = self.source.model_dump(mode="json")
        content = [declared, [(file.name, file.content_hash) for file in self.files]]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
