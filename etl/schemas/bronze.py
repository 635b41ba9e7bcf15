"""Bronze: a feed's own columns as text, with where each line came from."""

from collections.abc import Iterable

from etl.contracts import Table
from etl.schemas.columns import PROVENANCE, column


def bronze_table(feed: str, source_columns: Iterable[str], personal: Iterable[str]) -> Table:
    """The contract of a feed's Bronze table: its columns as text, what else the line held, and where it was."""
    masked = frozenset(personal)
    as_text = tuple(column(name, "string", "as it came", personal=name in masked) for name in source_columns)
    return Table(
        layer="bronze",
        name=f"brz_{feed}",
        grain="one line of a landing file, torn ones included",
        columns=(
            *as_text,
            column("extra_columns", "string", "columns the source does not declare, as JSON"),
            column("problem", "string", "why the line is torn, null where it is not"),
            column("raw_text", "string", "the line as it came, where it is torn", personal=True),
            *PROVENANCE,
            column("arrival_date", "date", "when the file arrived, as the source declares"),
        ),
        key=("file_name", "line_number"),
    )
