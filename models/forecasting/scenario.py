"""What if: covariates of the days ahead set to other values, such as a promotion that nobody has announced."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from etl.errors import UsageError, raise_problems
from features.covariates import DISCOUNT, PROMOTION
from models.forecasting.panel import Panel
from models.forecasting.quantiles import Floats

SETTING = re.compile(r"(?P<name>[^:=]+):(?P<first>[\d-]+)(\.\.(?P<last>[\d-]+))?=(?P<value>[-+.\deE]+)")


@dataclass(frozen=True)
class Setting:
    """One covariate set to ``value`` from ``first`` to ``last``, both days included."""

    name: str
    first: date
    last: date
    value: float

    def __str__(self) -> str:
        return f"{self.name}:{self.first}..{self.last}={self.value:g}"


def parse_setting(text: str) -> Setting:
    """A setting such as ``promotion:2025-11-20..2025-11-30=1``; one day may stand alone.

    Raises:
        UsageError: Where it is no such thing, or ends before it begins.
    """
    found = SETTING.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        first, last = (date.fromisoformat(found[name] or found["first"]) for name in ("first", "last"))
        setting = Setting(found["name"].strip(), first, last, float(found["value"]))
    except ValueError as error:
        raise UsageError(f"{text!r} sets nothing: write promotion:2025-11-20..2025-11-30=1.") from error
    if last < first:
        raise UsageError(f"{text!r} ends before it begins.")
    return setting


def under(panel: Panel, settings: Sequence[Setting]) -> Panel:
    """The panel with the days ahead as the settings say; the past stays as it is.

    Where a promotion is set and no discount is, the discount is as deep as in the series' promotions so far.

    Raises:
        UsageError: Naming the settings of covariates that the panel lacks, or of no day that is forecast.
    """
    raise_problems(_problems(panel, settings), UsageError)
    known = dict(panel.known)
    deepen = DISCOUNT in known and all(setting.name != DISCOUNT for setting in settings)
    usual = _usual_discount(panel) if deepen else None
    for setting in settings:
        days = _days(panel, setting)
        known[setting.name] = np.where(days, setting.value, known[setting.name])
        if usual is not None and setting.name == PROMOTION:
            known[DISCOUNT] = np.where(days, setting.value * usual[:, None], known[DISCOUNT])
    return replace(panel, known=known)


def _days(panel: Panel, setting: Setting) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    days = panel.dates[panel.length :].date
    inside = np.array([setting.first <= day <= setting.last for day in days], dtype=bool)
    return np.concatenate([np.zeros(panel.length, dtype=bool), inside])


def _usual_discount(panel: Panel) -> Floats:
    """The discount for each unit of promotion in the past of each series, the mean series' where it had none."""
    running, given = (np.nansum(panel.known[name][:, : panel.length], axis=1) for name in (PROMOTION, DISCOUNT))
    overall = given.sum() / running.sum() if running.sum() > 0 else 0.0
    found: Floats = np.divide(given, running, out=np.full(len(running), float(overall)), where=running > 0)
    return found


def _problems(panel: Panel, settings: Sequence[Setting]) -> Iterator[str]:
    ahead = panel.dates[panel.length :]
    for setting in settings:
        if setting.name not in panel.known:
            names = ", ".join(sorted(panel.known)) or "none"
            yield f"There is no covariate {setting.name!r} to set: {names}."
        elif not _days(panel, setting).any():
            yield f"{setting} sets no day that is forecast: {ahead[0].date()} to {ahead[-1].date()}."
