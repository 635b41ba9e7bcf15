"""What was found in order lines: faults first, then the causes that are left without them."""

from dataclasses import dataclass, field

import pandas as pd

from models.attribution.faults import Cleaned, clean
from models.attribution.faults.ledger import Records
from models.attribution.lines import Lines
from models.attribution.named import Finding
from models.attribution.result import Bridge
from models.attribution.search import Found, search
from models.attribution.verdicts import Verdict, judge, verdict_on


@dataclass(frozen=True)
class Diagnosis:
    """Faults in the data and causes of the change.

    Attributes:
        lines: As they came.
        cleaned: The lines without the faults, and what those were.
        found: The causes.
        records: What is on record about the data, where they have a ledger.
    """

    lines: Lines
    cleaned: Cleaned
    found: Found
    records: Records = field(default_factory=Records)

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Suspected faults in the data."""
        return self.cleaned.findings

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Faults, then causes by what they moved."""
        causes = sorted(self.found.causes, key=lambda cause: -abs(cause.amount.amount))
        return (*self.faults, *causes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, in sentences."""
        return (*self.records.notes, *self.cleaned.lines.notes, *self.found.notes)

    def verdicts(self, bridge: Bridge) -> list[Verdict]:
        """A word for what is on record, for each finding, and for the calendar."""
        faults = [*self.records.verdicts, *map(verdict_on, self.faults)]
        return judge(faults, self.findings[len(self.faults) :], bridge, self.found.abstained)


def diagnose(lines: Lines, calendar: pd.DataFrame) -> Diagnosis:
    """Take faults out of the lines, then look for causes; ``calendar`` has ``date`` and ``event`` of known events."""
    cleaned = clean(lines)
    return Diagnosis(lines, cleaned, search(cleaned.lines, cleaned.holes, calendar))
