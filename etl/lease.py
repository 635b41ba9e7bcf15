"""One writer a warehouse of an object store: a lease that its holder renews for as long as it lives.

No clocks of different machines are compared. Who finds the lease taken watches it: where it is renewed its holder
lives, and where it is not for as long as a lease lasts it is taken over. Every change is a conditional write, so of
several at once one gets through. A holder that could not renew in time stops by itself, before another may begin.
"""

import json
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import ObjectStore
from upath import UPath

from etl.errors import LockedError
from etl.object_store import get, store_of

if TYPE_CHECKING:
    from obstore import PutMode

LOCK = "lock"
LASTS = 60.0  # seconds without a renewal
RENEWED_EVERY = 5.0
FREE: dict[str, Any] = {}


@dataclass(frozen=True)
class _Seen:
    """The lease as the store has it: who holds it (``FREE``: nobody), and what a conditional write is held against."""

    content: dict[str, Any]
    version: "PutMode"


@contextmanager
def leased(warehouse: UPath, lasts: float = LASTS, renewed_every: float = RENEWED_EVERY) -> Iterator[None]:
    """Hold the lease of ``warehouse`` for the length of the block; both times are in seconds.

    Raises ``LockedError`` where another process holds it, after having seen it renewed, or where it was lost meanwhile.
    """
    lease = _Lease(warehouse, lasts, renewed_every)
    lease.take()
    renewing = threading.Thread(target=lease.renew_until_given_back, daemon=True)
    renewing.start()
    try:
        yield
    except KeyboardInterrupt:
        if lease.lost.is_set():
            raise LockedError(
                f"This run could not renew its lease of {warehouse} for {lasts:.0f} seconds and stopped, so that "
                "another one may go on; nothing of it was released: run again."
            ) from None
        raise
    finally:
        lease.given_back.set()
        renewing.join()
        lease.give_back()


def lease_holder(warehouse: UPath) -> str | None:
    """Who holds the lease, or held it last and never gave it back; None where it is free."""
    try:
        found = json.loads(get(warehouse / LOCK)[0])
    except FileNotFoundError:
        return None
    return None if found == FREE else str(found["holder"]).rstrip(",")


class _Lease:
    """The lease of one warehouse, as this process takes, renews and gives it back."""

    def __init__(self, warehouse: UPath, lasts: float, renewed_every: float) -> None:
        self.lost = threading.Event()
        self.given_back = threading.Event()
        self._warehouse = warehouse
        self._lasts = lasts
        self._renewed_every = renewed_every
        self._store = store_of(warehouse)
        # a renewal that fails is repeated by the next one, not by the client, which is more patient than a lease
        self._hasty_store = store_of(warehouse, timedelta(seconds=renewed_every))
        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder = f"Process {os.getpid()} on {socket.gethostname()}, since {since},"
        self._content: dict[str, Any] = {"holder": holder, "token": secrets.token_hex(8), "renewals": 0}
        self._version: PutMode = "create"

    def take(self) -> None:
        """Take the lease; raises ``LockedError`` where another process holds it or was quicker."""
        seen = self._seen()
        if seen is not None:
            self._version = seen.version if seen.content == FREE else self._outlasted(seen)
        if not self._put(self._content, self._store):
            raise LockedError(f"Another process took {self._warehouse} just now: wait until it has ended.")

    def _outlasted(self, taken: _Seen) -> "PutMode":
        """Watch a lease that is taken until it is given back, or until it has lasted without being renewed."""
        end = time.monotonic() + self._lasts
        while time.monotonic() < end:
            time.sleep(self._renewed_every / 4)
            seen = self._seen() or taken
            if seen.content == FREE:
                return seen.version
            if seen.version != taken.version:
                raise LockedError(
                    f"{seen.content['holder']} works on {self._warehouse}: wait until it has ended, and run again."
                )
        return taken.version

    def renew_until_given_back(self) -> None:
        """Renew in time; where that cannot be, interrupt the run early enough that it ends before the lease does."""
        patience = self._lasts - 3 * self._renewed_every
        renewed = time.monotonic()
        while not self.given_back.wait(self._renewed_every):
            content = self._content | {"renewals": self._content["renewals"] + 1}
            try:
                kept = self._put(content, self._hasty_store)
            except BaseError:  # out of reach, for now
                kept = time.monotonic() - renewed < patience
            else:
                self._content, renewed = content, time.monotonic()
            if not kept:
                self.lost.set()
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
                return

    def give_back(self) -> None:
        """Leave the lease free, if it is still this process's; out of reach, it ends by itself."""
        if not self.lost.is_set():
            with suppress(BaseError):
                self._put(FREE, self._store)

    def _put(self, content: dict[str, Any], store: ObjectStore) -> bool:
        """Write ``content`` in the place of what was seen last; False where another process wrote meanwhile."""
        body = json.dumps(content).encode()
        try:
            written = obstore.put(store, LOCK, body, mode=self._version)
        except (AlreadyExistsError, PreconditionError):
            seen = self._seen()
            if seen is None or seen.content != content:  # else an answer got lost, and this is what it had written
                return False
            self._version = seen.version
        else:
            self._version = _version(written["e_tag"], written["version"])
        return True

    def _seen(self) -> _Seen | None:
        try:
            found = obstore.get(self._store, LOCK)
        except FileNotFoundError:
            return None
        return _Seen(json.loads(found.bytes().to_bytes()), _version(found.meta["e_tag"], found.meta["version"]))


def _version(e_tag: str | None, version: str | None) -> "PutMode":
    return {name: value for name, value in (("e_tag", e_tag), ("version", version)) if value is not None}  # type: ignore[return-value]
