"""What was found in order lines: faults first, then the causes that are left without them."""

from dataclasses import dataclass

import pandas as pd

from models.attribution.faults import Cleaned, clean
from models.attribution.lines import Lines
from models.attribution.named import Finding
from models.attribution.result import Bridge
from models.attribution.search import Found, search
from models.attribution.verdicts import Verdict, judge


@dataclass(frozen=True)
class Diagnosis:
    """Faults in the data and causes of the change.

    Attributes:
        cleaned: The lines without the faults, and what those were.
        found: The causes.
    """

    cleaned: Cleaned
    found: Found

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Faults, then causes by what they moved."""
        causes = sorted(self.found.causes, key=lambda cause: -abs(cause.amount.amount))
        return (*self.cleaned.findings, *causes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, in sentences."""
        return (*self.cleaned.lines.notes, *self.found.notes)

    def verdicts(self, bridge: Bridge) -> list[Verdict]:
        """A word for each finding, and for the calendar."""
        faults = len(self.cleaned.findings)
        return judge(self.findings[:faults], self.findings[faults:], bridge, self.found.abstained)


def diagnose(lines: Lines, calendar: pd.DataFrame) -> Diagnosis:
    """Take faults out of the lines, then look for causes; ``calendar`` has ``date`` and ``event`` of known events."""
    cleaned = clean(lines)
    return Diagnosis(cleaned, search(cleaned.lines, cleaned.holes, calendar))
