"""What ``explain`` says, as tables and as a JSON document."""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from models.attribution import showing
from models.attribution.named import Finding
from models.attribution.periods import Comparison
from models.attribution.result import Bridge, Effect
from models.attribution.verdicts import Verdict

Document = dict[str, Any]


@dataclass(frozen=True)
class Explanation:
    """Why revenue moved: by driver, by part of the business and its days, and in a word each.

    Attributes:
        comparison: The two periods.
        total: Revenue in the ``baseline`` and the ``period``, and the ``change``.
        drivers: ``driver, amount, low, high, distinguishable``, in order; they sum to the change.
        segments: ``where, dates, driver, amount, low, high, q_value``: the causes that can be told from noise.
        verdicts: ``code, where, dates, evidence``: faults in the data first.
        calendar: Days, weekdays and events, which are part of ``volume``.
        volume: The calendar and orders.
        aov: The rest but for faults in the data.
        method: How it was computed, and in ``notes`` what the reader should know.
    """

    comparison: Comparison
    total: Mapping[str, float]
    drivers: pd.DataFrame
    segments: pd.DataFrame
    verdicts: pd.DataFrame
    calendar: Effect
    volume: Effect
    aov: Effect
    method: Document

    def to_dict(self) -> Document:
        """The JSON document of ``assay explain-lines``: plain numbers, null for no interval, days as text."""
        return {
            "period": str(self.comparison.period),
            "baseline": str(self.comparison.baseline),
            "measure": "net_revenue",
            "total": dict(self.total),
            "drivers": records(self.drivers),
            "calendar": _effect(self.calendar),
            "volume": _effect(self.volume),
            "aov": _effect(self.aov),
            "segments": records(self.segments),
            "verdicts": records(self.verdicts),
            "method": self.method,
        }

    def plot(self) -> go.Figure:
        """The drivers as a waterfall from the baseline's total to the period's."""
        return showing.waterfall(
            self.total, self.drivers, (self.comparison.baseline.label, self.comparison.period.label)
        )

    def _repr_html_(self) -> str:
        title = f"Revenue from {self.comparison.baseline.label} to {self.comparison.period.label}"
        shown = {"Drivers": self.drivers, "Segments": self.segments, "Verdicts": self.verdicts}
        return showing.tables(title, shown)


def segments_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """One row for each finding."""
    rows = [(f.where, _days(f.dates), f.driver, *_cents(astuple(f.amount)), f.q_value) for f in findings]
    return pd.DataFrame(rows, columns=["where", "dates", "driver", "amount", "low", "high", "q_value"])


def verdicts_table(verdicts: Iterable[Verdict]) -> pd.DataFrame:
    """One row for each verdict."""
    rows = [(v.code, v.where, _days(v.dates), v.evidence) for v in verdicts]
    return pd.DataFrame(rows, columns=["code", "where", "dates", "evidence"])


def drivers_table(bridge: Bridge) -> pd.DataFrame:
    """The bridge's drivers as plain numbers."""
    return bridge.drivers[["driver", "amount", "low", "high", "distinguishable"]].astype({"amount": float})


def records(table: pd.DataFrame) -> list[Document]:
    """The rows of a table as JSON: missing numbers are null."""
    return [{str(name): _plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def _plain(value: object) -> object:
    return None if isinstance(value, float) and pd.isna(value) else value


def _effect(effect: Effect) -> Document:
    amounts = {"amount": float(effect.amount), "low": _plain(effect.low), "high": _plain(effect.high)}
    return {**amounts, "distinguishable": effect.distinguishable}


def _days(dates: tuple[date, date] | None) -> list[str] | None:
    return None if dates is None else [day.isoformat() for day in dates]


def _cents(amounts: Iterable[float]) -> list[float]:
    return [round(amount, 2) for amount in amounts]
