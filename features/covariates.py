"""What is known of days to come, for every series of a hierarchy: holidays, festivals and announced promotions.

Each is a number from 0 to 1: the share of a series' usual demand that it concerns. A national holiday is 1 for its
country's series, and for the total the country's share of demand; a promotion likewise, by country and category.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from etl.calendar import JOINED
from etl.errors import raise_problems
from features.hierarchy import CELL, Floats, hierarchy, parse_level

HOLIDAY, PROMOTION, DISCOUNT = "holiday", "promotion", "discount"
DATES = ("start_date", "end_date", "announced_on")
Flags = npt.NDArray[np.bool_]
Covariates = dict[str, Floats]


def covariates(
    nodes: pd.DataFrame,
    cells: pd.DataFrame,
    calendar: pd.DataFrame,
    promotions: pd.DataFrame,
    days: pd.DatetimeIndex,
    cutoff: pd.Timestamp,
) -> Covariates:
    """The covariates of each series as they could be read on the evening of ``cutoff``.

    Args:
        nodes: The series, rows of ``Hierarchy.nodes``.
        cells: country, region, channel, category and ``usual``, what each of these finest cells usually sells (only the
            ratios matter); each series is made of some of them, also where it does not tell all dimensions apart.
        calendar: Rows of ``gld_calendar``: date, country, is_holiday, festival.
        promotions: country and category (null for all), start_date, end_date, discount_pct (percent, may be missing),
            announced_on. A day after the cutoff counts those that were announced by then, an earlier day all.
        days: The days wanted, past and ahead.
        cutoff: The last day that is known.

    Returns:
        By name, shape (series, days): ``holiday``, each festival under its own name, ``promotion``, and ``discount``
        (the deepest that runs, 0 to 1); days beyond the calendar have none.

    Raises:
        InputError: Naming the countries that the calendar lacks.
    """
    raise_problems(_missing_countries(calendar, cells))
    ordered = cells.sort_values(list(CELL), ignore_index=True)  # as the bottom of a hierarchy is
    running, discount = _running(promotions, ordered, days, cutoff)
    by_cell = _events(calendar, ordered, days) | {PROMOTION: running, DISCOUNT: discount}
    weights = _weights(nodes, ordered)
    whole = weights @ np.ones((len(cells), 1))
    return {name: np.asarray(weights @ values / whole) for name, values in by_cell.items()}


def _weights(nodes: pd.DataFrame, cells: pd.DataFrame) -> sparse.csr_array:
    """How much of each series each cell is, the same where nothing was sold; shape (series, cells)."""
    tree = hierarchy(cells[list(CELL)], [*(parse_level(name) for name in nodes["level"].unique()), CELL])
    rows = pd.Index(tree.nodes["series"]).get_indexer(pd.Index(nodes["series"]))
    links = tree.summing[rows]
    weighted = links.multiply(cells["usual"].to_numpy(float)).tocsr()
    sold = (weighted.sum(axis=1) > 0).astype(float)
    return sparse.csr_array(sparse.diags_array(sold) @ weighted + sparse.diags_array(1 - sold) @ links)


def _events(calendar: pd.DataFrame, cells: pd.DataFrame, days: pd.DatetimeIndex) -> Covariates:
    """Holidays and festivals of the cells' countries, shape (cells, days)."""
    asked = calendar[calendar["date"].isin(days)]
    festive = asked.assign(festival=asked["festival"].str.split(JOINED, regex=False)).explode("festival")
    names = sorted(festive["festival"].dropna().unique())
    marked = {HOLIDAY: asked[asked["is_holiday"]]} | {name: festive[festive["festival"] == name] for name in names}
    return {name: _marked(rows, cells["country"], days) for name, rows in marked.items()}


def _marked(rows: pd.DataFrame, countries: pd.Series, days: pd.DatetimeIndex) -> Floats:
    """One on the days of ``rows`` for the cells of their countries; shape (cells, days)."""
    names = pd.Index(countries.unique())
    kept = rows[rows["country"].isin(names)]
    found = np.zeros((len(names), len(days)))
    found[names.get_indexer(pd.Index(kept["country"])), days.get_indexer(pd.DatetimeIndex(kept["date"]))] = 1
    return found[names.get_indexer(pd.Index(countries))]


def _running(
    promotions: pd.DataFrame, cells: pd.DataFrame, days: pd.DatetimeIndex, cutoff: pd.Timestamp
) -> tuple[Floats, Floats]:
    """Whether a promotion runs in each cell, and the deepest discount; shape (cells, days)."""
    running, deepest = np.zeros((2, len(cells), len(days)))
    where = _concerned(promotions, cells, "country") & _concerned(promotions, cells, "category")
    when = _seen(promotions, days, cutoff)
    discounts = promotions["discount_pct"].to_numpy(float) / 100
    for in_cell, on_day, discount in zip(where, when, discounts, strict=True):  # some hundreds
        place = np.ix_(in_cell, on_day)
        running[place] = 1
        deepest[place] = np.fmax(deepest[place], discount)
    return running, deepest


def _concerned(promotions: pd.DataFrame, cells: pd.DataFrame, dimension: str) -> Flags:
    """Whether each promotion runs in each cell, as far as one dimension tells; shape (promotions, cells)."""
    named = promotions[dimension].astype(object)
    equal = named.to_numpy()[:, None] == cells[dimension].astype(object).to_numpy()
    return np.asarray(equal, dtype=bool) | named.isna().to_numpy()[:, None]


def _seen(promotions: pd.DataFrame, days: pd.DatetimeIndex, cutoff: pd.Timestamp) -> Flags:
    """The days of each promotion that are known of at the cutoff; shape (promotions, days)."""
    first, last, announced = (promotions[name].to_numpy("datetime64[ns]")[:, None] for name in DATES)
    day = days.to_numpy("datetime64[ns]")
    limit = cutoff.to_datetime64()
    return np.asarray((first <= day) & (day <= last) & ((day <= limit) | (announced <= limit)), dtype=bool)


def _missing_countries(calendar: pd.DataFrame, cells: pd.DataFrame) -> Iterator[str]:
    for country in sorted(set(cells["country"]) - set(calendar["country"])):
        yield f"gld_calendar has no days of {country}, which has orders: rebuild the calendar."
