"""Readings of made-up report data, over a warehouse that holds nothing else."""

from pathlib import Path

from reports.bridge import read_bridge
from reports.data import ReportData
from reports.question import Question
from reports.reading import Reading
from reports.snapshot import Snapshot
from reports.sold import Sold


def reading_of(data: ReportData) -> Reading:
    question = Question(data.measure, data.baseline, data.period)
    return Reading(Sold(Snapshot(Path("nowhere"), {})), question, data, read_bridge(data.bridge, data.style))
