"""The command that keeps a warehouse small and quick: maintain."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from experiments.console import OUTPUT, Progress, print_json, table
from experiments.options import with_workspace
from experiments.workspace import Workspace

if TYPE_CHECKING:
    from etl.maintenance import Maintained


@click.command()
@click.option(
    "--keep-days",
    default=7,
    show_default=True,
    type=click.IntRange(min=1),
    help="For how long earlier releases, and files that were replaced, stay readable.",
)
@with_workspace
def maintain(workspace: Workspace, keep_days: int) -> None:
    """Join the tables' small files, sort the fact by day, and remove files that nobody reads any more.

    What the tables say does not change, and whoever reads meanwhile is not disturbed. Worth running once a week, when
    no refresh is due: only one command at a time may write to a warehouse.
    """
    from etl.maintenance import maintain_warehouse
    from etl.tables import TABLES

    progress = Progress()
    with progress.shown():
        keep = timedelta(days=keep_days)
        found = maintain_warehouse(workspace.warehouse, TABLES.values(), keep, datetime.now(UTC), progress)
    if workspace.json:
        tables = [vars(one) for one in found]
        print_json({"warehouse": str(workspace.warehouse), "tables": tables})
    else:
        _show([one for one in found if one.changed])


def _show(changed: "list[Maintained]") -> None:
    if not changed:
        OUTPUT.print("There was nothing to do.")
        return
    rows = [(m.table, m.files_before, m.files_after, m.files_removed, round(m.bytes_freed / 1e6, 1)) for m in changed]
    OUTPUT.print(table("Maintained", ["Table", "Files before", "Files now", "Old files removed", "MB freed"], rows))
