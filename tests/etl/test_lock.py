import subprocess
import sys

import pytest

from etl.errors import LockedError
from etl.lock import exclusive
from etl.lock import holder as holder_of

HOLD = """
import sys
from pathlib import Path
from etl.lock import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the warehouse until it is killed."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_says_who_holds_the_warehouse_and_leaves_with_5(holder, tmp_path):
    told = f"Process {holder.pid} on .* works on {tmp_path}: wait"
    with pytest.raises(LockedError, match=told) as refused, exclusive(tmp_path):
        pass
    assert refused.value.exit_code == 5


def test_a_lock_of_a_process_that_was_killed_is_taken_over(holder, tmp_path):
    holder.kill()
    holder.wait()
    with exclusive(tmp_path):
        pass


def test_a_warehouse_is_free_again_after_the_block(tmp_path):
    for _ in range(2):
        with exclusive(tmp_path / "new"):
            pass


def test_who_holds_a_warehouse_is_told_while_it_works(holder, tmp_path):
    assert holder_of(tmp_path).startswith(f"Process {holder.pid} on ")
    holder.kill()
    holder.wait()
    assert holder_of(tmp_path) is None  # though its name is still there


def test_nobody_holds_a_warehouse_before_and_after(tmp_path):
    assert holder_of(tmp_path / "new") is None
    with exclusive(tmp_path):
        assert holder_of(tmp_path) is not None
    assert holder_of(tmp_path) is None
