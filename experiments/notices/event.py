"""Something that happened in a refresh and that others may want to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

FAILURE, LATE, DIP, BROKEN_CLAIM, CHAMPION = "failure", "late", "dip", "broken-claim", "champion"
KINDS = {
    FAILURE: "a refresh that failed",
    LATE: "days that are due and not there",
    DIP: "a new dip",
    BROKEN_CLAIM: "a published claim that no longer holds",
    CHAMPION: "a champion that changed",
}


@dataclass(frozen=True)
class Event:
    """Something that happened: its kind, a sentence, and what a program may want to know of it."""

    kind: str
    message: str
    details: Mapping[str, object] = field(default_factory=dict)
