"""What every page is written from: the frames around one question, its bridge, and the snapshot they came from."""

from dataclasses import dataclass, replace

from reports.bridge import Bridge, read_bridge
from reports.data import ReportData
from reports.explanation import explanation
from reports.gold import bridge_frames, load, unit_of
from reports.question import Question
from reports.snapshot import Snapshot


@dataclass(frozen=True)
class Reading:
    """One question to one snapshot, read."""

    snapshot: Snapshot
    question: Question
    data: ReportData
    bridge: Bridge | None


def part_of(base: Reading, question: Question) -> Reading:
    """The frames of ``base`` around the bridge of another question to the same snapshot.

    Orders are those of the question's part of the business, as far as they know its dimensions.
    """
    rows = explanation(base.snapshot, question).assign(unit=unit_of(question, base.data.source))
    bridge, cells = bridge_frames(rows, base.data.source.dimensions)
    orders = base.data.orders
    for name, value in question.where:
        orders = orders[orders[name] == value] if name in orders else orders
    data = replace(
        base.data,
        measure=question.measure,
        baseline=question.baseline,
        period=question.period,
        selection=question.selection,
        orders=orders,
        bridge=bridge,
        cells=cells,
    )
    return Reading(base.snapshot, question, data, read_bridge(data.bridge, data.style))


def read(snapshot: Snapshot, question: Question, style: str = "millions") -> Reading:
    """Read Gold for ``question``, with money written in ``style``; raises ``UsageError`` if it cannot be answered."""
    data = load(snapshot, question, style)
    return Reading(snapshot, question, data, read_bridge(data.bridge, style))
