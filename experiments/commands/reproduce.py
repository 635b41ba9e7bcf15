"""The command that runs a tracked job again: reproduce."""

import click

from experiments.console import OUTPUT, Progress, print_json
from experiments.options import with_workspace
from experiments.workspace import Workspace

DIFFERENT = 1


@click.command()
@click.argument("run_id")
@with_workspace
def reproduce(workspace: Workspace, run_id: str) -> None:
    """Run the job of an MLflow run again, on the table versions and models it had, and compare the results.

    A refresh is run again job by job. Nothing is published; leaves with 1 where rows or metrics differ.
    """
    from experiments.reproduction import reproduce as run_again

    progress = Progress()
    with progress.shown():
        found = run_again(workspace, run_id, progress)
    equal = all(each.equal for each in found)
    if workspace.json:
        print_json({"run_id": run_id, "equal": equal, "jobs": [each.to_dict() for each in found]})
    else:
        for each in found:
            OUTPUT.print(
                f"{each.job}: {'equal' if each.equal else 'DIFFERENT'}, run {each.reproduced_by}", markup=False
            )
            for sentence in each.differences:
                OUTPUT.print(f"  {sentence}", markup=False, soft_wrap=True)
        for sentence in sorted({sentence for each in found for sentence in each.made_with}):
            OUTPUT.print(f"Made with otherwise: {sentence}", markup=False, soft_wrap=True)
    if not equal:
        click.get_current_context().exit(DIFFERENT)
