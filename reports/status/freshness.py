"""When a business day is due, and how late its data are."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Due:
    """A business day is due at ``time`` of the day after, in the source's ``zone``."""

    time: time
    zone: ZoneInfo

    def at(self, day: date) -> datetime:
        """The instant at which ``day`` is due."""
        return datetime.combine(day + timedelta(days=1), self.time, self.zone)

    def expected(self, now: datetime) -> date:
        """The newest day that is due by ``now``."""
        yesterday = now.astimezone(self.zone).date() - timedelta(days=1)
        return yesterday if self.at(yesterday) <= now else yesterday - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.time:%H:%M} {self.zone.key}"


@dataclass(frozen=True)
class Freshness:
    """The newest business day there is, against what was due by ``now``."""

    newest: date
    due: Due
    now: datetime

    @property
    def days_late(self) -> int:
        """How many days are due and not there."""
        return max((self.due.expected(self.now) - self.newest).days, 0)

    @property
    def late(self) -> timedelta:
        """For how long the oldest day that is missing has been due; nothing where none is."""
        return self.now - self.due.at(self.newest + timedelta(days=1)) if self.days_late else timedelta(0)

    @property
    def next_due(self) -> datetime:
        """When the next day is due that is neither there nor due already."""
        return self.due.at(max(self.newest, self.due.expected(self.now)) + timedelta(days=1))
