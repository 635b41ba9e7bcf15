"""Processes beside a test, which never outlive it."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


@contextmanager
def running(
    command: Sequence[object], env: Mapping[str, str], stdout: int = subprocess.PIPE
) -> Iterator[subprocess.Popen[str]]:
    """A process for as long as the block runs; it is waited for at the end, and killed where the block fails."""
    arguments = [str(part) for part in command]
    with subprocess.Popen(arguments, stdout=stdout, stderr=subprocess.PIPE, text=True, env=env) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def wait_until_told(process: subprocess.Popen[str], what: str) -> None:
    """Read what the process says on standard error until a line has it."""
    told = []
    for line in process.stderr:
        if what in line:
            return
        told.append(line)
    raise AssertionError(f"It ended without {what!r}: {''.join(told)}")
