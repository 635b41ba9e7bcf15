"""What every command shares: the warehouse, the engine, the source and its landing folder, and the as-of day."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from etl.errors import UsageError

if TYPE_CHECKING:
    from etl.engine import Engine
    from etl.lakehouse import Lakehouse
    from etl.source import Source
    from etl.storage import Location


@dataclass(frozen=True)
class Workspace:
    """The shared options of a command, as given."""

    warehouse: "Location"
    engine: "Engine"
    source_name: str
    landing: "Location"
    as_of: date | None
    json: bool

    @property
    def source(self) -> "Source":
        """The declared source; raises ``InputError`` where the declaration cannot be used."""
        from etl.source import load_source

        return load_source(self.source_name)

    @contextmanager
    def lakehouse(self) -> "Iterator[Lakehouse]":
        """The warehouse's tables on the chosen engine, for as long as the block runs; the folder is made if needed."""
        from etl.disk import disk_faults
        from etl.engine import open_session
        from etl.lakehouse import Lakehouse

        interrupted = signal.getsignal(signal.SIGINT)
        with disk_faults(self.warehouse), open_session(self.engine, self.warehouse) as session:
            # the embedded engine takes Ctrl-C for itself and stops under the run, which would then wait for it
            signal.signal(signal.SIGINT, interrupted)
            yield Lakehouse(session, self.warehouse)

    def refuse_as_of(self) -> None:
        """Raise ``UsageError`` where an as-of day was given to a command that reads Gold as it is now."""
        if self.as_of is not None:
            raise UsageError(
                "This command reads Gold as it is: to see an earlier day, refresh a warehouse of its own, "
                f"assay refresh --as-of {self.as_of} --warehouse DIR, and ask there."
            )

    @contextmanager
    def alone(self) -> "Iterator[None]":
        """Hold the warehouse for the length of the block, upgraded where an older Assay wrote it.

        Raises ``LockedError`` where another process holds it.
        """
        from etl.lock import exclusive
        from etl.upgrade import upgrade_held

        with exclusive(self.warehouse):
            upgrade_held(self.warehouse, datetime.now(UTC))
            yield

    @contextmanager
    def writing(self) -> "Iterator[Lakehouse]":
        """Like ``lakehouse``; where the block ends well, what it wrote is released to readers, all at once."""
        from etl.release import release_whole

        with self.lakehouse() as lakehouse:
            yield lakehouse
            release_whole(lakehouse.warehouse, lakehouse.versions(), datetime.now(UTC))

    @contextmanager
    def existing_lakehouse(self) -> "Iterator[Lakehouse]":
        """Like ``lakehouse``, every table at its newest version; raises ``InputError`` where it was never filled."""
        self._released()
        with self.lakehouse() as lakehouse:
            yield lakehouse

    @contextmanager
    def released_lakehouse(self) -> "Iterator[Lakehouse]":
        """The tables as the newest whole release has them, whatever a run under way writes, to be read only."""
        versions = self._released()
        with self.lakehouse() as lakehouse:
            yield lakehouse.at(versions)

    @contextmanager
    def changing_lakehouse(self) -> "Iterator[Lakehouse]":
        """Like ``existing_lakehouse``, held by this process alone, and released to readers where the block ends well.

        What a killed run left is put back first, so that it is not released. Raises ``LockedError`` where another
        process holds the warehouse.
        """
        from experiments.console import Progress
        from experiments.running.ledger import StepLedger
        from experiments.running.recovery import recover

        self._released()
        with self.alone(), self.writing() as lakehouse:
            now = StepLedger(self.warehouse).not_before(datetime.now(UTC))
            recover(lakehouse, [], self.source_name, now, Progress())
            yield lakehouse

    def _released(self) -> dict[str, int]:
        from etl.release import readable_versions

        return readable_versions(self.warehouse)
