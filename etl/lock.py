"""One writer a warehouse: a lock that ends with the process that holds it, however that ends."""

import fcntl
import os
import re
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from etl.errors import InputError, LockedError
from etl.storage import Location

LOCK = "lock"
HOLDER = re.compile(r"Process (?P<pid>\d+) on (?P<host>\S+), since ")


def holder(warehouse: Location) -> str | None:
    """Who works on ``warehouse``: a process of this machine that is alive, or one of another; None where nobody does.

    It reads what the holder wrote and never tries the lock, which could turn away a run that begins just then.
    """
    if not isinstance(warehouse, Path):
        from etl.lease import lease_holder

        return lease_holder(warehouse)
    try:
        told = (warehouse / LOCK).read_text(encoding="utf-8").strip().rstrip(",")
    except OSError:
        return None
    found = HOLDER.match(told)
    if found is None or (found["host"] == socket.gethostname() and not _is_alive(int(found["pid"]))):
        return None
    return told


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it is there, and another user's
    return True


def exclusive(warehouse: Location) -> AbstractContextManager[None]:
    """Hold ``warehouse`` (made if needed) for the length of a block.

    Raises ``LockedError`` where another process holds it.
    """
    if isinstance(warehouse, Path):
        return _locked(warehouse)
    from etl.lease import leased

    return leased(warehouse)


@contextmanager
def _locked(warehouse: Path) -> Iterator[None]:
    """Hold a folder of this machine by an advisory lock.

    The kernel frees the lock of a process that died, so none is ever left behind; the file only tells who holds it.
    """
    warehouse = warehouse.resolve()
    is_new = not warehouse.exists()
    try:
        warehouse.mkdir(parents=True, exist_ok=True)
        stream = (warehouse / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise InputError(f"The warehouse {warehouse} cannot be written: {error.strerror}.") from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            stream.seek(0)
            holder = stream.read().strip() or "another process"
            raise LockedError(f"{holder} works on {warehouse}: wait until it has ended, and run again.") from error
        stream.truncate(0)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        stream.write(f"Process {os.getpid()} on {socket.gethostname()}, since {now},\n")
        stream.flush()
        try:
            yield
        finally:
            stream.truncate(0)
            if is_new and list(warehouse.iterdir()) == [warehouse / LOCK]:  # nothing came of it
                (warehouse / LOCK).unlink()
                warehouse.rmdir()
