"""Tables as people look at them: the list, or one with its contract and first rows."""

from dataclasses import dataclass

from rich.console import RenderableType
from rich.text import Text

from etl.contracts import Table
from etl.lakehouse import Lakehouse
from etl.own_dimensions import carrying
from etl.query import plain
from etl.tables import TABLES, table
from experiments import console


@dataclass(frozen=True)
class Shown:
    """The same answer twice: as a JSON document and as parts to print."""

    document: object
    parts: list[RenderableType]


def list_tables(lakehouse: Lakehouse) -> Shown:
    """Every table that was written, with its newest version and its grain."""
    written = [each for each in TABLES.values() if lakehouse.exists(each)]
    rows = [(each.full_name, lakehouse.version(each), each.grain) for each in written]
    document = [{"table": name, "version": version, "grain": grain} for name, version, grain in rows]
    return Shown(document, [console.table("Tables", ["Table", "Version", "One row is"], rows)])


def show_table(lakehouse: Lakehouse, name: str, limit: int) -> Shown:
    """One table: raises ``UsageError`` for an unknown name and ``InputError`` where it was never written."""
    stored = lakehouse.read(table(name)).limit(limit)
    known = _carrying_stored(table(name), stored.columns)
    rows = [[plain(value) for value in row] for row in stored.collect()]
    columns = [(each.name, each.type, each.comment) for each in known.columns]
    document = {
        "table": known.full_name,
        "version": lakehouse.version(known),
        "grain": known.grain,
        "key": list(known.key),
        "columns": [{"name": name, "type": type_, "comment": comment} for name, type_, comment in columns],
        "rows": [dict(zip(stored.columns, row, strict=True)) for row in rows],
    }
    return Shown(document, [*_contract(known, columns), console.table("Rows", stored.columns, rows)])


def _carrying_stored(promised: Table, stored: list[str]) -> Table:
    """The contract with the own dimensions of the source that was stored."""
    return carrying(promised, [name for name in stored if name not in promised.column_names])


def _contract(known: Table, columns: list[tuple[str, str, str]]) -> list[RenderableType]:
    about = Text(f"{known.full_name}: {known.grain}. Key: {', '.join(known.key)}.")
    return [about, console.table("Columns", ["Column", "Type", "Meaning"], columns)]
