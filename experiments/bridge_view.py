"""A published bridge in the terminal."""

from etl.lakehouse import Lakehouse
from experiments.attribution import published_bridge
from experiments.console import OUTPUT
from reports.question import Question
from reports.terminal import bridge_table


def show_bridge(lakehouse: Lakehouse, question: Question) -> None:
    """Print the bridge that answers ``question``."""
    title = f"{question.measure}: {question.baseline.label} to {question.period.label}"
    OUTPUT.print(bridge_table(published_bridge(lakehouse, question), title))
