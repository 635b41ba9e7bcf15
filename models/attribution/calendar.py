"""What weekdays and events are worth, by a log-linear regression of the daily orders."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.periods import LABELS, Comparison

Floats = NDArray[np.float64]

BLOCK_DAYS = 7
FULL_HISTORY_WEEKS = 26  # from here on: trend, events, block bootstrap
WEEKDAY_WEEKS = 8  # from here on: weekdays
SEASON_WEEKS = 78  # from here on: a yearly season
SEASON_PAIRS = 3
KNOT_DAYS = 91
EVENT_PRIOR_SD = 0.3  # an event moves log orders by this much, one standard deviation, before it was seen
YEAR_DAYS = 365.25
RANK_TOLERANCE = 1e-10


@dataclass(frozen=True)
class CalendarFit:
    """Log daily orders regressed on the calendar, on n days with orders.

    Attributes:
        design: One row for each day fitted, one column for each of k terms, indexed by date; shape (n, k).
        log_orders: Shape (n,).
        projection: Coefficients are ``projection @ log_orders``; shape (k, n).
        events: Days of events that have a term, boolean by date (every day of history and of both periods).
        history_weeks: Weeks with orders before the earlier period.
        orders_by_period: Daily orders summed over the baseline and the period.
        notes: What was left out, in sentences.
    """

    design: pd.DataFrame
    log_orders: Floats
    projection: Floats
    events: pd.DataFrame
    history_weeks: int
    orders_by_period: tuple[float, float]
    notes: tuple[str, ...]

    @property
    def full_history(self) -> bool:
        """Whether history suffices for events and a block bootstrap."""
        return self.history_weeks >= FULL_HISTORY_WEEKS

    @property
    def coefficients(self) -> Floats:
        """Shape (k,)."""
        coefficients: Floats = self.projection @ self.log_orders
        return coefficients

    @property
    def residuals(self) -> Floats:
        """Shape (n,), scaled up for the degrees of freedom that the fit took."""
        design = self.design.to_numpy()
        freedom = len(design) - np.einsum("nk,kn->", design, self.projection)
        plain = self.log_orders - design @ self.coefficients
        scaled: Floats = plain * np.sqrt(len(design) / max(freedom, 1.0))
        return scaled

    def log_indices(self, coefficients: Floats, dates: pd.DatetimeIndex) -> tuple[Floats, Floats]:
        """The logarithms of the mean weekday index of ``dates`` and of their mean event index.

        The event index is the mean of weekday times event over the mean weekday, so that the two multiply to the
        mean of both. A weekday that never had orders counts zero.

        Args:
            coefficients: Shape (k, replicates).
            dates: The days of a period.

        Returns:
            Two arrays of shape (replicates,).
        """
        weekday = np.exp(self._log_weekdays(coefficients))[dates.dayofweek]
        terms = self.design.columns.get_indexer(self.events.columns.map("event {}".format))
        event = np.exp(self.events.loc[dates].to_numpy(float) @ coefficients[terms])
        plain = weekday.mean(axis=0)
        return np.log(plain), np.log((weekday * event).mean(axis=0) / plain)

    def _log_weekdays(self, coefficients: Floats) -> Floats:
        """The logarithm of the index of each weekday, shape (7, replicates)."""
        logs = np.zeros((7, coefficients.shape[1]))
        columns = list(self.design.columns)
        if any(column.startswith("weekday ") for column in columns):
            seen = pd.DatetimeIndex(self.design.index).dayofweek.unique()
            logs[np.setdiff1d(range(7), seen)] = -np.inf
        for weekday in range(7):
            if f"weekday {weekday}" in columns:
                logs[weekday] = coefficients[columns.index(f"weekday {weekday}")]
        return logs


def fit_calendar(daily: pd.DataFrame, events: pd.DataFrame, comparison: Comparison) -> CalendarFit:
    """Fit log orders on every day with orders up to the end of the later period.

    Terms: a level, a step for each of the two periods (what the comparison asks must not bend the rest), and, from
    8 weeks of days on, weekdays. From 26 weeks of history on, a trend with a knot every 13 weeks and one coefficient
    for each event that was seen outside the two periods; from 78 weeks on, a yearly season of three Fourier pairs.

    Event coefficients are drawn to zero by a ridge: their prior is normal with standard deviation .3, against the
    residuals' long-run variance over 7-day blocks, so that a single short occurrence is not taken at its word.

    Args:
        daily: Columns ``date`` and ``orders``, one row for each day.
        events: Columns ``date`` and ``event``.
        comparison: The two periods.
    """
    past = daily[daily["date"] <= pd.Timestamp(comparison.last)].sort_values("date")
    log_orders = _log_orders(past)
    dates = pd.DatetimeIndex(log_orders.index)
    weeks = _weeks_before(dates, comparison)
    days = _event_days(events, dates.union(comparison.baseline.dates).union(comparison.period.dates))
    known = _known_events(days, dates, comparison) if weeks >= FULL_HISTORY_WEEKS else []
    seen = days.loc[dates, known].astype(float).add_prefix("event ")
    design = pd.concat([*_terms(dates, comparison, weeks), seen], axis=1)
    return CalendarFit(
        design=design,
        log_orders=log_orders.to_numpy(),
        projection=_projection(design, log_orders.to_numpy(), len(known)),
        events=days[known],
        history_weeks=weeks,
        orders_by_period=_orders_by_period(log_orders, comparison),
        notes=(*_missing_days(past, comparison), *_unknown_events(days, known, comparison)),
    )


def _log_orders(past: pd.DataFrame) -> pd.Series:
    orders = pd.Series(past["orders"].to_numpy(float), index=pd.DatetimeIndex(past["date"]))
    positive = orders[orders > 0]
    return pd.Series(np.log(positive.to_numpy()), index=positive.index)


def _orders_by_period(log_orders: pd.Series, comparison: Comparison) -> tuple[float, float]:
    dates = pd.DatetimeIndex(log_orders.index)
    baseline, period = (float(np.exp(log_orders[days.holds(dates)]).sum().round()) for days in comparison)
    return baseline, period


def _weeks_before(dates: pd.DatetimeIndex, comparison: Comparison) -> int:
    """Weeks, counted back from the earlier period, in which any day had orders."""
    before = (dates[dates < pd.Timestamp(comparison.first)] - pd.Timestamp(comparison.first)).days.to_numpy()
    return len(np.unique(before // 7))


def _event_days(events: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Whether each event falls on each date: one boolean column for each name, sorted."""
    names = sorted(events["event"].astype(str).unique())
    held = {name: dates.isin(events.loc[events["event"].astype(str) == name, "date"]) for name in names}
    return pd.DataFrame(held, index=dates, columns=names)


