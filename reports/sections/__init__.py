"""The report's sections, each made from data alone."""

from reports.bridge import Bridge
from reports.data import ReportData
from reports.sections import bridge as bridge_section
from reports.sections import calendar, daily, inputs, outlook, places, reproduce, where
from reports.views import Section


def sections(data: ReportData, bridge: Bridge | None) -> tuple[Section, ...]:
    """Every section, in reading order."""
    return (
        bridge_section.section(data, bridge),
        bridge_section.certainty_section(bridge),
        calendar.section(data, bridge),
        where.section(data, bridge),
        daily.section(data),
        places.section(data),
        outlook.section(data),
        inputs.section(data),
        reproduce.section(data),
    )
