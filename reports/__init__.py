"""What people read: the report, its charts, its sentences, and the bridge in a terminal."""

from reports.data import ReportData
from reports.html import write

__all__ = ["ReportData", "write"]
