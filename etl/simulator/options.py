"""What a simulation is asked for, and what it hands back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.errors import UsageError, raise_problems
from etl.simulator.faults import FAULTS

ALL_FAULTS = "all"
FIRST_YEAR = 2002  # the years whose moving festivals are known, with one to spare on either side
LAST_YEAR = 2034
SMALLEST_SCALE = 0.0001  # a handful of orders a month, too few for less
LARGEST_SCALE = 100.0
LARGEST_DIRT = 20.0
DAYS_FOR_FAULTS = 40  # every fault has days of its own, counted back from the end of the window


@dataclass(frozen=True)
class SimulationOptions:
    """What to simulate.

    Attributes:
        seed: Seed of every random draw; the same seed gives the same bytes.
        scale: Size relative to AtoZ: customers, orders and revenue are multiplied by it.
        start: First business day.
        end: Last business day, included.
        dirt: Multiplier on the rate of every anomaly; 0 writes clean files.
        faults: Names of faults in the landing of files to plant, or ``all``.
    """

    seed: int = 7
    scale: float = 1.0
    start: date = date(2023, 1, 1)
    end: date = date(2025, 10, 31)
    dirt: float = 1.0
    faults: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """Number of days in the window."""
        return (self.end - self.start).days + 1

    @property
    def chosen_faults(self) -> tuple[str, ...]:
        """The faults to plant, sorted, each once."""
        return tuple(sorted(FAULTS if ALL_FAULTS in self.faults else set(self.faults)))


@dataclass(frozen=True)
class Simulation:
    """What was written.

    Attributes:
        landing: Folder of the landing zone, to be given to ``--landing``.
        truth: File that says what was planted and what it took.
        orders: Distinct orders, before faults.
        lines: Distinct order lines, before faults.
        files: Files in the landing zone.
        months: Revenue by month (``2025-09``) by the legacy measure, in whole INR.
    """

    landing: Path
    truth: Path
    orders: int
    lines: int
    files: int
    months: dict[str, int]


def check(options: SimulationOptions) -> None:
    """Raise one error that names everything wrong with the options."""
    raise_problems([*_number_problems(options), *_window_problems(options), *_fault_problems(options)], UsageError)


def _number_problems(options: SimulationOptions) -> Iterator[str]:
    if options.seed < 0:
        yield f"seed is {options.seed}: give a whole number from 0 up"
    if not SMALLEST_SCALE <= options.scale <= LARGEST_SCALE:
        yield f"scale is {options.scale}: give a number from {SMALLEST_SCALE:g} to {LARGEST_SCALE:g}"
    if not 0 <= options.dirt <= LARGEST_DIRT:
        yield f"dirt is {options.dirt}: give a number from 0 to {LARGEST_DIRT:g}"


def _window_problems(options: SimulationOptions) -> Iterator[str]:
    if options.end < options.start:
        yield f"end {options.end} is before start {options.start}: give an end on or after the start"
    if options.start.year < FIRST_YEAR or options.end.year > LAST_YEAR:
        yield f"{options.start} to {options.end} is outside the years {FIRST_YEAR} to {LAST_YEAR}: choose days inside"


def _fault_problems(options: SimulationOptions) -> Iterator[str]:
    valid = ", ".join((ALL_FAULTS, *FAULTS))
    for name in options.faults:
        if name not in (ALL_FAULTS, *FAULTS):
            yield f"unknown fault {name!r}: choose from {valid}"
    if options.faults and 0 < options.days < DAYS_FOR_FAULTS:
        yield f"faults need a window of at least {DAYS_FOR_FAULTS} days, not {options.days}: start earlier"
