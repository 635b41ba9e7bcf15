"""Long frames to a panel and back: where the input is looked at, and every problem of it named."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from etl.errors import raise_problems
from features.moving_days import known_country
from models.forecasting.frequency import Frequency, frequency
from models.forecasting.panel import Forecast, Integers, Panel
from models.forecasting.quantiles import LEVELS, Floats

SEPARATORS = re.compile(r"[_|/:\-]")
MOST_LEVELS = 12
"""Values of a covariate in words that get a column of their own, the most frequent ones."""
FINE = 10
"""A static number of more values is cut at its quartiles."""


@dataclass(frozen=True)
class Names:
    """What the columns are called."""

    series: str = "unique_id"
    time: str = "ds"
    target: str = "y"


def panel_of(
    history: pd.DataFrame,
    horizon: int,
    freq: str,
    *,
    future: pd.DataFrame | None = None,
    static: pd.DataFrame | None = None,
    country: str | None = None,
    season_length: int | None = None,
    names: Names = Names(),
) -> Panel:
    """The panel of long frames, as ``models.forecasting.forecast_panel`` takes them.

    Raises:
        InputError: With every problem found, sorted.
        UsageError: Where there is no such frequency.
    """
    raise_problems(_problems(history, horizon, future, static, country, names))
    past = _plain(history, names)
    found = frequency(freq, past[names.time], season_length)
    dates = found.dates(past[names.time].min(), past[names.time].max(), horizon)
    ahead = None if future is None else _plain(future, names)
    raise_problems(_off_grid(past, "history", dates, found, names))
    series = _series(past, ahead, names)
    length = len(dates) - horizon
    values = _laid_out(past, names.target, series, dates[:length], names)
    covariates = [name for name in past.columns if name not in vars(names).values()]
    known = [name for name in covariates if ahead is not None and name in ahead]
    return Panel(
        series=tuple(series),
        dates=dates,
        values=values,
        origins=_origins(past, series, dates, names),
        horizon=horizon,
        frequency=found,
        known=dict(_known(past, ahead, known, series, dates, names)),
        past=dict(_past(past, [name for name in covariates if name not in known], series, dates[:length], names)),
        static=_groups(static, series, names),
        country=country,
    )


def forecast_frame(panel: Panel, forecast: Forecast, quantiles: Sequence[float], names: Names) -> pd.DataFrame:
    """A forecast as rows: series, time, mean, the quantiles as ``q0.1``, and note (None where there is nothing)."""
    levels = at_levels(forecast.quantiles, quantiles)
    horizon = panel.horizon
    notes = np.array([note or None for note in forecast.notes], dtype=object)
    return pd.DataFrame(
        {
            names.series: np.repeat(np.array(panel.series, dtype=object), horizon),
            names.time: panel.dates[panel.steps.ravel()],
            "mean": forecast.mean.ravel(),
            **{f"q{level:g}": levels[..., place].ravel() for place, level in enumerate(quantiles)},
            "note": np.repeat(notes, horizon),
        }
    )


def at_levels(nine: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles at other levels, on straight lines between the nine over the normal scores, drawn on beyond them."""
    if tuple(levels) == LEVELS:
        return nine
    knots, wanted = stats.norm.ppf(LEVELS), stats.norm.ppf(levels)
    right = np.clip(np.searchsorted(knots, wanted), 1, len(knots) - 1)
    share = (wanted - knots[right - 1]) / (knots[right] - knots[right - 1])
    found: Floats = nine[..., right - 1] * (1 - share) + nine[..., right] * share
    return np.where(nine[..., :1] >= 0, np.maximum(found, 0), found)


def _plain(rows: pd.DataFrame, names: Names) -> pd.DataFrame:
    plain = rows.copy()
    plain[names.series], plain[names.time] = rows[names.series].astype(str), pd.to_datetime(rows[names.time])
    return plain


def _series(past: pd.DataFrame, ahead: pd.DataFrame | None, names: Names) -> list[str]:
    known = set(past[names.series])
    return sorted(known | set([] if ahead is None else ahead[names.series]))


def _laid_out(rows: pd.DataFrame, column: str, series: Sequence[str], dates: pd.DatetimeIndex, names: Names) -> Floats:
    """A column on the grid, shape (series, dates), NaN where there is no row; rows off the grid are not looked at."""
    row = pd.Index(series).get_indexer(pd.Index(rows[names.series]))
    place = dates.get_indexer(pd.DatetimeIndex(rows[names.time]))
    inside = (row >= 0) & (place >= 0)
    found = np.full((len(series), len(dates)), np.nan)
    found[row[inside], place[inside]] = pd.to_numeric(rows[column]).to_numpy(np.float64, na_value=np.nan)[inside]
    return found


def _origins(past: pd.DataFrame, series: Sequence[str], dates: pd.DatetimeIndex, names: Names) -> Integers:
    last = past.groupby(names.series)[names.time].max().reindex(list(series))
    return dates.get_indexer(pd.DatetimeIndex(last))


def _known(
    past: pd.DataFrame,
    ahead: pd.DataFrame | None,
    covariates: Sequence[str],
    series: Sequence[str],
    dates: pd.DatetimeIndex,
    names: Names,
) -> Iterator[tuple[str, Floats]]:
    for name in covariates:
        assert ahead is not None
        keys = [names.series, names.time]
        both = pd.concat([past[[*keys, name]], ahead[[*keys, name]]], ignore_index=True).drop_duplicates(keys)
        for label, numbers in _numbers(both[name], past[name]).items():
            yield label, _laid_out(both.assign(**{name: numbers}), name, series, dates, names)


