"""Commands that look: status, show, query, ui."""

import subprocess
import sys
from datetime import UTC, datetime

import click

from etl.errors import InputError
from experiments.console import OUTPUT, print_json, table
from experiments.options import with_workspace
from experiments.workspace import Workspace

STALE = 6


@click.command()
@click.option("--metrics", is_flag=True, help="As Prometheus reads it.")
@with_workspace
def status(workspace: Workspace, metrics: bool) -> None:
    """Tell how fresh the warehouse is, what runs and what fails; leaves with 6 where it is stale or a check fails.

    With --as-of it tells what is late at the end of that day.
    """
    from reports.status.prometheus import exposition
    from reports.status.status import read_status

    found = read_status(workspace.warehouse, workspace.as_of or datetime.now(UTC))
    if metrics:
        click.echo(exposition(found), nl=False)
    elif workspace.json:
        print_json(found.to_dict())
    else:
        OUTPUT.print(table("Status", ["", ""], found.lines()))
    if not found.fresh:
        click.get_current_context().exit(STALE)


@click.command()
@click.argument("table_name", metavar="[TABLE]", required=False)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(0, 10_000), help="Rows to show.")
@with_workspace
def show(workspace: Workspace, table_name: str | None, limit: int) -> None:
    """List the tables of the newest release, or show one: what it promises, its columns and its first rows."""
    from experiments.showing import list_tables, show_table

    workspace.refuse_as_of()
    with workspace.released_lakehouse() as lakehouse:
        answer = show_table(lakehouse, table_name, limit) if table_name else list_tables(lakehouse)
    if workspace.json:
        print_json(answer.document)
    else:
        for part in answer.parts:
            OUTPUT.print(part)


@click.command()
@click.argument("sql")
@with_workspace
def query(workspace: Workspace, sql: str) -> None:
    """Answer one reading SQL statement, such as: select * from gold.gld_daily_orders limit 5.

    All tables are read as one release has them, so that a run under way never shows by half.
    """
    from etl.query import check_read_only, pinned, run_query

    check_read_only(sql)
    workspace.refuse_as_of()
    with workspace.released_lakehouse() as lakehouse:
        rows = run_query(lakehouse.session, pinned(sql, lakehouse.versions()))
    if workspace.json:
        print_json(rows)
    elif rows:
        OUTPUT.print(table("", list(rows[0]), [list(row.values()) for row in rows]))
    else:
        OUTPUT.print("No rows.")


@click.command()
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535), help="Port on this machine.")
@with_workspace
def ui(workspace: Workspace, port: int) -> None:
    """Open the warehouse's MLflow store in MLflow's own web page, until interrupted."""
    from experiments.tracking import own_store

    if not (workspace.warehouse / "mlflow.db").is_file():
        raise InputError(f"There are no experiments in {workspace.warehouse} yet: run assay refresh first.")
    OUTPUT.print(f"MLflow: http://127.0.0.1:{port} (stop with Ctrl-C)")
    store = own_store(workspace.warehouse)
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--host", "127.0.0.1"]
    subprocess.run([*command, "--port", str(port)], check=True)  # noqa: S603 - our own interpreter
