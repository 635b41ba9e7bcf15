"""What a command says: answers on standard output, progress and messages on standard error."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

ERRORS = Console(stderr=True, highlight=False)
OUTPUT = Console(highlight=False)


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


class Progress:
    """Says what is being done: a line that moves on a terminal, a dated line elsewhere."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._status = ERRORS.status("") if ERRORS.is_terminal else None

    def __call__(self, message: str) -> None:
        """Say that ``message`` is under way."""
        if self._status is None:
            ERRORS.print(f"[{time.monotonic() - self._started:7.1f}s] {message}", markup=False, soft_wrap=True)
        else:
            self._status.update(message)

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
