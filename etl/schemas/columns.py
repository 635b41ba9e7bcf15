"""Column helpers, money types and the provenance every refined row carries."""

from etl.contracts import Column

PRICE = "decimal(14,4)"
AMOUNT = "decimal(18,4)"
EXACT = "decimal(32,14)"
RATE = "decimal(12,6)"


def column(name: str, type_: str, comment: str, *, personal: bool = False, volatile: bool = False) -> Column:
    """A column that may be null."""
    return Column(name, type_, comment, personal=personal, volatile=volatile)


def required(name: str, type_: str, comment: str, *, personal: bool = False) -> Column:
    """A column that is never null."""
    return Column(name, type_, comment, required=True, personal=personal)


PROVENANCE = (
    required("file_name", "string", "landing file, relative to the landing folder"),
    required("line_number", "bigint", "line of the row in its file, counted from 1, header included"),
    column("ingest_timestamp", "timestamp", "when the row was read, UTC", volatile=True),
)
FILE_AND_INGEST = (PROVENANCE[0], PROVENANCE[2])
