"""Faults of the disk under a warehouse; engines tell of them in the text of their errors only."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from etl.errors import AssayError, DiskError
from etl.storage import Location

FAULTS = {
    os.strerror(errno.ENOSPC): "is full: free some space",
    "database or disk is full": "is full: free some space",  # SQLite, under MLflow
    os.strerror(errno.EDQUOT): "is full up to your quota: free some space",
    os.strerror(errno.EROFS): "can only be read now: make it writable",
}


@contextmanager
def disk_faults(warehouse: Location) -> Iterator[None]:
    """Raise ``DiskError``, which says what to do, where the block fails because the disk takes no more."""
    try:
        yield
    except AssayError:
        raise
    except Exception as error:
        told = str(error)
        for sign, fault in FAULTS.items():
            if sign in told:
                raise DiskError(
                    f"The disk of {warehouse} {fault} and run again; readers keep what was released last."
                ) from error
        raise
