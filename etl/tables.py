"""Every table of the lakehouse by name; the contracts themselves are in ``etl.schemas``."""

from etl.contracts import Table
from etl.errors import UsageError
from etl.schemas import daily, gold, ops, results, silver

TABLES: dict[str, Table] = {
    table.name: table
    for module in (silver, gold, daily, results, ops)
    for table in vars(module).values()
    if isinstance(table, Table)
}


def table(name: str) -> Table:
    """The contract of ``name``, with or without its layer; raises ``UsageError`` for an unknown one."""
    found = TABLES.get(name.rpartition(".")[2])
    if found is None:
        raise UsageError(f"There is no table {name!r}. Tables: {', '.join(sorted(TABLES))}.")
    return found
