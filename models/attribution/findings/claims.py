"""Published sentences put to the test: each kind of claim has a test of its own, with an interval."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from etl.periods import parse_period
from models.attribution.findings.course import course
from models.attribution.findings.errors import LEVEL
from models.attribution.findings.expectation import History
from models.attribution.findings.scan import Published, scan
from models.attribution.logmean import log_mean

Floats = NDArray[np.float64]

HOLDS, BROKEN, UNKNOWN = "holds", "broken", "unknown"
Z = float(stats.norm.ppf((1 + LEVEL) / 2))
REPLICATES = 2000
FEWEST_DECLINES = 4
MAJORITY = 0.5
CONCENTRATED = 0.25  # Herfindahl index from which a market counts as highly concentrated (US DoJ and FTC 2010)
MATERIAL = 0.05  # coefficient of variation below which regions are as good as equal


@dataclass(frozen=True)
class Facts:
    """What claims are tested on.

    Attributes:
        months: ``month`` (first day), ``orders``, ``revenue``: the total by whole month, in order of time.
        spending: ``month, country, region, channel, customers, total, squares``: known customers with what they spent
            in a month, summed, and the sum of its squares.
        revenue: The total by day.
        measure: Which revenue it is.
        currency: Of revenue.
    """

    months: pd.DataFrame
    spending: pd.DataFrame
    revenue: History
    measure: str
    currency: str


@dataclass(frozen=True)
class Verdict:
    """The result of a test: ``holds``, ``broken`` or ``unknown``; the estimate with its 95% interval, in ``unit``."""

    result: str
    evidence: str
    periods: str
    unit: str
    estimate: float = np.nan
    low: float = np.nan
    high: float = np.nan


def volume_share(facts: Facts) -> Verdict:
    """Whether orders took more than half of the declines of revenue from month to month.

    The share is LMDI's (Ang 2015), pooled over the declines; its interval is a bootstrap of them, at least four.
    """
    rows = facts.months[facts.months["revenue"] > 0]
    revenue, orders = rows["revenue"].to_numpy(float), rows["orders"].to_numpy(float)
    change = np.diff(revenue)
    volume = log_mean(revenue[1:], revenue[:-1]) * np.diff(np.log(orders))
    fell = change < 0
    periods = " ".join(f"{month:%Y-%m}" for month in rows["month"].iloc[1:][fell])
    if fell.sum() < FEWEST_DECLINES:
        return Verdict(UNKNOWN, f"Only {fell.sum()} declines: at least {FEWEST_DECLINES} are needed.", periods, "share")
    draws = np.random.default_rng(0).integers(0, fell.sum(), (REPLICATES, fell.sum()))
    shares = volume[fell][draws].sum(axis=1) / change[fell][draws].sum(axis=1)
    share = volume[fell].sum() / change[fell].sum()
    low, high = np.quantile(shares, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    majority = int((volume[fell] / change[fell] > MAJORITY).sum())
    evidence = (
        f"Of {fell.sum()} monthly declines, orders took more than half in {majority}; "
        f"pooled, {share:.0%} of the decline is orders ({low:.0%} to {high:.0%}), shorter months included."
    )
    result = HOLDS if low > MAJORITY else BROKEN if high < MAJORITY else UNKNOWN
    return Verdict(result, evidence, periods, "share", float(share), float(low), float(high))


def higher_spending(facts: Facts, *, dimension: str, value: str, than: str, months: int) -> Verdict:
    """Whether one value's customers spent more than another's in each of the newest ``months``.

    Revenue per customer is a mean over customers, so that its standard error is theirs; whoever bought in both is
    taken as two. The claim holds where every month's interval lies above zero and breaks where one lies below.
    """
    means = _means(facts.spending, ["month", dimension])
    pair = [means[means[dimension] == name].set_index("month") for name in (value, than)]
    shared = sorted(set(pair[0].index) & set(pair[1].index))[-months:]
    periods = " ".join(f"{month:%Y-%m}" for month in shared)
    if len(shared) < months:
        return Verdict(UNKNOWN, f"{value} and {than} do not both have {months} months.", periods, facts.currency)
    first, second = (each.loc[shared] for each in pair)
    difference = (first["mean"] - second["mean"]).to_numpy()
    reach = Z * np.hypot(first["error"].to_numpy(), second["error"].to_numpy())
    evidence = " ".join(
        f"{month:%B %Y}: {value} {a:,.0f}, {than} {b:,.0f} {facts.currency} per customer, "
        f"difference {d:+,.0f} ({d - r:+,.0f} to {d + r:+,.0f})."
        for month, a, b, d, r in zip(shared, first["mean"], second["mean"], difference, reach, strict=True)
    )
    above, below = (difference - reach > 0).all(), (difference + reach < 0).any()
    result = HOLDS if above else BROKEN if below else UNKNOWN
    least = int(np.argmin(difference))
    bounds = difference[least] - reach[least], difference[least] + reach[least]
    return Verdict(result, evidence, periods, facts.currency, float(difference[least]), *map(float, bounds))


def concentration(facts: Facts, *, dimension: str, value: str) -> Verdict:
    """Whether more than half of the newest month's customers are of one value, and the Herfindahl index is above .25.

    The share has Wilson's interval (1927).
    """
    newest = facts.spending[facts.spending["month"] == facts.spending["month"].max()]
    counts = newest.groupby(dimension)["customers"].sum()
    if value not in counts.index:
        return Verdict(UNKNOWN, f"There are no customers of {value}.", _months(newest), "share")
    total, index = int(counts.sum()), float(((counts / counts.sum()) ** 2).sum())
    interval = stats.binomtest(int(counts[value]), total).proportion_ci(LEVEL, method="wilson")
    share = counts[value] / total
    evidence = (
        f"{counts[value]:,} of {total:,} customers are of {value}: {share:.1%} ({interval.low:.1%} to "
        f"{interval.high:.1%}); the Herfindahl index over {len(counts)} values is {index:.2f}."
    )
    holds, broken = interval.low > MAJORITY and index > CONCENTRATED, interval.high < MAJORITY or index < CONCENTRATED
    result = HOLDS if holds else BROKEN if broken else UNKNOWN
    return Verdict(result, evidence, _months(newest), "share", float(share), float(interval.low), float(interval.high))


def heterogeneity(facts: Facts, *, dimension: str) -> Verdict:
    """Whether revenue per customer differs between places by more than 5%, beyond what chance makes of equal ones.

    The measure is the coefficient of variation between places of a random-effects model; its interval is that of the
    Q profile (Viechtbauer 2007). Places are named with their country, amounts are in one currency.
    """
    newest = facts.spending[facts.spending["month"] == facts.spending["month"].max()]
    means = _means(newest, list(dict.fromkeys(["country", dimension])))
    if len(means) < 2:
        return Verdict(UNKNOWN, "There is one place only.", _months(newest), "share")
    mean, error = means["mean"].to_numpy(), means["error"].to_numpy()
    level = float(np.average(mean, weights=error**-2))
    degrees = len(mean) - 1
    quantiles = (degrees, *stats.chi2.ppf([(1 + LEVEL) / 2, (1 - LEVEL) / 2], degrees))
    variation, low, high = (np.sqrt(_between(mean, error, float(q))) / level for q in quantiles)
    ordered = means.sort_values("mean")
    lowest, highest = (
        f"{' '.join(map(str, dict.fromkeys(row[name] for name in ('country', dimension))))} {row['mean']:,.0f}"
        for _, row in ordered.iloc[[0, -1]].iterrows()
    )
    evidence = (
        f"Between {len(means)} places revenue per customer varies by {variation:.0%} ({low:.0%} to {high:.0%}) beyond "
        f"chance, from {lowest} to {highest} {facts.currency}."
    )
    result = HOLDS if low > MATERIAL else BROKEN if high < MATERIAL else UNKNOWN
    return Verdict(result, evidence, _months(newest), "share", float(variation), float(low), float(high))


def temporary(facts: Facts, *, period: str) -> Verdict:
    """Whether revenue fell short in ``period`` and came back to what was expected before it began."""
    history, days = facts.revenue, parse_period(period)
    first, last = pd.Timestamp(days.first), pd.Timestamp(days.last)
    judged = scan(history, Published({}))
    found = judged[(judged["first_day"] == first) & (judged["last_day"] == last)]
    if found.empty:
        return Verdict(UNKNOWN, f"{days.label} cannot be judged: too short a history.", period, facts.currency)
    amount, low, high, mean = (float(found.iloc[0][name]) for name in ("amount", "low", "high", "expected"))
    shortfall = f"{days.label} was {amount / mean:+.1%} off expectation ({low / mean:+.1%} to {high / mean:+.1%})"
    what = course(history, history.place(first), history.place(last) + 1, amount)
    results = {"temporary": HOLDS, "level_shift": BROKEN, "open": UNKNOWN}
    ends = {
        "temporary": f"a week was back from {what.recovered_on:%Y-%m-%d}" if what.recovered_on else "",
        "level_shift": "no week of the eight after was back",
        "open": "too few weeks have passed to tell",
    }
    result = results[what.name] if amount < 0 else UNKNOWN
    evidence = f"{shortfall}; {ends[what.name]}." if amount < 0 else f"{shortfall}: there was no dip."
    return Verdict(result, evidence, period, facts.currency, amount, low, high)


TESTS: Mapping[str, Callable[..., Verdict]] = {
    test.__name__: test for test in (volume_share, higher_spending, concentration, heterogeneity, temporary)
}


def _means(spending: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Revenue per customer and its standard error by ``keys``, where there are two customers and more."""
    sums = spending.groupby(keys, as_index=False)[["customers", "total", "squares"]].sum()
    sums = sums[sums["customers"] > 1]
    mean = sums["total"] / sums["customers"]
    variance = (sums["squares"] - sums["customers"] * mean**2) / (sums["customers"] - 1)
    error = np.sqrt(np.maximum(variance, 0) / sums["customers"])
    means = sums[keys].assign(mean=mean, error=error)
    return means[means["error"] > 0]


def _between(mean: Floats, error: Floats, quantile: float) -> float:
    """The variance between places at which their weighted squares are ``quantile``; zero where they never are."""

    def excess(variance: float) -> float:
        weight = 1 / (error**2 + variance)
        return float((weight * (mean - np.average(mean, weights=weight)) ** 2).sum() - quantile)

    if excess(0.0) <= 0:
        return 0.0
    top = float(np.ptp(mean) ** 2)
    while excess(top) > 0:
        top *= 2
    return float(optimize.brentq(excess, 0.0, top))


def _months(rows: pd.DataFrame) -> str:
    return " ".join(f"{month:%Y-%m}" for month in sorted(rows["month"].unique()))
