"""Commands that keep things in order: upgrade, doctor."""

from datetime import UTC, datetime

import click

from etl.errors import InputError
from experiments.console import OUTPUT, Progress, print_json, table
from experiments.options import with_workspace
from experiments.workspace import Workspace


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@with_workspace
def upgrade(workspace: Workspace, dry_run: bool) -> None:
    """Bring a warehouse that an older Assay wrote to this version; commands that write do so by themselves.

    It may be interrupted and run again. A warehouse that a newer Assay wrote is refused.
    """
    from etl.upgrade import upgrade as run

    found = run(workspace.warehouse, datetime.now(UTC), dry_run=dry_run)
    if workspace.json:
        changes = [{"table": name, "what": what} for name, what in found.changes]
        print_json({"warehouse": str(workspace.warehouse), "before": found.before, "after": found.after,
                    "changes": changes})  # fmt: skip
        return
    for name, what in found.changes:
        OUTPUT.print(f"{name} {what}", markup=False)
    OUTPUT.print(f"Schema {found.before} before, {found.after} now.")


@click.command()
@with_workspace
def doctor(workspace: Workspace) -> None:
    """Check what Assay needs here, and say what to do; leaves with 3 where something needed is missing."""
    from experiments.doctor import examine

    progress = Progress()
    with progress.shown():
        findings = examine(workspace, datetime.now(UTC), progress)
    healthy = not any(finding.is_failure for finding in findings)
    if workspace.json:
        print_json({"healthy": healthy, "checks": [vars(finding) for finding in findings]})
    else:
        rows = [(each.name, each.state, each.found, each.advice) for each in findings]
        OUTPUT.print(table("Doctor", ["", "", "Found", "What to do"], rows))
    if not healthy:
        click.get_current_context().exit(InputError.exit_code)
