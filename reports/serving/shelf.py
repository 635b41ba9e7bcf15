"""The edition that is served now, and the next one made ready behind it."""

import ctypes
import gc
import logging
import sys
import threading
from collections.abc import Callable, Mapping

import pyarrow as pa

from etl.errors import AssayError
from etl.release import readable_versions
from etl.storage import Location
from reports.serving.edition import Edition
from reports.snapshot import Snapshot, newest

POLL_SECONDS = 2.0
KEPT_WARM = 128

log = logging.getLogger(__name__)


class Shelf:
    """Holds one edition of a warehouse; ``watch`` replaces it once a newer state is whole and warm.

    A request takes ``current`` once and answers from it alone, so what it says is of one version, and no reader waits
    for a new edition to be made.
    """

    def __init__(self, warehouse: Location, publish: Callable[[Snapshot], Edition]) -> None:
        self._warehouse = warehouse
        self._publish = publish
        self.current = publish(newest(warehouse))
        self._stopped = threading.Event()

    def watch(self) -> None:
        """Look for a newer state until ``stop``; one that cannot be served leaves the old one in place."""
        self._prepare(self.current, before=None)
        _give_back()
        while not self._stopped.wait(POLL_SECONDS):
            try:
                self._renew(readable_versions(self._warehouse))
            except Exception as error:  # whatever is wrong with a new state must not end the watch
                log.warning("The newest state of %s is not served: %s", self._warehouse, error)

    def stop(self) -> None:
        """End ``watch``."""
        self._stopped.set()

    def _renew(self, versions: Mapping[str, int]) -> None:
        if versions == self.current.snapshot.versions:
            return
        edition = self._publish(Snapshot(self._warehouse, versions))
        self._prepare(edition, before=self.current)
        self.current = edition
        _give_back()

    def _prepare(self, edition: Edition, before: Edition | None) -> None:
        """Make what will be read first; a question that no longer has an answer is left to who asks it."""
        try:
            edition.warm(before.requests()[-KEPT_WARM:] if before else [])
        except AssayError as error:
            log.info("Not made ahead: %s", error)


def _give_back() -> None:
    """Let go of the edition before, and return to the system what making this one took.

    An edition and what it keeps know each other, so without a full collection its tables would stay for long; and
    glibc keeps what is freed between blocks in use.
    """
    gc.collect()
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)
