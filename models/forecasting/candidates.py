"""What a forecasting candidate is: it fits a whole panel, and what it fitted predicts and can be stored.

A data scientist's own candidate is any class of this shape that can be built without arguments; it is named
``module:Class`` (``models.forecasting.registry.candidate``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from models.forecasting.panel import Forecast, Panel
from models.forecasting.parallel import Jobs
from models.forecasting.quantiles import Floats

State = Mapping[str, npt.NDArray[np.generic]]
"""Arrays of numbers and text by name, as ``numpy.savez`` stores them without pickle."""


def together(parts: Mapping[str, State]) -> State:
    """Several states as one, each array under the name of its part and its own."""
    return {f"{part} {name}": values for part, state in parts.items() for name, values in state.items()}


def part(name: str, state: State) -> State:
    """One of the states that ``together`` put into one."""
    return {key.removeprefix(f"{name} "): values for key, values in state.items() if key.startswith(f"{name} ")}


class TooLittleHistoryError(ValueError):
    """A candidate has too little history to learn anything from."""


class Fitted(Protocol):
    """A candidate fitted to a panel."""

    def predict(self, panel: Panel) -> Forecast:
        """The steps ahead of ``panel``: the one that was fitted, or it with other covariates ahead."""

    def state(self) -> State:
        """Everything ``predict`` needs beside the panel, for the candidate's ``restore``."""


@runtime_checkable
class Foreseeing(Fitted, Protocol):
    """What has most of its work with a panel's past, which it does once for several futures."""

    def predict_each(self, panels: Sequence[Panel]) -> list[Forecast]:
        """What ``predict`` gives of each of ``panels``, which differ in covariates ahead alone."""


def predicted(fitted: Fitted, panels: Sequence[Panel]) -> list[Forecast]:
    """The steps ahead of panels that differ in covariates ahead alone."""
    return fitted.predict_each(panels) if isinstance(fitted, Foreseeing) else [fitted.predict(each) for each in panels]


@runtime_checkable
class Lasting(Fitted, Protocol):
    """What outlasts the panel it was fitted to: it predicts from other days of the same series, too."""

    lasting: ClassVar[bool]


def lasts(fitted: Fitted, then: Panel, now: Panel) -> bool:
    """Whether what was fitted to one panel predicts from another, too."""
    return isinstance(fitted, Lasting) and now.has_series_of(then)


class Candidate(Protocol):
    """An algorithm that can be fitted to any panel, whatever its series look like."""

    @property
    def name(self) -> str:
        """Name of the algorithm."""

    def fit(self, panel: Panel, *, seed: int = 0, jobs: Jobs = None) -> Fitted:
        """Fit all series. The same panel and seed give the same forecast, whatever ``jobs`` is."""

    def restore(self, state: State) -> Fitted:
        """What ``state`` gave."""


@dataclass(frozen=True)
class Settled:
    """A forecast that is settled once fitted, because no covariate moves it."""

    quantiles: Floats
    mean: Floats
    notes: tuple[str, ...]

    def predict(self, panel: Panel) -> Forecast:  # noqa: ARG002 - nothing of it matters any more
        """The forecast made at the fit."""
        return Forecast.of(self.quantiles, self.mean, self.notes)

    def state(self) -> State:
        """The forecast."""
        return {"quantiles": self.quantiles, "mean": self.mean, "notes": np.array(self.notes, dtype=np.str_)}

    @classmethod
    def restore(cls, state: State) -> "Settled":
        """What ``state`` gave."""
        quantiles, mean = (state[name].astype(np.float64) for name in ("quantiles", "mean"))
        return cls(quantiles, mean, tuple(str(note) for note in state["notes"]))
