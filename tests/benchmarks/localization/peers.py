"""Other localizers in a few lines each, with the thresholds of their papers."""

from itertools import combinations

import numpy as np
import pandas as pd
from recipes import Case, Where

TINY = 1e-12  # its logarithm is finite
TEEP, TEP = 0.1, 0.67  # Adtributor: least share of the change of one value, and of those named together
STOP, MOST = 0.8, 5  # greedy: explained share of the change, and the most combinations named
DEPTH = 3
RISK, ADDED = 0.5, 0.15  # RiskLoc: least risk score of a combination, least share it explains


def adtributor(case: Case) -> set[Where]:
    """The values of the one dimension with the most surprise that explain two thirds (Bhagwan et al. 2014)."""
    cells, best, surprise = case.cells, set(), -1.0
    total = cells["actual"].sum() - cells["expected"].sum()
    for name in case.dimensions:
        sums = cells.groupby(name)[["actual", "expected"]].sum()
        p, q = (sums[column] / sums[column].sum() for column in ("expected", "actual"))
        p, q = p.clip(lower=TINY), q.clip(lower=TINY)
        shock = 0.5 * (p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q)))
        power = (sums["actual"] - sums["expected"]) / total
        chosen = shock[power > TEEP].sort_values(ascending=False).index
        enough = int(np.argmax(power[chosen].cumsum() > TEP)) + 1 if power[chosen].sum() > TEP else 0
        if enough and shock[chosen[:enough]].sum() > surprise:
            best = {frozenset({(name, value)}) for value in chosen[:enough]}
            surprise = float(shock[chosen[:enough]].sum())
    return best


def greedy(case: Case) -> set[Where]:
    """Again and again the combination with the largest difference per root of its cells, until most is explained."""
    left, found = case.cells.assign(difference=case.cells["actual"] - case.cells["expected"]), set()
    total = abs(left["difference"].sum())
    while len(left) and len(found) < MOST and abs(left["difference"].sum()) > (1 - STOP) * total:
        found.add(best := max(_combinations(left, case.dimensions), key=lambda pair: pair[0])[1])
        left = left[~_inside(left, best)]
    return found


def risk(case: Case) -> set[Where]:
    """Cells beyond the cutting point are suspects; combinations mostly of suspects explain them (after RiskLoc)."""
    cells = case.cells[(case.cells["actual"] + case.cells["expected"]) > 0]
    deviation = 2 * (cells["actual"] - cells["expected"]) / (cells["actual"] + cells["expected"])
    side = np.sign((cells["actual"] - cells["expected"]).sum())
    cut = -float(np.min(side * deviation))  # normal cells lie as far on one side as on the other
    left = cells.assign(suspect=side * deviation > cut, weight=deviation.abs())
    total, found = left.loc[left["suspect"], "weight"].sum(), set()
    while total and left["suspect"].any():
        scored = [*_risks(left, case.dimensions, total)]
        if not scored:
            break
        found.add(best := max(scored, key=lambda pair: pair[0])[1])
        left = left[~_inside(left, best)]
    return found


def _combinations(cells: pd.DataFrame, dimensions: tuple[str, ...]):
    for names in _choices(dimensions):
        grouped = cells.groupby(names)["difference"].agg(["sum", "size"])
        score = grouped["sum"].abs() / np.sqrt(grouped["size"])
        yield float(score.max()), _where(names, score.idxmax())


def _risks(cells: pd.DataFrame, dimensions: tuple[str, ...], total: float):
    for names in _choices(dimensions):
        weighed = cells.assign(hit=cells["weight"] * cells["suspect"]).groupby(names)[["hit", "weight"]].sum()
        good = weighed[(weighed["hit"] / weighed["weight"] > RISK) & (weighed["hit"] / total > ADDED)]
        if len(good):
            yield float(good["hit"].max()) / len(names), _where(names, good["hit"].idxmax())


def _choices(dimensions: tuple[str, ...]) -> list[list[str]]:
    return [list(names) for depth in range(1, DEPTH + 1) for names in combinations(dimensions, depth)]


def _where(names: list[str], values: object) -> Where:
    return frozenset(zip(names, values if isinstance(values, tuple) else (values,), strict=True))


def _inside(cells: pd.DataFrame, where: Where) -> pd.Series:
    return pd.concat([cells[name] == value for name, value in where], axis=1).all(axis=1)


PEERS = {"Adtributor": adtributor, "greedy": greedy, "risk": risk}
