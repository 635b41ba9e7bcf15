"""Of many that want a warehouse of an object store one has it, for as long as it lives and the store is in reach."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from etl.errors import LockedError
from etl.lease import leased
from tests.stores import Proxy, child_environment

LASTS, RENEWED_EVERY = 5.0, 0.5
HOLD = f"""
import sys, time
from etl.errors import LockedError
from etl.lease import leased
from etl.storage import location
try:
    with leased(location(sys.argv[1]), {LASTS}, {RENEWED_EVERY}):
        print("held", flush=True)
        time.sleep(float(sys.argv[2]))
    print("given back", flush=True)
except LockedError as error:
    print(error, flush=True)
"""


def hold(bucket, endpoint, seconds=60):
    """Another process that holds the warehouse."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(bucket), str(seconds)],
        stdout=subprocess.PIPE, text=True, env=child_environment(endpoint),
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def holder(bucket, s3):
    process = hold(bucket, s3)
    yield process
    process.kill()
    process.communicate()


@pytest.fixture
def proxy(s3):
    made = Proxy(s3)
    yield made
    made.stop()


def take(bucket):
    return leased(bucket, LASTS, RENEWED_EVERY)


def test_the_second_says_who_holds_the_warehouse_and_leaves_with_5(holder, bucket):
    with pytest.raises(LockedError, match=f"Process {holder.pid} on .* works on {bucket}") as refused, take(bucket):
        pass
    assert refused.value.exit_code == 5


def test_a_holder_that_was_killed_is_taken_over_once_its_lease_has_ended(holder, bucket):
    holder.kill()
    holder.wait()
    began = time.monotonic()
    with take(bucket):
        assert time.monotonic() - began >= LASTS


def test_a_warehouse_is_free_at_once_after_the_block(bucket):
    for _ in range(3):
        began = time.monotonic()
        with take(bucket):
            assert time.monotonic() - began < LASTS / 2


def test_of_many_at_once_one_gets_through(bucket):
    start = Barrier(8)

    def attempt(_):
        start.wait()
        try:
            with take(bucket):
                time.sleep(LASTS / 2)
                return True
        except LockedError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_a_fault_shorter_than_the_lease_is_outlived(bucket, proxy):
    process = hold(bucket, proxy.url, seconds=LASTS)
    with proxy.cut():
        time.sleep(LASTS / 2)
    assert process.communicate(timeout=30)[0] == "given back\n"
    assert proxy.broken > 0


def test_a_holder_that_cannot_renew_stops_before_another_may_begin(bucket, proxy):
    process = hold(bucket, proxy.url)
    with proxy.cut():
        began = time.monotonic()
        told = process.stdout.readline()
        assert time.monotonic() - began < LASTS
        process.communicate(timeout=30)
    assert "could not renew its lease" in told
    with take(bucket):
        pass
