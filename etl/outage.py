"""Faults of an object store; engines and clients tell of them in the text of their errors only."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from etl.errors import AssayError, StoreError

# of the client that the embedded engine, deltalake and obstore have in common; what a store answered is left out, since
# it may repeat an access key
REQUEST = re.compile(r"Error performing (?P<request>\w+ [^\s?]+)[^\n]*?(?:status code: (?P<status>\d+)|\n|$)")


@contextmanager
def store_faults() -> Iterator[None]:
    """Raise ``StoreError``, which says what to do, where the block fails because an object store cannot be used."""
    try:
        yield
    except AssayError:
        raise
    except Exception as error:
        failed = REQUEST.search(str(error))
        if failed is None:
            raise
        answer = f"was answered with {failed['status']}" if failed["status"] else "found no answer, however often asked"
        raise StoreError(
            f"The object store cannot be used: {failed['request']} {answer}. See to the network, the address and the "
            "credentials, and run again; readers keep what was released last."
        ) from error
