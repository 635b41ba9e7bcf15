"""The command that shows what was kept out."""

from typing import TYPE_CHECKING

import click

from experiments.console import OUTPUT, print_json, table
from experiments.options import with_workspace
from experiments.workspace import Workspace

if TYPE_CHECKING:
    from experiments.quarantine import Found, Wanted


@click.command()
@click.option("--rule", metavar="NAME", help="Only lines that this rule keeps out, such as quantity_unreadable.")
@click.option("--file", metavar="TEXT", help="Only lines of files with this in their name.")
@click.option("--text", metavar="TEXT", help="Only lines with this in them.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(0, 10_000), help="Lines to show.")
@click.option("--replay", is_flag=True, help="Judge the lines again first, after a file or a rule was mended.")
@with_workspace
def quarantine(
    workspace: Workspace, rule: str | None, file: str | None, text: str | None, limit: int, replay: bool
) -> None:
    """Show the lines that were kept out: how many by rule, and the first of them, personal fields masked.

    With --replay, what a mended file or source declaration concerns is refined again, as assay etl does; lines that
    hold now go on to Silver and Gold.
    """
    from experiments.quarantine import Wanted
    from experiments.refining import refined

    workspace.refuse_as_of()
    wanted = Wanted(rule, file, text)
    before = _found(workspace, wanted, 0).lines if replay else None
    if replay:
        refined(workspace)
    found = _found(workspace, wanted, limit)
    if workspace.json:
        print_json(found.to_dict() | ({"lines_before": before} if replay else {}))
        return
    if replay:
        OUTPUT.print(f"Judged again: {before:,} lines were kept out, now {found.lines:,} are.")
    _show(found)


def _found(workspace: Workspace, wanted: "Wanted", limit: int) -> "Found":
    from experiments.quarantine import search

    with workspace.existing_lakehouse() as lakehouse:
        return search(lakehouse, workspace.source, wanted, limit)


def _show(found: "Found") -> None:
    if not found.lines:
        OUTPUT.print("No line is kept out.")
        return
    counts = [(each.feed, each.rule, each.reason, each.lines) for each in found.rules]
    OUTPUT.print(table("Kept out", ["Feed", "Rule", "Reason", "Lines"], counts))
    for each in found.first:
        where = f"{each.file_name} line {each.line_number}, {each.rule}"
        OUTPUT.print(f"{where}: {each.text or ''}", markup=False, soft_wrap=True)
    if len(found.first) < found.lines:
        OUTPUT.print(f"These are the first {len(found.first):,} of {found.lines:,}: --limit shows more.")
