"""The status of a warehouse, in words and as a JSON document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from etl.errors import InputError
from etl.lock import holder
from etl.release import readable_versions
from etl.schemas.ops import OPS_FILES, OPS_QUALITY, OPS_QUARANTINE, OPS_RUNS, OPS_SOURCE
from etl.schemas.results import GLD_FORECAST, GLD_FORECAST_ACCURACY
from etl.storage import Location
from etl.stored import newest_rows, stored_rows
from reports.status.checks import Check, accounts, last_run, quality, tables
from reports.status.freshness import Due, Freshness

MIDNIGHT = "00:00"
TOTAL = [("series", "=", "total")]


@dataclass(frozen=True)
class Coverage:
    """How often a measure's 80% intervals held, and whether that is of published forecasts (live) or a backtest."""

    coverage_80: float
    kind: str


@dataclass(frozen=True)
class Status:
    """The warehouse at an instant; fresh where nothing is late and every check holds.

    Attributes:
        freshness: The newest business day that readers see, against what was due.
        last_good_refresh: When the newest run that wrote a report began, ISO.
        running: Who works on the warehouse, as the lock tells; None where nobody does.
        champion: By measure the model that forecasts, and its version.
        coverage: By measure how its intervals held.
        quarantine: Lines kept out, by rule.
        checks: What must hold.
    """

    freshness: Freshness
    last_good_refresh: str | None
    running: str | None
    champion: Mapping[str, str]
    coverage: Mapping[str, Coverage]
    quarantine: Mapping[str, int]
    checks: tuple[Check, ...]

    @property
    def fresh(self) -> bool:
        """Whether nothing is late and nothing fails."""
        return self.freshness.days_late == 0 and all(check.holds for check in self.checks)

    def to_dict(self) -> dict[str, object]:
        """The JSON document of ``assay status`` and of ``/api/status``."""
        return {
            "fresh": self.fresh,
            "newest_business_day": self.freshness.newest.isoformat(),
            "days_late": self.freshness.days_late,
            "seconds_late": int(self.freshness.late.total_seconds()),
            "due": str(self.freshness.due),
            "next_due": self.freshness.next_due.isoformat(),
            "last_good_refresh": self.last_good_refresh,
            "running": self.running,
            "champion": dict(self.champion),
            "coverage": {measure: vars(each) for measure, each in self.coverage.items()},
            "quarantine": dict(self.quarantine),
            "checks": [vars(check) for check in self.checks],
        }

    def lines(self) -> list[tuple[str, str]]:
        """Name and value of everything it tells."""
        days, late = self.freshness.days_late, _hours(self.freshness.late)
        kept_out = ", ".join(f"{rule} {count:,}" for rule, count in self.quarantine.items())
        return [
            ("Fresh", "yes" if self.fresh else "no"),
            ("Newest business day", f"{self.freshness.newest}{f', {days} days late, by {late}' if days else ''}"),
            ("Next due", f"{self.freshness.next_due:%Y-%m-%d %H:%M} {self.freshness.due.zone.key}"),
            ("Last good refresh", self.last_good_refresh or "none"),
            ("Works now", self.running or "nobody"),
            ("Champion", ", ".join(self._champions()) or "none"),
            ("Quarantine", kept_out or "empty"),
            *((check.name, f"{'holds' if check.holds else 'FAILS'}: {check.found}") for check in self.checks),
        ]

    def _champions(self) -> list[str]:
        held = {name: f" (80% intervals held {c.coverage_80:.0%}, {c.kind})" for name, c in self.coverage.items()}
        return [f"{measure}: {model}{held.get(measure, '')}" for measure, model in self.champion.items()]


def _hours(late: timedelta) -> str:
    hours = late.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"


def read_status(warehouse: Location, now: datetime | date) -> Status:
    """The status of what readers take at ``now``, or at the end of a day, beside what runs and fails since.

    Raises ``InputError`` where the warehouse was never filled.
    """
    released = readable_versions(warehouse)
    source, champions = _source(warehouse, released), _champions(warehouse, released)
    due = due_of(source)
    instant = now if isinstance(now, datetime) else datetime.combine(now, time.max, due.zone)
    return Status(
        freshness=Freshness(source["last_day"], due, instant),
        last_good_refresh=_last_refresh(stored_rows(warehouse, OPS_RUNS, released)),
        running=holder(warehouse),
        champion={measure: f"{model}, version {version}" for measure, (model, version) in champions.items()},
        coverage=_coverage(warehouse, released, champions),
        quarantine=_quarantine(warehouse, released),
        checks=(
            accounts(stored_rows(warehouse, OPS_FILES, released)),
            quality(newest_rows(warehouse, OPS_QUALITY)),  # what stopped a run is not released
            tables(released),
            last_run(newest_rows(warehouse, OPS_RUNS)),
        ),
    )


def _source(warehouse: Location, released: Mapping[str, int]) -> dict[str, Any]:
    rows = stored_rows(warehouse, OPS_SOURCE, released)
    if rows.empty:
        raise InputError(f"There are no orders in {warehouse} yet: run assay refresh first.")
    return dict(rows.iloc[0])


def due_of(source: dict[str, Any]) -> Due:
    """When a day of the warehouse's source is due; at the end of the day where it declares nothing."""
    declared = source.get("due")  # an older warehouse lacks it
    return Due(
        time.fromisoformat(declared if isinstance(declared, str) else MIDNIGHT), ZoneInfo(str(source["time_zone"]))
    )


def _last_refresh(runs: pd.DataFrame) -> str | None:
    ended = runs[(runs["step"] == "report") & (runs["state"].fillna("done") == "done")]
    if ended.empty:
        return None
    return str(pd.Timestamp(ended["started_at"].max()).tz_localize(None).isoformat()) + "Z"


def _champions(warehouse: Location, released: Mapping[str, int]) -> dict[str, tuple[str, str]]:
    """By measure the model of the newest forecast, and its version."""
    columns = ["as_of", "measure", "model", "model_version"]
    rows = stored_rows(warehouse, GLD_FORECAST, released, columns, TOTAL)
    newest = rows[rows["as_of"] == rows["as_of"].max()].drop_duplicates("measure")
    found = newest[["measure", "model", "model_version"]].astype(str).to_numpy()
    return {measure: (model, version) for measure, model, version in found}


def _coverage(
    warehouse: Location, released: Mapping[str, int], champions: Mapping[str, tuple[str, str]]
) -> dict[str, Coverage]:
    """Of each measure's total over the nearest days: by published forecasts, or else by the champion's backtest."""
    columns = ["as_of", "measure", "kind", "model", "horizon_first", "coverage_80"]
    rows = stored_rows(warehouse, GLD_FORECAST_ACCURACY, released, columns, TOTAL).dropna(subset=["coverage_80"])
    models = rows["measure"].map({measure: model for measure, (model, _) in champions.items()})
    own = rows[(rows["kind"] == "live") | (rows["model"] == models)]
    order = own.sort_values(["kind", "as_of", "horizon_first"], ascending=[False, False, True], kind="stable")
    best = order.drop_duplicates("measure")
    found = best[["measure", "coverage_80", "kind"]].to_numpy()
    return {str(measure): Coverage(float(held), str(kind)) for measure, held, kind in found}


def _quarantine(warehouse: Location, released: Mapping[str, int]) -> dict[str, int]:
    rules = stored_rows(warehouse, OPS_QUARANTINE, released, ["rule"])["rule"]
    return {str(rule): int(count) for rule, count in rules.value_counts().sort_index().items()}
