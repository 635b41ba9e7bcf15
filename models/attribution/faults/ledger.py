"""What the record of landed files knows of the data: days whose file is not there, files kept out, warnings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.attribution.periods import Comparison
from models.attribution.verdicts import Verdict

LOSS = "data_loss_suspected"
DAILY_FROM = 0.8  # share of days with a file: from here on a day without one lacks it
FEWEST_ORDERS = 10  # usual on a day: where fewer are, a day without one is no sign of a lost file
MOST_NAMED = 3


@dataclass(frozen=True)
class Records:
    """What is on record about the data of two periods.

    Attributes:
        verdicts: Data that are known to be missing.
        notes: What else the reader should know, in sentences.
    """

    verdicts: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()


def read_records(files: pd.DataFrame, quality: pd.DataFrame, daily: pd.DataFrame, comparison: Comparison) -> Records:
    """What the ledger says of the days of both periods.

    A day lacks its file where files come daily, none of that day was taken, no order of that day came otherwise, and
    orders are too many for a day without any.

    Args:
        files: ``file_name, arrival_date, state, rows_landed`` of the files of orders, one row each.
        quality: ``table_name, name, meaning, value, warn, outcome``: rules and expectations as last measured.
        daily: ``date`` and ``orders``.
        comparison: The two periods.
    """
    inside = [pd.Timestamp(day) for period in comparison for day in period.dates]
    dated = files.assign(arrival_date=pd.to_datetime(files["arrival_date"]))
    within = dated[dated["arrival_date"].isin(inside)]
    sold = daily[daily["orders"] > 0]
    lost = _days_without(dated, inside, set(sold["date"])) if sold["orders"].median() >= FEWEST_ORDERS else ()
    verdicts = (*lost, *_kept_out(within[within["state"] == "quarantined"]))
    return Records(verdicts, (*_refused(within[within["state"] == "duplicate"]), *_warnings(quality)))


def _days_without(files: pd.DataFrame, inside: list[pd.Timestamp], ordered: set[pd.Timestamp]) -> Iterator[Verdict]:
    taken = pd.DatetimeIndex(files.loc[files["state"].isin(["loaded", "superseded"]), "arrival_date"].dropna().unique())
    if not len(taken) or len(taken) < DAILY_FROM * ((taken.max() - taken.min()).days + 1):
        return
    known = [day for day in inside if taken.min() <= day <= taken.max()]
    missing = pd.DatetimeIndex([day for day in known if day not in taken and day not in ordered])
    for run in np.split(missing, np.flatnonzero(np.diff(missing) > np.timedelta64(1, "D")) + 1) if len(missing) else []:
        evidence = f"no file of orders of {len(run)} day{'s' if len(run) > 1 else ''} is on record as loaded"
        yield Verdict(LOSS, {}, (_day(run[0]), _day(run[-1])), evidence)


def _kept_out(files: pd.DataFrame) -> Iterator[Verdict]:
    for row in files.to_dict("records"):
        evidence = f"{row['file_name']} with {row['rows_landed']} lines is in quarantine as a whole"
        yield Verdict(LOSS, {}, (_day(row["arrival_date"]), _day(row["arrival_date"])), evidence)


def _refused(files: pd.DataFrame) -> Iterator[str]:
    if len(files):
        names = ", ".join(files["file_name"].head(MOST_NAMED)) + (", ..." if len(files) > MOST_NAMED else "")
        yield f"{len(files)} files with the content of others were refused, so that nothing counts twice: {names}"


def _warnings(quality: pd.DataFrame) -> Iterator[str]:
    for row in quality[quality["outcome"].isin(["warns", "stops"])].itertuples():
        yield f"quality of {row.table_name}: {row.meaning} is {row.value:.3g}, above {row.warn:.3g}"


def _day(when: pd.Timestamp) -> date:
    return when.date()
