"""What every page is written from: the frames around one question, its bridge, and the snapshot they came from."""

from dataclasses import dataclass, replace

from reports.bridge import Bridge, read_bridge
from reports.data import ReportData
from reports.explanation import explanation
from reports.gold import bridge_frames, load, unit_of
from reports.question import Question, check_question
from reports.snapshot import Snapshot
from reports.sold import Sold


@dataclass(frozen=True)
class Reading:
    """One question to one snapshot, read."""

    sold: Sold
    question: Question
    data: ReportData
    bridge: Bridge | None

    @property
    def snapshot(self) -> Snapshot:
        """The versions of the tables that everything was read from."""
        return self.sold.snapshot


def part_of(base: Reading, question: Question) -> Reading:
    """The frames of ``base`` around the bridge of another question to the same snapshot.

    Orders are those of the question's part of the business, as far as they know its dimensions. Raises as ``read``.
    """
    source = base.data.source
    check_question(question, legacy=source.has_legacy_measure, held=source.days)
    rows = explanation(base.sold, question).assign(unit=unit_of(question, source))
    bridge, cells = bridge_frames(rows, source.dimensions)
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
    return Reading(base.sold, question, data, read_bridge(data.bridge, data.style))


def read(snapshot: Snapshot, question: Question, style: str = "millions") -> Reading:
    """Read Gold for ``question``, with money written in ``style``.

    Raises ``UsageError`` for a question that cannot be answered, ``InputError`` for periods without data.
    """
    sold = Sold(snapshot)
    data = load(sold, question, style)
    return Reading(sold, question, data, read_bridge(data.bridge, style))