def _past(
    past: pd.DataFrame, covariates: Sequence[str], series: Sequence[str], dates: pd.DatetimeIndex, names: Names
) -> Iterator[tuple[str, Floats]]:
    for name in covariates:
        for label, numbers in _numbers(past[name], past[name]).items():
            yield label, _laid_out(past.assign(**{name: numbers}), name, series, dates, names)


def _numbers(column: pd.Series, past: pd.Series) -> Mapping[str, pd.Series]:
    """A covariate as numbers: itself, or where it is in words a mark for each of its frequent values but the first."""
    if not pd.api.types.is_object_dtype(column) and not isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype):
        return {str(column.name): column.astype(float)}
    numeric = pd.to_numeric(column, errors="coerce")
    if not (numeric.isna() & column.notna()).any():
        return {str(column.name): numeric}
    words = column.astype(str).where(column.notna())
    seen = past.astype(str).where(past.notna()).value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return {f"{column.name}={word}": (words == word).astype(float) for word in seen.index[1:MOST_LEVELS]}


def _groups(static: pd.DataFrame | None, series: Sequence[str], names: Names) -> dict[str, Integers]:
    """The static dimensions that group the series; the parts of their names where there is no table of them."""
    if static is None:
        parts = pd.Series(series).str.split(SEPARATORS, expand=True)
        table = parts if parts.notna().all(axis=None) and parts.shape[1] > 1 else parts.iloc[:, :0]
    else:
        indexed = static.assign(**{names.series: static[names.series].astype(str)}).set_index(names.series)
        table = indexed.reindex(list(series))
    coded = {str(name): _codes(table[name]) for name in table}
    return {name: codes for name, codes in coded.items() if 2 <= codes.max() + 1 <= len(series) / 3}


def _codes(column: pd.Series) -> Integers:
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > FINE:
        column = pd.qcut(column, 4, duplicates="drop")
    return pd.factorize(column.astype(str), sort=True)[0].astype(np.intp)


def _problems(
    history: pd.DataFrame,
    horizon: int,
    future: pd.DataFrame | None,
    static: pd.DataFrame | None,
    country: str | None,
    names: Names,
) -> Iterator[str]:
    if horizon < 1:
        yield f"A horizon of {horizon} steps is not ahead: ask for at least 1."
    if country is not None and not known_country(country):
        yield f"The public holidays of country {country!r} are not known: give its ISO code, such as IN, or none."
    yield from _frame_problems(history, "history", [names.series, names.time, names.target], names)
    if future is not None:
        yield from _frame_problems(future, "future", [names.series, names.time], names)
    if static is not None:
        yield from _static_problems(static, names)
    if names.target in history:
        yield from _target_problems(history[names.target], names)


def _frame_problems(rows: pd.DataFrame, what: str, wanted: list[str], names: Names) -> Iterator[str]:
    absent = [name for name in wanted if name not in rows]
    if absent:
        yield f"{what} lacks {', '.join(absent)}: rename its columns or say what they are called."
        return
    if rows.empty and what == "history":
        yield "history has no rows: there is nothing to forecast from."
    yield from (
        f"{what}.{name} is missing in {rows[name].isna().sum()} rows." for name in wanted[:2] if rows[name].isna().any()
    )
    dates = pd.to_datetime(rows[names.time], errors="coerce")
    wrong = int((dates.isna() & rows[names.time].notna()).sum())
    if wrong:
        yield f"{what}.{names.time} is not a date in {wrong} rows."
    if isinstance(dates.dtype, pd.DatetimeTZDtype):
        yield f"{what}.{names.time} has a time zone: convert it to local time without one."
    repeated = int(pd.DataFrame({"series": rows[names.series].astype(str), "time": dates}).duplicated().sum())
    if repeated and not wrong:
        yield f"{what} has {repeated} rows that repeat a {names.series} and {names.time}: keep one of each."


def _static_problems(static: pd.DataFrame, names: Names) -> Iterator[str]:
    if names.series not in static:
        yield f"static lacks {names.series}: rename its columns or say what they are called."
    elif static[names.series].astype(str).duplicated().any():
        yield f"static has {static[names.series].astype(str).duplicated().sum()} rows that repeat a {names.series}."


def _target_problems(target: pd.Series, names: Names) -> Iterator[str]:
    numbers = pd.to_numeric(target, errors="coerce")
    wrong = int((numbers.isna() & target.notna()).sum())
    if wrong:
        yield f"history.{names.target} is not a number in {wrong} rows."
    endless = int(np.isinf(numbers.to_numpy(np.float64, na_value=np.nan)).sum())
    if endless:
        yield f"history.{names.target} is infinite in {endless} rows."


def _off_grid(rows: pd.DataFrame, what: str, dates: pd.DatetimeIndex, found: Frequency, names: Names) -> Iterator[str]:
    off = ~rows[names.time].isin(dates)
    if off.any():
        example = rows.loc[off, names.time].min()
        yield (
            f"{what} has {int(off.sum())} rows that are not on the grid of frequency {found.alias}, such as {example}: "
            "choose another frequency or round the times."
        )
