from datetime import timedelta

import obstore
import pytest

from etl.errors import StoreError, UsageError
from etl.object_store import store_of
from etl.outage import is_outage, store_faults
from etl.storage import location
from tests.stores import SECRET

REFUSED = (
    "Generic S3 error: Error performing PUT http://127.0.0.1/lake/lock?x=1 in 3ms - Server returned non-2xx status "
    "code: 403 Forbidden: <Error><AWSAccessKeyId>AKIATESTKEY</AWSAccessKeyId></Error>"
)


def test_a_refusal_is_told_without_what_the_store_repeats():
    with (
        pytest.raises(StoreError, match=r"PUT http://\S+/lake/lock was answered with 403") as told,
        store_faults(),
    ):
        raise RuntimeError(REFUSED)
    assert "AKIA" not in str(told.value)


@pytest.mark.parametrize("other", [ValueError("of another kind"), UsageError("Error performing it")])
def test_other_errors_stay_as_they_are(other):
    with pytest.raises(type(other), match=str(other)), store_faults():
        raise other


def test_a_bucket_that_is_not_there_is_said_to_be_refused(bucket):
    with pytest.raises(StoreError, match="was answered with 404") as told, store_faults():
        list(location("s3://no-such-bucket/landing").iterdir())
    assert SECRET not in str(told.value)


def test_a_store_out_of_reach_is_said_to_be(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match="found no answer"), store_faults():
        obstore.head(store_of(bucket, timedelta(seconds=1)), "lock")


HUNG_UP = "Generic S3 error: HTTP error: request or response body error: Connection reset by peer (os error 104)"
NOT_REACHED = (
    "Generic S3 error: Error performing GET http://127.0.0.1/lake/a in 9s, after 10 retries - HTTP error: error"
)
BUSY = REFUSED.replace("403 Forbidden", "503 Slow Down")


def test_an_answer_that_breaks_off_is_told():
    with pytest.raises(StoreError, match="hung up in the middle of an answer"), store_faults():
        raise OSError(HUNG_UP)


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        (HUNG_UP, True),
        ("Connection reset by peer (os error 104)", True),
        (NOT_REACHED, True),
        (BUSY, True),
        (REFUSED, False),
        ("No space left on device (os error 28)", False),
        ("not a number", False),
        ("Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)", False),
    ],
)
def test_an_outage_passes_and_a_refusal_does_not(said, passes):
    assert is_outage(RuntimeError(said)) is passes
