"""A published bridge in the terminal."""

from etl.storage import Location
from etl.stored import newest_versions
from experiments.console import OUTPUT
from reports.explanation import published
from reports.question import Question
from reports.snapshot import Snapshot
from reports.terminal import bridge_table


def show_bridge(warehouse: Location, question: Question) -> None:
    """Print the bridge that answers ``question``."""
    rows = published(Snapshot(warehouse, newest_versions(warehouse)), question)
    title = f"{question.measure}: {question.baseline.label} to {question.period.label}"
    OUTPUT.print(bridge_table(rows[rows["scope"] == "total"], title))
