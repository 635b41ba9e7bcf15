import sqlite3

import pytest
import sqlalchemy.exc
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, TEMPORARILY_UNAVAILABLE

from etl.errors import QualityError
from experiments.running.retries import WAITS, is_transient, retried

LOCKED = sqlalchemy.exc.OperationalError("insert", {}, sqlite3.OperationalError("database is locked"))
FULL = sqlalchemy.exc.OperationalError("insert", {}, sqlite3.OperationalError("database or disk is full"))
AWAY = MlflowException("API request to http://127.0.0.1:5000/api failed with exception: refused")


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ConnectionRefusedError("refused"), True),
        (TimeoutError("slow"), True),
        (AWAY, True),
        (MlflowException("busy", TEMPORARILY_UNAVAILABLE), True),
        (LOCKED, True),
        (caused(RuntimeError("could not log"), LOCKED), True),
        (MlflowException("no such metric", INVALID_PARAMETER_VALUE), False),
        (FULL, False),
        (OSError(28, "No space left on device"), False),
        (RuntimeError("Generic S3 error: HTTP error: Connection reset by peer (os error 104)"), True),
        (ValueError("not a number"), False),
        (QualityError("rows lost"), False),
        (caused(QualityError("rows lost"), ConnectionError("gone")), False),
    ],
)
def test_only_what_passes_by_itself_is_transient(error, passes):
    assert is_transient(error) is passes


def failing(times: int, error: Exception):
    left = [error] * times

    def work() -> str:
        if left:
            raise left.pop()
        return "done"

    return work


def test_it_is_tried_again_with_longer_waits_and_said():
    waits, said = [], []
    assert retried(failing(2, AWAY), said.append, waits.append) == "done"
    assert waits == list(WAITS[:2]) == sorted(waits)
    assert said[0].endswith("refused: trying again in 1 s")


def test_what_does_not_pass_is_raised_in_the_end():
    waits = []
    with pytest.raises(MlflowException):
        retried(failing(len(WAITS) + 1, AWAY), lambda _: None, waits.append)
    assert waits == list(WAITS)


def test_bad_data_are_not_tried_again():
    waits = []
    with pytest.raises(QualityError):
        retried(failing(1, QualityError("rows lost")), lambda _: None, waits.append)
    assert waits == []
