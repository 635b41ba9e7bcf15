"""What a command says: answers on standard output, progress and messages on standard error."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from experiments.redaction import redacted

ERRORS = Console(stderr=True, highlight=False)
OUTPUT = Console(highlight=False)


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


class Progress:
    """Says what is being done: a line that moves on a terminal, a JSON line elsewhere.

    ``run_id`` is in every line once it is known. Secrets are masked.
    """

    def __init__(self) -> None:
        self.run_id: str | None = None
        self._started = time.monotonic()
        self._status = ERRORS.status("") if ERRORS.is_terminal else None

    def __call__(self, message: str) -> None:
        """Say that ``message`` is under way."""
        told = redacted(message)
        if self._status is not None:
            self._status.update(told)
            return
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "seconds": round(time.monotonic() - self._started, 1),
            "run_id": self.run_id,
            "message": told,
        }
        sys.stderr.write(json.dumps(line, ensure_ascii=False) + "\n")

    def belong_to(self, run_id: str) -> None:
        """What is said from now on is of this run."""
        self.run_id = run_id

    @contextmanager
    def shown(self) -> Iterator["Progress"]:
        """Show it for the length of the block."""
        if self._status is None:
            yield self
            return
        with self._status:
            yield self


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A table for the terminal: numbers to the right, text as it is."""
    shown = Table(title=title, title_justify="left")
    for i, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[i], int | float | None) for row in rows)
        shown.add_column(column, justify="right" if numeric else "left")
    for row in rows:
        shown.add_row(*(_cell(value) for value in row))
    return shown


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).replace("[", r"\[")
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
