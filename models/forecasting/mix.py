"""The mix: several unlike candidates, weighed and calibrated at past origins of the panel itself.

Members are averaged quantile by quantile on a logarithmic scale (Vincentization; Lichtendahl, Grushka-Cockayne &
Winkler 2013), with weights learned at past origins and shrunk to robust ones; the intervals are then calibrated there.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from models.forecasting.blend import Blend
from models.forecasting.bounds import bounded
from models.forecasting.calibration import stretched, stretches
from models.forecasting.candidates import Candidate, Fitted, State, TooLittleHistoryError, part, together
from models.forecasting.frequency import Kind
from models.forecasting.members import Member, usual_members
from models.forecasting.origins import Origin, past_origins
from models.forecasting.panel import Forecast, Panel
from models.forecasting.parallel import Jobs, threads
from models.forecasting.quantiles import LEVELS, Floats, quantile_mean
from models.forecasting.weights import learned_weights

LOG = logging.getLogger(__name__)
CONSTANT_FROM = 8
"""Known values, all the same, from which a series is taken to be constant."""


@dataclass(frozen=True)
class FittedMix:
    """The members of a mix fitted to a panel.

    Attributes:
        kind: Frequency of the panel.
        places: Of the members that could be fitted, among all.
        fitted: These members, fitted.
        weights: Of these members, summing to one.
        factors: What the quantiles are stretched by, shape (horizon, 9).
        note: What is missing in the mix, empty where nothing is.
        jobs: Worker threads.
    """

    kind: Kind
    places: tuple[int, ...]
    fitted: tuple[Fitted, ...]
    weights: Floats
    factors: Floats
    note: str = ""
    jobs: Jobs = None

    def predict(self, panel: Panel) -> Forecast:
        """The mix of what the members predict."""
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads(self.jobs)) as pool:
            forecasts = list(pool.map(lambda member: bounded(panel, member.predict(panel)), self.fitted))
        mixed = stretched(Blend.of(panel, forecasts).quantiles(self.weights), self.factors)
        constant = _constant(panel)
        quantiles = np.where(np.isfinite(constant)[:, None, None], constant[:, None, None], mixed)
        return Forecast.of(quantiles, quantile_mean(quantiles), _notes(panel, constant, self.note))

    def state(self) -> State:
        """The state of each member under its place, and how they are mixed."""
        states = zip(self.places, self.fitted, strict=True)
        members = together({str(place): member.state() for place, member in states})
        words = np.array([self.kind, self.note], dtype=np.str_)
        mixed = {"words": words, "places": np.array(self.places), "weights": self.weights, "factors": self.factors}
        return {**members, **mixed}


@dataclass(frozen=True)
class Mix:
    """What a user gets who asks for nothing else.

    Attributes:
        members: Of the mix; None takes the usual ones for the panel's frequency.
        name: Of the candidate.
    """

    members: tuple[Member, ...] | None = None
    name: str = "Mix"

    def fit(self, panel: Panel, *, seed: int = 0, jobs: Jobs = None) -> FittedMix:
        """Fit every member, now and at past origins. One that fails is left out, with a note.

        Raises:
            Exception: The first member's, where all fail.
        """
        candidates = [member.candidate for member in self._members(panel.frequency.kind, panel.values.size)]
        origins = past_origins(panel, seed)
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads(jobs)) as pool:
            now = [pool.submit(each.fit, panel, seed=seed, jobs=jobs) for each in candidates]
            then = [[pool.submit(_forecast, each, past, seed, jobs) for each in candidates] for past in origins]
        places = [place for place, fit in enumerate(now) if fit.exception() is None]
        if not places:
            now[0].result()
        weights, factors = self._learned(panel, places, origins, then)
        fitted = tuple(now[place].result() for place in places)
        return FittedMix(panel.frequency.kind, tuple(places), fitted, weights, factors, _missing(candidates, now), jobs)

    def restore(self, state: State) -> FittedMix:
        """What ``state`` gave."""
        kind, note = (str(word) for word in state["words"])
        members = self._members(kind, 0)  # type: ignore[arg-type]
        places = tuple(int(place) for place in state["places"])
        fitted = tuple(members[place].candidate.restore(part(str(place), state)) for place in places)
        weights, factors = (state[name].astype(np.float64) for name in ("weights", "factors"))
        return FittedMix(kind, places, fitted, weights, factors, note)  # type: ignore[arg-type]

    def _members(self, kind: Kind, values: int) -> tuple[Member, ...]:
        return usual_members(kind, values) if self.members is None else self.members

    def _learned(
        self, panel: Panel, places: Sequence[int], origins: Sequence[Origin], then: Sequence[Sequence[Future[Forecast]]]
    ) -> tuple[Floats, Floats]:
        """Weights of the members at ``places``, and the factors of the mix they make."""
        prior = _normed([self._members(panel.frequency.kind, panel.values.size)[place].weight for place in places])
        whole = [place for place, row in enumerate(then) if all(row[each].exception() is None for each in places)]
        if not whole:
            return prior, np.ones((panel.horizon, len(LEVELS)))
        kept = [origins[place] for place in whole]
        blends = [
            Blend.of(past.panel, [then[place][each].result() for each in places])
            for place, past in zip(whole, kept, strict=True)
        ]
        weights = learned_weights(kept, blends, prior, panel.length)
        mixed = np.concatenate(
            [_within(past.panel, blend.quantiles(weights)) for past, blend in zip(kept, blends, strict=True)]
        )
        return weights, stretches(mixed, np.concatenate([past.actual for past in kept]))


def _forecast(candidate: Candidate, past: Origin, seed: int, jobs: Jobs) -> Forecast:
    return bounded(past.panel, candidate.fit(past.panel, seed=seed, jobs=jobs).predict(past.panel))


def _within(panel: Panel, quantiles: Floats) -> Floats:
    return bounded(panel, Forecast.of(quantiles, quantile_mean(quantiles))).quantiles


def _normed(weights: Sequence[float]) -> Floats:
    found = np.array(weights, dtype=np.float64)
    return found / found.sum() if found.sum() > 0 else np.full(len(found), 1 / len(found))


def _missing(candidates: Sequence[Candidate], now: Sequence[Future[Fitted]]) -> str:
    """Which members broke; one that has too little history to learn from is no news."""
    broken = []
    for candidate, fit in zip(candidates, now, strict=True):
        error = fit.exception()
        if error is not None:
            LOG.info("%s left out of the mix: %s", candidate.name, error)
        if error is not None and not isinstance(error, TooLittleHistoryError):
            broken.append(f"without {candidate.name}: {error or type(error).__name__}")
    return "; ".join(broken)


def _constant(panel: Panel) -> Floats:
    """The value of each series that never had another, NaN for the others; shape (series,)."""
    known = np.isfinite(panel.values)
    least = np.where(known, panel.values, np.inf).min(axis=1)
    most = np.where(known, panel.values, -np.inf).max(axis=1)
    return np.where((known.sum(axis=1) >= CONSTANT_FROM) & (least == most), most, np.nan)


def _notes(panel: Panel, constant: Floats, missing: str) -> tuple[str, ...]:
    """What to know about each series: how little is known of it, and what the mix lacks."""
    known = np.isfinite(panel.values).sum(axis=1)
    few = panel.frequency.season if panel.frequency.kind in ("h", "D") else min(panel.frequency.season, 13)
    return tuple(
        "; ".join(filter(None, [_about(count, value, few), missing]))
        for count, value in zip(known, constant, strict=True)
    )


def _about(known: int, constant: float, few: int) -> str:
    if known == 0:
        return "no history: forecast from the other series"
    if np.isfinite(constant):
        return f"constant history: {constant:g} repeated"
    return f"short history of {known} values: forecast leans on the other series" if known < few else ""
