"""What came in, what was kept out, at which rates, and why the two measures differ."""

from dataclasses import dataclass

import pandas as pd

from etl.periods import Period, long_date
from reports.data import ReportData
from reports.numbers import ratio
from reports.sentences import Sentence, count, money, percent, say, signed
from reports.summaries import within

ORIGINS = {
    "landed": "at the rate of the day",
    "carried": "at the last rate before it",
    "fixed": "at a fixed rate",
}


@dataclass(frozen=True)
class MeasureGap:
    """From net revenue to the legacy measure, in three steps that add up."""

    net_revenue: float
    returns: float
    tax_and_rates: float
    rounding: float

    @property
    def legacy(self) -> float:
        """The legacy measure."""
        return self.net_revenue + self.returns + self.tax_and_rates + self.rounding


def inputs_sentences(data: ReportData) -> list[Sentence]:
    """Files, quarantine, exchange rates, the legacy measure."""
    found = [*_files(data.files), _rates(data), _legacy(data)]
    return [sentence for sentence in found if sentence is not None]


def measure_gap(data: ReportData, period: Period) -> MeasureGap | None:
    """The steps between the measures in a period; none where the source has no legacy measure."""
    rows = within(data.amounts, period)
    if not data.source.has_legacy_measure or rows.empty:
        return None
    net, converted, taxed, legacy = (
        float(rows[name].sum()) for name in ("net_revenue", "converted_amount", "taxed_amount", "net_amount_inr")
    )
    return MeasureGap(net, converted - net, taxed - converted, legacy - taxed)


def _files(files: pd.DataFrame) -> list[Sentence]:
    if files.empty:
        return [say("Gold's ledger names no landed file.")]
    rows = {name: int(files[f"rows_{name}"].sum()) for name in ("landed", "kept", "quarantined", "superseded")}
    share = ratio(rows["kept"], rows["landed"])
    flow = say(
        "{files} landed with {landed}: {kept} kept{share}, {quarantined} quarantined, "
        "{superseded} replaced by a later line with the same key.",
        files=count(len(files), "file"),
        landed=count(rows["landed"], "row"),
        kept=count(rows["kept"], "row"),
        share=say(" ({percent})", percent=percent(share)) if share is not None else "",
        quarantined=count(rows["quarantined"], "row"),
        superseded=count(rows["superseded"], "row"),
    )
    return [flow, *_states(files)]


def _states(files: pd.DataFrame) -> list[Sentence]:
    refused, bare = (int((files["state"] == state).sum()) for state in ("quarantined", "empty"))
    found = []
    if refused:
        found.append(say("{number} could not be used at all.", number=count(refused, "file")))
    if bare:
        found.append(say("{number} held no rows.", number=count(bare, "file")))
    return found


def newest_sentence(data: ReportData) -> Sentence | None:
    """The newest business day; nothing where there are no orders."""
    if data.newest_day is None:
        return None
    template = "The newest business day is {day}, in the time zone {zone}."
    return say(template, day=long_date(data.newest_day), zone=data.source.time_zone)


def _rates(data: ReportData) -> Sentence | None:
    """Only lines in another currency are converted at all."""
    total, currency = int(data.exchange["lines"].sum()), data.source.currency
    foreign = data.exchange[data.exchange["currency"] != currency]
    converted = int(foreign["lines"].sum())
    if not total:
        return None
    if not converted:
        return say("Every order line was sold in {currency}: nothing had to be converted.", currency=currency)
    return say(
        "{foreign} of {total} were sold in another currency than {currency} and converted: {origins}.",
        foreign=count(converted, "order line"),
        total=count(total, "line"),
        currency=currency,
        origins=_origins(foreign.groupby("origin")["lines"].sum(), converted),
    )


def _origins(lines: pd.Series, converted: int) -> Sentence:
    """Which share of the converted lines had which kind of rate."""
    shares = {f"part{n}": percent(int(number) / converted) for n, number in enumerate(lines)}
    clauses = [f"{{part{n}}} {ORIGINS.get(str(origin), 'otherwise')}" for n, origin in enumerate(lines.index)]
    return say(", ".join(clauses), **shares)


def _legacy(data: ReportData) -> Sentence | None:
    gap = measure_gap(data, data.period)
    if gap is None:
        return None
    unit = data.money
    return say(
        "The legacy measure says {legacy} for {period}, net revenue {net}. Of the difference of {difference}, tax "
        "and fixed exchange rates make {tax}, returns that it does not take off {returns}, and rounding every "
        "line up {rounding}.",
        legacy=money(gap.legacy, unit),
        period=data.period.label,
        net=money(gap.net_revenue, unit),
        difference=signed(gap.legacy - gap.net_revenue, unit),
        tax=signed(gap.tax_and_rates, unit),
        returns=signed(gap.returns, unit),
        rounding=signed(gap.rounding, unit),
    )
