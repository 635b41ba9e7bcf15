"""How the warehouse stands: its newest day, its last refresh, its checks and its champions."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from etl.lakehouse import Lakehouse
from etl.schemas.ops import OPS_FILES, OPS_QUALITY, OPS_RUNS, OPS_SOURCE
from etl.schemas.results import GLD_FORECAST
from etl.tables import TABLES

# a business day is complete when it is over, so yesterday is the newest that can be asked for
DAYS_UNTIL_STALE = 1


@dataclass(frozen=True)
class Check:
    """A check and whether it holds, with what was found."""

    name: str
    holds: bool
    found: str


@dataclass(frozen=True)
class Status:
    """The warehouse on a day; fresh where its newest business day is recent enough and every check holds."""

    newest_business_day: date
    days_late: int
    last_good_refresh: str | None
    champion: dict[str, str]
    checks: tuple[Check, ...]

    @property
    def fresh(self) -> bool:
        """Whether nothing is late and nothing fails."""
        return self.days_late <= 0 and all(check.holds for check in self.checks)

    def to_dict(self) -> dict[str, object]:
        """The JSON document of ``assay status``."""
        return {
            "fresh": self.fresh,
            "newest_business_day": self.newest_business_day.isoformat(),
            "days_late": max(self.days_late, 0),
            "last_good_refresh": self.last_good_refresh,
            "champion": self.champion,
            "checks": [vars(check) for check in self.checks],
        }

    def lines(self) -> list[tuple[str, str]]:
        """Name and value of everything it tells."""
        late = f", {self.days_late} days late" if self.days_late > 0 else ""
        champions = ", ".join(f"{measure}: {model}" for measure, model in self.champion.items())
        return [
            ("Fresh", "yes" if self.fresh else "no"),
            ("Newest business day", f"{self.newest_business_day}{late}"),
            ("Last good refresh", self.last_good_refresh or "none"),
            ("Champion", champions or "none"),
            *((check.name, f"{'holds' if check.holds else 'FAILS'}: {check.found}") for check in self.checks),
        ]


def read_status(released: Lakehouse, unreleased: Lakehouse, today: date) -> Status:
    """The status as of ``today`` of the tables that readers take.

    What stopped a run since is in ``unreleased``, the newest versions.
    """
    newest = released.pandas(OPS_SOURCE).iloc[0]["last_day"].date()
    return Status(
        newest_business_day=newest,
        days_late=(today - newest).days - DAYS_UNTIL_STALE,
        last_good_refresh=_last_refresh(released),
        champion=_champion(released),
        checks=(_accounts(released), _quality(unreleased), _tables(released)),
    )


def _last_refresh(lakehouse: Lakehouse) -> str | None:
    if not lakehouse.exists(OPS_RUNS):
        return None
    reports = lakehouse.pandas(OPS_RUNS, ["step", "started_at"], "step = 'report'")
    return None if reports.empty else f"{reports['started_at'].max().isoformat()}Z"


def _champion(lakehouse: Lakehouse) -> dict[str, str]:
    if not lakehouse.exists(GLD_FORECAST):
        return {}
    rows = lakehouse.pandas(GLD_FORECAST, ["as_of", "measure", "model", "model_version"], "series = 'total'")
    newest = rows[rows["as_of"] == rows["as_of"].max()].drop_duplicates("measure")
    return {row.measure: f"{row.model}, version {row.model_version}" for row in newest.itertuples()}


def _accounts(lakehouse: Lakehouse) -> Check:
    files = lakehouse.pandas(OPS_FILES)
    accounted = files["rows_kept"] + files["rows_quarantined"] + files["rows_superseded"]
    quarantined = int(files["rows_quarantined"].sum())
    found = f"{int(files['rows_landed'].sum()):,} rows of {len(files):,} files, {quarantined:,} quarantined"
    return Check("Rows accounted for", bool((files["rows_landed"] == accounted).all()), found)


def _quality(lakehouse: Lakehouse) -> Check:
    """Whether nothing stopped the newest run; what warns is named, too."""
    rows = lakehouse.pandas(OPS_QUALITY) if lakehouse.exists(OPS_QUALITY) else pd.DataFrame(columns=["outcome"])
    beyond = rows[rows["outcome"].isin(["warns", "stops"])].sort_values(["outcome", "table_name", "name"])
    named = [
        f"{row.table_name}, {row.name} {row.outcome}: {row.meaning} is {row.value:.4g}" for row in beyond.itertuples()
    ]
    found = f"{int((rows['outcome'] == 'holds').sum())} of {len(rows)} thresholds and expectations hold"
    return Check("Quality", not (rows["outcome"] == "stops").any(), "; ".join([found, *named]))


def _tables(lakehouse: Lakehouse) -> Check:
    written = [table for table in TABLES.values() if lakehouse.exists(table)]
    return Check("Tables", bool(written), f"{len(written)} of {len(TABLES)} written")
