"""A forecaster of a whole hierarchy: a fitted candidate and what makes its forecasts add up; it can be stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from features.hierarchy import Hierarchy
from models.forecasting.candidates import Candidate, Fitted, State, lasts, part, predicted, together
from models.forecasting.coherent import Coherence, Coherent, coherent, coherent_mean
from models.forecasting.panel import Panel
from models.forecasting.panel_state import panel_from_state, panel_state
from models.forecasting.parallel import Jobs
from models.forecasting.paths import Dependence
from models.forecasting.reconciliation import Reconciliation
from models.forecasting.registry import candidate
from models.forecasting.rows import forecast_rows
from models.forecasting.scenario import Setting, under
from models.forecasting.widths import Stretch, Width

FORMAT = "2"
"""Of ``Forecaster.state``: another number where ``restore`` needs what was not stored before."""


@dataclass(frozen=True)
class Forecaster:
    """A candidate fitted to a hierarchy.

    Attributes:
        algorithm: Name of the candidate.
        tree: The series.
        panel: What it was fitted to.
        fitted: What was fitted.
        taught: What a backtest taught about its forecasts.
        seed: Seed of the sample paths.
    """

    algorithm: str
    tree: Hierarchy
    panel: Panel
    fitted: Fitted
    taught: Coherence
    seed: int

    def forecast(self, settings: Sequence[Setting] = ()) -> tuple[pd.DataFrame, Coherent]:
        """The days ahead of every series, and the coherent forecast that they were read off.

        Args:
            settings: What if; the same shocks are drawn as without, so that both can be compared day by day.

        Returns:
            Rows (series, level, date, horizon, mean, q10 to q90, floor, floored, note), and arrays over ``tree``.
        """
        rows, found, _ = self.forecast_beside([], settings)
        return rows, found

    def forecast_beside(
        self, others: Sequence[Panel], settings: Sequence[Setting] = ()
    ) -> tuple[pd.DataFrame, Coherent, list[pd.DataFrame]]:
        """As ``forecast``, and what is expected with other covariates ahead: ``means`` of ``others``."""
        rows, *beside = self._of_each([under(self.panel, settings), *others])
        found = coherent(self.tree, self.taught, rows, seed=self.seed)
        return found.fill(rows), found, [self._mean(each) for each in beside]

    def means(self, panels: Sequence[Panel]) -> list[pd.DataFrame]:
        """What ``forecast`` expects of the days ahead (series, date, mean), without the paths that tell how surely.

        Args:
            panels: The forecaster's own, or it with other covariates ahead.
        """
        return [self._mean(rows) for rows in self._of_each(panels)]

    def _mean(self, rows: pd.DataFrame) -> pd.DataFrame:
        return coherent_mean(self.tree, self.taught, rows)[["series", "date", "mean"]]

    def _of_each(self, panels: Sequence[Panel]) -> list[pd.DataFrame]:
        """Every series of each panel forecast on its own."""
        levels = dict(zip(self.tree.nodes["series"], self.tree.nodes["level"], strict=True))
        pairs = zip(panels, predicted(self.fitted, panels), strict=True)
        found = [forecast_rows(panel, forecast) for panel, forecast in pairs]
        return [rows.assign(level=rows["series"].map(levels)) for rows in found]

    def state(self) -> State:
        """Everything, as arrays."""
        parts = {
            "fitted": self.fitted.state(),
            "panel": panel_state(self.panel),
            "tree": _tree_state(self.tree),
            "taught": _taught_state(self.taught),
        }
        return {"algorithm": np.array(self.algorithm), "seed": np.array(self.seed), **together(parts)}

    @classmethod
    def restore(cls, state: State) -> "Forecaster":
        """What ``state`` gave; raises ``UsageError`` where its candidate is not here."""
        algorithm = str(state["algorithm"])
        return cls(
            algorithm=algorithm,
            tree=_tree(part("tree", state)),
            panel=panel_from_state(part("panel", state)),
            fitted=candidate(algorithm).restore(part("fitted", state)),
            taught=_taught(part("taught", state)),
            seed=int(state["seed"]),
        )


def fit(
    chosen: Candidate, tree: Hierarchy, panel: Panel, taught: Coherence, *, seed: int = 0, jobs: Jobs = None
) -> Forecaster:
    """Fit a candidate to a hierarchy's panel; ``jobs`` are worker processes, on which no result depends."""
    return Forecaster(chosen.name, tree, panel, chosen.fit(panel, seed=seed, jobs=jobs), taught, seed)


def renewed(
    trained: Forecaster, tree: Hierarchy, panel: Panel, taught: Coherence, *, seed: int = 0, jobs: Jobs = None
) -> Forecaster:
    """A forecaster on other days: what it learned is kept where that lasts and the series are the same ones."""
    if lasts(trained.fitted, trained.panel, panel):
        return Forecaster(trained.algorithm, tree, panel, trained.fitted, taught, seed)
    return fit(candidate(trained.algorithm), tree, panel, taught, seed=seed, jobs=jobs)


def _tree_state(tree: Hierarchy) -> State:
    links = tree.summing.tocoo()
    columns = {str(name): _text(tree.nodes[name]) for name in tree.nodes}
    return {**together({"node": columns}), "links": np.stack(links.coords), "shape": np.array(links.shape)}


def _tree(state: State) -> Hierarchy:
    nodes = {name: values.astype(object) for name, values in part("node", state).items()}
    frame = pd.DataFrame(nodes).replace({NOTHING: None})
    links = state["links"].astype(np.intp)
    rows, columns = (int(count) for count in state["shape"])
    return Hierarchy(frame, sparse.csr_array((np.ones(links.shape[1]), tuple(links)), shape=(rows, columns)))


NOTHING = "\x01"
"""Stands for null in arrays of text."""


def _text(values: pd.Series) -> "np.ndarray[tuple[int], np.dtype[np.str_]]":
    return values.fillna(NOTHING).to_numpy(np.str_)


def _taught_state(taught: Coherence) -> State:
    return {
        "method": np.array(taught.reconciliation.method),
        "weights": taught.reconciliation.weights,
        "scores": taught.dependence.scores,
        "dependence": np.array([taught.dependence.shrinkage, taught.dependence.persistence]),
        **_factors_state("stretch", taught.stretch),
        **_factors_state("day width", taught.width.day),
        **_factors_state("month width", taught.width.month),
        "month days": np.array(taught.width.days),
    }


def _taught(state: State) -> Coherence:
    shrinkage, persistence = (float(number) for number in state["dependence"])
    return Coherence(
        reconciliation=Reconciliation(str(state["method"]), state["weights"].astype(np.float64)),
        dependence=Dependence(state["scores"].astype(np.float64), shrinkage, persistence),
        stretch=_factors("stretch", state),
        width=Width(_factors("day width", state), _factors("month width", state), int(state["month days"])),
    )


def _factors_state(name: str, factors: Mapping[str, Stretch]) -> State:
    return {
        f"{name} levels": np.array(list(factors), dtype=np.str_),
        name: np.array(list(factors.values()), np.float64),
    }


def _factors(name: str, state: State) -> dict[str, Stretch]:
    levels, rows = (str(level) for level in state[f"{name} levels"]), state[name].tolist()
    return {level: tuple(row) for level, row in zip(levels, rows, strict=True)}
