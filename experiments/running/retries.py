"""Try again what failed for a reason that passes, such as a server or an object store away; never bad data."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import grpc
import requests

from etl.errors import AssayError, first_line
from etl.outage import is_outage

WAITS = (1.0, 4.0, 16.0)
"""Seconds before each new try."""
AWAY = {"TEMPORARILY_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED"}
NETWORK = (ConnectionError, TimeoutError, requests.ConnectionError, requests.Timeout)
Result = TypeVar("Result")


def retried(
    work: Callable[[], Result], progress: Callable[[str], None], wait: Callable[[float], None] = time.sleep
) -> Result:
    """The result of ``work``, tried again after each of ``WAITS`` while its error is transient; else it is raised."""
    for seconds in WAITS:
        try:
            return work()
        except Exception as error:
            if not is_transient(error):
                raise
            progress(f"{first_line(error)}: trying again in {seconds:g} s")
            wait(seconds)
    return work()


def is_transient(error: BaseException) -> bool:
    """Whether the error, or one that it came from, is of a kind that passes by itself."""
    return not isinstance(error, AssayError) and any(map(_passes, _chain(error)))


def _passes(error: BaseException) -> bool:
    # here, since loading MLflow takes longer than refining a day does
    import sqlalchemy.exc
    from mlflow.exceptions import MlflowException

    if isinstance(error, MlflowException):
        return error.error_code in AWAY or "API request to" in str(error)
    if isinstance(error, grpc.RpcError):
        return bool(getattr(error, "code", lambda: None)() == grpc.StatusCode.UNAVAILABLE)
    if isinstance(error, sqlalchemy.exc.OperationalError):
        return "database is locked" in str(error)
    return isinstance(error, NETWORK) or is_outage(error)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
