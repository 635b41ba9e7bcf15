"""A data scientist's own candidates, as ``--candidate module:Class`` names them."""

from typing import ClassVar

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.forecasting.candidates import Settled
from models.forecasting.quantiles import LEVELS

WEEKS = 8


class WeekdayMean:
    """The mean of the last eight same weekdays, counted as Poisson: cheap, and better than the last one alone."""

    name = "tests.experiments.forecasting.candidates:WeekdayMean"

    def fit(self, panel, *, seed=0, jobs=None):
        past = np.nan_to_num(panel.values[:, -7 * WEEKS :]).reshape(len(panel), -1, 7)
        days = np.arange(panel.horizon) % 7
        mean = past.mean(axis=1)[:, days]
        quantiles = mean[..., None] + np.sqrt(mean)[..., None] * norm.ppf(LEVELS)
        return Settled(quantiles, mean, ("",) * len(panel))

    def restore(self, state):
        return Settled.restore(state)


class Doubled(WeekdayMean):
    """Twice of what is to be expected."""

    name = "tests.experiments.forecasting.candidates:Doubled"

    def fit(self, panel, *, seed=0, jobs=None):
        made = super().fit(panel)
        return Settled(2 * made.quantiles, 2 * made.mean, made.notes)


class Promoted(WeekdayMean):
    """The mean of the weekday, and half as much again of a day's share under promotion."""

    name = "tests.experiments.forecasting.candidates:Promoted"

    def fit(self, panel, *, seed=0, jobs=None):
        return Lifted(super().fit(panel))

    def restore(self, state):
        return Lifted(Settled.restore(state))


class Lifted:
    """What ``Promoted`` fitted."""

    def __init__(self, base):
        self.base = base

    def predict(self, panel):
        lift = 1 + 0.5 * panel.ahead(panel.known["promotion"]) if "promotion" in panel.known else np.ones(1)
        base = self.base
        return Settled(base.quantiles * lift[..., None], base.mean * lift, base.notes).predict(panel)

    def state(self):
        return self.base.state()


class Counted(WeekdayMean):
    """Remembers the last day of every panel it was fitted to."""

    name = "tests.experiments.forecasting.candidates:Counted"
    fits: ClassVar[list[pd.Timestamp]] = []

    def fit(self, panel, *, seed=0, jobs=None):
        self.fits.append(panel.dates[panel.length - 1])
        return super().fit(panel)
