"""The hierarchy of demand: which series add up to which, from the total down to the finest cells.

A level names the dimensions that its series tell apart; the total has none. A region is only unique together with its
country, so that a level with regions has countries, too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Floats = npt.NDArray[np.float64]
Level = tuple[str, ...]

PLACE = ("country", "region", "channel")
CELL = (*PLACE, "category")
TOTAL = "total"


@dataclass(frozen=True)
class Hierarchy:
    """Series that add up.

    Attributes:
        nodes: series, level and one column for each dimension (null where a series spans all of it); coarse levels
            first, the bottom last.
        summing: The bottom series that each series adds up; sparse, shape (series, bottom series).
    """

    nodes: pd.DataFrame
    summing: sparse.csr_array

    @property
    def bottom(self) -> npt.NDArray[np.intp]:
        """Places of the bottom series among the nodes."""
        count, bottom = self.summing.shape
        return np.arange(count - bottom, count)

    def sums(self, bottom: Floats) -> Floats:
        """What bottom values, shape (bottom series, ...), add up to; shape (series, ...)."""
        flat = self.summing @ bottom.reshape(len(bottom), -1)
        return np.asarray(flat).reshape(len(self.nodes), *bottom.shape[1:])


@dataclass(frozen=True)
class Observed:
    """The daily values of a hierarchy.

    Attributes:
        hierarchy: Its series.
        dates: Every day from the first to the last.
        values: Shape (series, days), missing before a series' first day.
    """

    hierarchy: Hierarchy
    dates: pd.DatetimeIndex
    values: Floats

    def until(self, day: pd.Timestamp) -> "Observed":
        """The days up to ``day``, for all series; those that have not begun are missing throughout."""
        seen = int(self.dates.searchsorted(day, side="right"))
        return Observed(self.hierarchy, self.dates[:seen], self.values[:, :seen])


def crossings(dimensions: Sequence[str]) -> list[Level]:
    """Every combination of ``dimensions`` as a level, the total first, no region without its country."""
    chosen = (each for size in range(len(dimensions) + 1) for each in combinations(dimensions, size))
    return [level for level in chosen if "region" not in level or "country" in level]


def level_name(level: Iterable[str]) -> str:
    """What a level is called: its dimensions joined by ``/``, or ``total``."""
    return "/".join(level) or TOTAL


def parse_level(name: str) -> Level:
    """The level that ``level_name`` called ``name``."""
    return () if name == TOTAL else tuple(name.split("/"))


def series_names(rows: pd.DataFrame, level: Level) -> pd.Series:
    """What the series of ``rows`` are called on a level: ``country=India/channel=Mobile``, or ``total``.

    Slashes and backslashes within a name are escaped, so that different series have different names.
    """
    if not level:
        return pd.Series(TOTAL, index=rows.index, dtype=object)
    parts = [name + "=" + rows[name].astype(str).map(_escaped) for name in level]
    return pd.Series(["/".join(names) for names in zip(*parts, strict=True)], index=rows.index, dtype=object)


def hierarchy(cells: pd.DataFrame, levels: Sequence[Level]) -> Hierarchy:
    """The hierarchy of the cells that occur.

    Args:
        cells: One column for each dimension; repeated rows count once.
        levels: The levels wanted; the finest, which tells apart every dimension named, is added where it is not there.
    """
    finest = tuple(name for name in cells.columns if any(name in level for level in levels))
    bottom = cells[list(finest)].drop_duplicates() if finest else cells.iloc[:1]
    ordered = bottom.sort_values(list(finest), ignore_index=True) if finest else bottom.reset_index(drop=True)
    blocks = [_block(ordered, level) for level in (*(level for level in levels if level != finest), finest)]
    nodes = pd.concat([nodes for nodes, _ in blocks], ignore_index=True)
    return Hierarchy(nodes[["series", "level", *finest]], sparse.csr_array(sparse.vstack([b for _, b in blocks])))


def observe(rows: pd.DataFrame, amount: str, levels: Sequence[Level], last: pd.Timestamp | None = None) -> Observed:
    """The daily values of every series of a hierarchy.

    A series starts on its first day with a row and runs to the last day. A day without rows in between is
    a true zero: the business was open and nobody ordered. Days that were lost on the way in are looked for elsewhere.

    Args:
        rows: date, the dimensions and ``amount``; several rows of a day and cell are added up.
        amount: The column to add up.
        levels: As for ``hierarchy``.
        last: The last day, the newest of the rows by default.
    """
    found = hierarchy(rows[[name for name in CELL if name in rows]], levels)
    finest = [name for name in found.nodes.columns if name in CELL]
    dates = pd.date_range(rows["date"].min(), rows["date"].max() if last is None else last, name="date")
    ordered = rows.sort_values(["date", *finest, amount], ignore_index=True)  # sums must not depend on the rows' order
    place = (_groups(ordered, finest), dates.get_indexer(pd.DatetimeIndex(ordered["date"])))
    bottom, begun = np.zeros((2, len(found.bottom), len(dates)))
    np.add.at(bottom, place, ordered[amount].to_numpy(float))
    begun[place] = 1
    has_begun = found.sums(begun).cumsum(axis=1) > 0
    return Observed(found, dates, np.where(has_begun, found.sums(bottom), np.nan))


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace("/", "\\/")


def _block(bottom: pd.DataFrame, level: Level) -> tuple[pd.DataFrame, sparse.coo_array]:
    """The series of one level, and which bottom series each of them adds up."""
    groups = _groups(bottom, list(level))
    members, firsts = np.unique(groups, return_index=True)
    nodes = bottom.iloc[firsts][list(level)].reset_index(drop=True)
    links = (np.ones(len(bottom)), (groups, np.arange(len(bottom))))
    named = nodes.assign(series=series_names(nodes, level), level=level_name(level))
    return named.reindex(columns=["series", "level", *bottom.columns]), sparse.coo_array(
        links, shape=(len(members), len(bottom))
    )


def _groups(rows: pd.DataFrame, by: list[str]) -> npt.NDArray[np.intp]:
    """The place of each row's group among the sorted groups."""
    found = rows.groupby(by, sort=True).ngroup() if by else pd.Series(0, index=rows.index)
    return np.asarray(found, dtype=np.intp)
