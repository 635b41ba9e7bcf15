"""Faults of an object store; engines and clients tell of them in the text of their errors only."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from etl.errors import AssayError, StoreError

# of the client that the embedded engine, deltalake and obstore have in common, which also writes to the local disk
STORE = re.compile(r"Generic (?!LocalFileSystem)\w+ error: ")
# what a store answered is left out, since it may repeat an access key
REQUEST = re.compile(r"Error performing (?P<request>\w+ [^\s?]+)[^\n]*?(?:status code: (?P<status>\d+)|\n|$)")
# the embedded engine says no more where a connection breaks in the middle of an answer
SYSTEM = re.compile(r"\(os error (?P<number>\d+)\)")
CONNECTION = {errno.ECONNRESET, errno.ECONNREFUSED, errno.ECONNABORTED, errno.EPIPE, errno.ETIMEDOUT}
TOO_MANY, BROKEN = 429, 500


@contextmanager
def store_faults() -> Iterator[None]:
    """Raise ``StoreError``, which says what to do, where the block fails because an object store cannot be used."""
    try:
        yield
    except AssayError:
        raise
    except Exception as error:
        failed = _failed(str(error))
        if failed is None:
            raise
        raise StoreError(
            f"The object store cannot be used: {failed}. See to the network, the address and the credentials, and run "
            "again; readers keep what was released last."
        ) from error


def is_outage(error: BaseException) -> bool:
    """Whether an object store was out of reach, hung up or was overloaded, which passes; it did not refuse."""
    request = REQUEST.search(str(error))
    if request is None:
        return _hung_up(str(error))
    status = int(request["status"] or 0)
    return status in (0, TOO_MANY) or status >= BROKEN


def _failed(said: str) -> str | None:
    """What failed, in a sentence's rest; None where it was no object store."""
    request = REQUEST.search(said)
    if request is not None:
        answer = (
            f"was answered with {request['status']}" if request["status"] else "found no answer, however often asked"
        )
        return f"{request['request']} {answer}"
    return "it hung up in the middle of an answer" if _hung_up(said) else None


def _hung_up(said: str) -> bool:
    system = SYSTEM.search(said)
    return STORE.search(said) is not None or (system is not None and int(system["number"]) in CONNECTION)
