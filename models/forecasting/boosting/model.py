"""LightGBM over a panel: direct over horizons, with quantile losses (Ke et al. 2017)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from models.forecasting.boosting.features import View, by_origin, stacked
from models.forecasting.candidates import State, TooLittleHistoryError
from models.forecasting.frequency import Kind
from models.forecasting.panel import Forecast, Integers, Panel
from models.forecasting.parallel import Jobs
from models.forecasting.quantiles import LEVELS, Floats, quantile_mean
from models.forecasting.scales import scale_of

Matrix = npt.NDArray[np.float32]
HEADS = (0.1, 0.5, 0.9)
ROUNDS = {0.1: 200, 0.5: 300, 0.9: 200}
OFFSET = 1.0
LEAST_ROWS = 500
ORIGIN_STEPS: dict[Kind, int] = {"h": 11, "D": 9, "W": 2, "M": 1, "Q": 1}
ORIGIN_SPANS: dict[Kind, int] = {"h": 500, "D": 400, "W": 100, "M": 60, "Q": 40}
"""How far back from the panel's end origins lie, in steps."""
ORIGIN_LEAST: dict[Kind, int] = {"h": 204, "D": 380, "W": 56, "M": 16, "Q": 8}
"""History that the first of them has, where the panel is twice as long."""
HORIZON_SHARE = 1.3
FEWEST_HORIZONS = 3


@dataclass(frozen=True)
class FittedBoosting:
    """The trees of each head.

    Attributes:
        trees: LightGBM's own text, one a head.
    """

    trees: tuple[str, ...]

    def predict(self, panel: Panel) -> Forecast:
        """The steps ahead of each series, seen from its own origin."""
        scale = scale_of(panel, OFFSET)
        view = View.of(panel, scale)
        boosters = [_booster(text) for text in self.trees]
        heads = np.empty((len(panel), panel.horizon, len(HEADS)))
        for origin, rows in by_origin(panel.starts - 1):
            matrix, _ = stacked([_complete(view, rows, origin, np.arange(1, panel.horizon + 1))])
            found = np.stack([booster.predict(matrix, num_threads=1) for booster in boosters], axis=1)
            heads[rows] = found.reshape(len(rows), panel.horizon, -1) + view.level(rows, origin)[:, None, None]
        quantiles = scale.back(_nine(np.sort(heads, axis=2)))
        return Forecast.of(quantiles, quantile_mean(quantiles))

    def state(self) -> State:
        """The trees."""
        return {f"trees {place}": np.frombuffer(text.encode(), np.uint8) for place, text in enumerate(self.trees)}


@dataclass(frozen=True)
class Boosting:
    """One LightGBM model of all series for each of three quantiles; the others follow from these by their shape.

    Attributes:
        rows: About how many rows the trees learn from, drawn from all origins, series and horizons.
        name: Of the candidate.
    """

    rows: int = 200_000
    name: str = "LightGBM"

    def fit(self, panel: Panel, *, seed: int = 0, jobs: Jobs = None) -> FittedBoosting:  # noqa: ARG002
        """Grow the trees on one thread, the same whatever ``jobs`` is.

        Raises:
            TooLittleHistoryError: Where the history is too short for anything to be learned.
            OSError: Where LightGBM cannot be loaded, for want of the system's OpenMP library.
        """
        view = View.of(panel, scale_of(panel, OFFSET))
        matrix, target, names = self._training(view, np.random.default_rng(seed))
        if len(target) < LEAST_ROWS:
            raise TooLittleHistoryError(f"{len(target)} past forecasts to learn from, LightGBM needs {LEAST_ROWS}")
        return FittedBoosting(tuple(_grown(matrix, target, names, level, seed) for level in HEADS))

    def restore(self, state: State) -> FittedBoosting:
        """What ``state`` gave."""
        return FittedBoosting(tuple(state[f"trees {place}"].tobytes().decode() for place in range(len(HEADS))))

    def _training(self, view: View, generator: np.random.Generator) -> tuple[Matrix, Floats, list[str]]:
        origins = _origins(view.panel)
        ahead = [min(view.panel.horizon, view.panel.length - 1 - origin) for origin in origins]
        share = min(1.0, self.rows / max(sum(ahead) * len(view.panel), 1))
        parts = [_drawn(view, origin, most, share, generator) for origin, most in zip(origins, ahead, strict=True)]
        if not parts:
            return np.zeros((0, 1), np.float32), np.zeros(0), []
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]), parts[0][2]


def _origins(panel: Panel) -> list[int]:
    """Past origins to learn from, the newest first: as far back as pays, but not where too little was known."""
    kind = panel.frequency.kind
    last = panel.length - 1
    first = max(last - ORIGIN_SPANS[kind], min(ORIGIN_LEAST[kind], last // 2), 1)
    return list(range(last - 1, first - 1, -ORIGIN_STEPS[kind]))


def _drawn(
    view: View, origin: int, most: int, share: float, generator: np.random.Generator
) -> tuple[Matrix, Floats, list[str]]:
    """Some rows from one origin: some horizons of all series, and of these a share."""
    horizons = np.arange(1, most + 1)
    kept = max(FEWEST_HORIZONS, int(most * min(1.0, HORIZON_SHARE * share)))
    if kept < most:
        horizons = np.sort(generator.choice(horizons, kept, replace=False))
    rows = np.arange(len(view.panel))
    matrix, names = stacked([_complete(view, rows, origin, horizons)])
    target = (view.scaled[:, origin + horizons] - view.level(rows, origin)[:, None]).ravel()
    taken = np.isfinite(target) & (generator.random(len(target)) < share * most / len(horizons))
    return matrix[taken], target[taken], names


def _complete(view: View, rows: Integers, origin: int, horizons: Integers) -> dict[str, Floats]:
    """The table of ``rows``; group means need all series, also where few are asked for."""
    everyone = np.arange(len(view.panel))
    if len(rows) == len(everyone) or not view.panel.static:
        return view.table(rows, origin, horizons)
    return {name: values[rows] for name, values in view.table(everyone, origin, horizons).items()}


def _grown(matrix: Matrix, target: Floats, names: list[str], level: float, seed: int) -> str:
    import lightgbm

    parameters: dict[str, Any] = {
        "objective": "quantile",
        "alpha": level,
        "num_leaves": 31,
        "learning_rate": 0.05,
        "min_data_in_leaf": min(100, max(20, len(target) // 200)),
        "feature_fraction": 0.5,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 5,
        "max_bin": 127,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "verbose": -1,
    }
    groups = [place for place, name in enumerate(names) if name.startswith("of ")]
    data = lightgbm.Dataset(matrix, target, categorical_feature=groups, params=parameters)
    return str(lightgbm.train(parameters, data, ROUNDS[level]).model_to_string())


def _booster(text: str) -> Any:  # noqa: ANN401 - imported late
    import lightgbm

    return lightgbm.Booster(model_str=text)


def _nine(heads: Floats) -> Floats:
    """Nine quantiles from three: on either side of the median as a normal distribution spreads."""
    scores = stats.norm.ppf(LEVELS) / stats.norm.ppf(HEADS[-1])
    low, middle, high = heads[..., :1], heads[..., 1:2], heads[..., 2:]
    found: Floats = middle + np.where(scores < 0, middle - low, high - middle) * scores
    return found
