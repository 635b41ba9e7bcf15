"""Which parts of the business moved, by which driver, and on which days."""

from dataclasses import dataclass, field

import pandas as pd

from models.attribution.faults.absence import Hole
from models.attribution.lines import Lines
from models.attribution.named import Finding
from models.attribution.search.exchange import find_rates
from models.attribution.search.factors import find_factors, find_mix
from models.attribution.search.ground import Ground, ground_of
from models.attribution.search.noise import LEAST_BLOCKS
from models.attribution.search.orders import find_volume

__all__ = ["Finding", "Found", "search"]


@dataclass(frozen=True)
class Found:
    """The causes that can be told from noise.

    Attributes:
        causes: In no order.
        abstained: Why none was looked for, None where they were.
        notes: What was left out, in sentences.
        method: What was looked at.
    """

    causes: tuple[Finding, ...]
    abstained: str | None
    notes: tuple[str, ...]
    method: dict[str, object] = field(default_factory=dict)


def search(lines: Lines, holes: tuple[Hole, ...], calendar: pd.DataFrame) -> Found:
    """Look for causes among all conjunctions of up to three dimensions.

    Args:
        lines: Without faults in the data.
        holes: Days that are missing from them.
        calendar: ``date`` and ``event`` of known events.
    """
    ground = ground_of(lines, holes, calendar)
    reason = _too_short(ground)
    causes = () if reason else _causes(ground)
    return Found(causes, reason, (*_rare(ground), *([reason] if reason else [])), _method(ground))


def _causes(ground: Ground) -> tuple[Finding, ...]:
    shifted, gone = find_mix(ground)
    there = ground.without(gone)
    return (*find_volume(there), *shifted, *find_factors(there), *find_rates(there))


def _too_short(ground: Ground) -> str | None:
    if ground.blocks.period >= LEAST_BLOCKS:
        return None
    days = ground.lines.comparison.period.days
    have = ground.blocks.period - 1
    return (
        f"no cause was looked for: what is normal is learned from at least {LEAST_BLOCKS - 1} stretches of {days} days "
        f"before the periods, history has {have}"
    )


def _rare(ground: Ground) -> tuple[str, ...]:
    return tuple(
        f"{d.rare} of {d.rare + len(d.values)} values of {d.name} are too rare to be looked at"
        for d in ground.dimensions
        if d.rare
    )


def _method(ground: Ground) -> dict[str, object]:
    return {
        "segments_tested": ground.of_lines.segments.size - 1,
        "dimensions_of_orders": [d.name for d in ground.dimensions if d.of_orders],
        "dimensions_of_lines": [d.name for d in ground.dimensions if not d.of_orders],
        "stretches_of_history": ground.blocks.size - 2,
    }
