"""The plan of a job: its steps in order, each with the tables it reads and writes, and the choice among them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from etl.contracts import Table
from etl.errors import UsageError
from etl.lakehouse import Lakehouse
from experiments.costs.traffic import Volume

HOUR = 3600.0


def nothing_due() -> str:
    """No reason to run beside the tables."""
    return ""


@dataclass(frozen=True)
class Step:
    """A piece of a job.

    Attributes:
        name: What it is called on the command line and in the records.
        run: Does it, and returns the rows written.
        reads: The tables it follows from; a new version of one is a reason to run.
        writes: The tables it writes.
        settings: What else its result follows from.
        due: A reason to run that lies outside the tables, in a sentence's rest; empty where there is none.
        landed: What it read outside the tables, asked for once it has run.
        limit: Seconds after which it is stopped.
    """

    name: str
    run: Callable[[Lakehouse], int]
    reads: tuple[Table, ...] = ()
    writes: tuple[Table, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    due: Callable[[], str] = nothing_due
    landed: Callable[[], Volume] = Volume
    limit: float = HOUR


@dataclass(frozen=True)
class Planned:
    """A step of a dry run: why it would run (empty: it would be skipped), and the versions it would read."""

    name: str
    reason: str
    reads: Mapping[str, int]
    writes: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """Its entry in the JSON of ``assay refresh --dry-run``."""
        return {
            "name": self.name,
            "runs": bool(self.reason),
            "reason": self.reason or "nothing it reads has changed",
            "reads": dict(self.reads),
            "writes": list(self.writes),
        }


@dataclass(frozen=True)
class Choice:
    """Which steps of a plan to run: one alone, or all up to one; every one by default."""

    only: str | None = None
    until: str | None = None

    def __post_init__(self) -> None:
        if self.only is not None and self.until is not None:
            raise UsageError("Give --only or --until, not both.")

    def of(self, steps: Sequence[Step]) -> list[Step]:
        """The steps chosen; raises ``UsageError`` for a name that the plan lacks."""
        names = [step.name for step in steps]
        named = self.only or self.until
        if named is None:
            return list(steps)
        if named not in names:
            raise UsageError(f"There is no step {named!r}: choose from {', '.join(names)}.")
        place = names.index(named)
        return list(steps[place if self.only else 0 : place + 1])


def planned(steps: Iterable[Step], why: Callable[[Step], str], versions: Mapping[str, int]) -> list[Planned]:
    """What a run of ``steps`` would do: one runs for a reason of its own (``why``) or because of one before it."""
    found: list[Planned] = []
    for step in steps:
        reads = {table.full_name: versions[table.full_name] for table in step.reads if table.full_name in versions}
        writes = tuple(table.full_name for table in step.writes)
        found.append(Planned(step.name, why(step) or _follows(step, found), reads, writes))
    return found


def _follows(step: Step, before: Sequence[Planned]) -> str:
    read = {table.full_name for table in step.reads}
    sources = [each.name for each in before if each.reason and read & set(each.writes)]
    return f"it reads what {' and '.join(sources)} would write" if sources else ""
