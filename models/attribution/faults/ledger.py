"""What the record of landed files knows of the data: days whose file is not there, files kept out, warnings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.attribution.periods import Comparison
from models.attribution.verdicts import Verdict

LOSS = "data_loss_suspected"
OPEN_FROM = 0.5  # share of a weekday's days with a file: below, the business is closed on it
DAILY_FROM = 0.8  # share of the open days with a file: from here on one without lacks it
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

    A day lacks its file where files come daily, but for weekdays on which hardly any comes, none of that day was
    taken, no order of that day came otherwise, and orders are too many for a day without any.

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
    if not len(taken):
        return
    has_file = _on_open_days(taken)
    if has_file.mean() < DAILY_FROM:
        return
    missing = pd.DatetimeIndex([day for day in inside if not has_file.get(day, True) and day not in ordered])
    for run in np.split(missing, np.flatnonzero(np.diff(missing) > np.timedelta64(1, "D")) + 1) if len(missing) else []:
        evidence = f"no file of orders of {len(run)} day{'s' if len(run) > 1 else ''} is on record as loaded"
        yield Verdict(LOSS, {}, (_day(run[0]), _day(run[-1])), evidence)


def _on_open_days(taken: pd.DatetimeIndex) -> pd.Series:
    """Whether each day from the first file to the last has one, on the weekdays on which files usually come."""
    span = pd.date_range(taken.min(), taken.max())
    has_file = pd.Series(span.isin(taken), index=span)
    return has_file[has_file.groupby(span.weekday).transform("mean") >= OPEN_FROM]


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
