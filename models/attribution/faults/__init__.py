"""Faults in the data that look like demand: found from the lines themselves and taken out before anything else."""

from dataclasses import dataclass

from models.attribution.faults.absence import Hole, without_holes
from models.attribution.faults.doubles import without_doubles
from models.attribution.faults.units import in_usual_units
from models.attribution.lines import Lines
from models.attribution.named import Finding

__all__ = ["Cleaned", "Hole", "clean"]


@dataclass(frozen=True)
class Cleaned:
    """Lines without suspected faults.

    Attributes:
        lines: Without second copies, in the usual units, the lines beside missing ones standing for them too.
        findings: What each fault added to the change.
        holes: The days that were missing.
    """

    lines: Lines
    findings: tuple[Finding, ...]
    holes: tuple[Hole, ...]


def clean(lines: Lines) -> Cleaned:
    """Take out doubled loads, changes of unit and missing days, in this order: each hides the next."""
    single, doubles = without_doubles(lines)
    usual, units = in_usual_units(single)
    whole, missing, holes = without_holes(usual)
    return Cleaned(whole, (*doubles, *units, *missing), tuple(holes))