def _known_events(days: pd.DataFrame, dates: pd.DatetimeIndex, comparison: Comparison) -> list[str]:
    """The events with a day of orders outside both periods."""
    outside = ~(comparison.baseline.holds(dates) | comparison.period.holds(dates))
    seen = days.loc[dates][outside.to_numpy()].any()
    return [str(name) for name in seen.index[seen.to_numpy()]]


def _terms(dates: pd.DatetimeIndex, comparison: Comparison, weeks: int) -> Iterator[pd.DataFrame]:
    yield pd.DataFrame({"level": 1.0}, index=dates)
    for label, period in zip(LABELS, comparison, strict=True):
        yield period.holds(dates).astype(float).to_frame(f"step {label}")
    if len(dates) >= WEEKDAY_WEEKS * 7:
        yield _weekdays(dates)
    if weeks >= FULL_HISTORY_WEEKS:
        yield _trend(dates)
    if weeks >= SEASON_WEEKS:
        yield _season(dates)


def _weekdays(dates: pd.DatetimeIndex) -> pd.DataFrame:
    """A column for each weekday that occurs, but the first of them, which is the base."""
    others = sorted(dates.dayofweek.unique())[1:]
    return pd.DataFrame(
        {f"weekday {weekday}": (dates.dayofweek == weekday).astype(float) for weekday in others}, index=dates
    )


def _trend(dates: pd.DatetimeIndex) -> pd.DataFrame:
    """A slope in years, and its bends."""
    age = (dates - dates[0]).days.to_numpy()
    knots = range(0, int(age[-1]) - KNOT_DAYS + 1, KNOT_DAYS)
    return pd.DataFrame({f"slope from {knot}": np.maximum(age - knot, 0) / YEAR_DAYS for knot in knots}, index=dates)


def _season(dates: pd.DatetimeIndex) -> pd.DataFrame:
    angle = 2 * np.pi * (dates - dates[0]).days.to_numpy() / YEAR_DAYS
    waves = {
        f"{wave.__name__} {pair}": wave(pair * angle)
        for pair in range(1, SEASON_PAIRS + 1)
        for wave in (np.sin, np.cos)
    }
    return pd.DataFrame(waves, index=dates)


def _projection(design: pd.DataFrame, log_orders: Floats, events: int) -> Floats:
    """The matrix that takes log orders to coefficients, with a ridge on the last ``events`` columns."""
    values = design.to_numpy()
    plain = np.linalg.pinv(values, rcond=RANK_TOLERANCE)
    if not events:
        return plain
    variance = _long_run_variance(log_orders - values @ (plain @ log_orders))
    penalty = np.zeros(values.shape[1])
    penalty[-events:] = variance / EVENT_PRIOR_SD**2
    shrunk: Floats = (
        np.linalg.pinv(values.T @ values + np.diag(penalty), rcond=RANK_TOLERANCE, hermitian=True) @ values.T
    )
    return shrunk


def _long_run_variance(residuals: Floats) -> float:
    """Seven times the variance of the means of 7-day blocks: the variance of a day where days are independent."""
    blocks = len(residuals) // BLOCK_DAYS
    means = residuals[-blocks * BLOCK_DAYS :].reshape(blocks, BLOCK_DAYS).mean(axis=1)
    return float(BLOCK_DAYS * means.var())


def _missing_days(past: pd.DataFrame, comparison: Comparison) -> Iterator[str]:
    dates = pd.DatetimeIndex(past["date"])
    gaps = (dates[-1] - dates[0]).days + 1 - len(dates)
    if gaps:
        yield f"daily has no row for {gaps} days between {dates[0].date()} and {dates[-1].date()}"
    for label, period in zip(LABELS, comparison, strict=True):
        absent = period.days - int(period.holds(dates).sum())
        if absent:
            yield f"daily has no row for {absent} of the {period.days} days of the {label}"


def _unknown_events(days: pd.DataFrame, known: list[str], comparison: Comparison) -> Iterator[str]:
    inside = days.loc[comparison.baseline.dates.union(comparison.period.dates)].any()
    for name in inside.index[inside.to_numpy()].difference(known):
        yield f"event {name} is left in orders: history is too short or did not see it"
