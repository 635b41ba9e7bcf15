"""Where the change lies, without calling a place a cause."""

from reports.bridge import Bridge
from reports.data import ReportData
from reports.numbers import ratio
from reports.sentences import Sentence, opened, percent, say, signed
from reports.summaries import by_dimension, contributions, divisions

CAUTION = say(
    "These are contributions to the change, not causes: no place, channel or category was tested here against its own "
    "normal variation, and a large one contributes much because it is large."
)
SINGLE = {
    "country": "every order is from one country",
    "region": "the source has no regions within its countries",
    "channel": "the source has one sales channel, or none",
    "category": "the source has one category, or none",
}


def leading(data: ReportData, dimension: str, bridge: Bridge) -> Sentence:
    """The value that contributed most; beside its share of the change, the share it had to begin with."""
    first = contributions(data, dimension).iloc[0]
    return say(
        "{dimension}: the largest part is {name} with {amount}{shares}.",
        dimension=divisions(data)[dimension],
        name=str(first["name"]),
        amount=signed(float(first["amount"]), bridge.unit),
        shares=_shares(data, dimension, str(first["name"]), ratio(float(first["amount"]), bridge.change)),
    )


def _shares(data: ReportData, dimension: str, name: str, share: float | None) -> Sentence:
    """Nothing where the value moved against the change or by more than all of it."""
    if share is None or not 0 < share <= 1:
        return say("")
    before = _share_before(data, dimension, name)
    beside = say("")
    if before is not None:
        beside = say("; it had {share} of {baseline}", share=percent(before), baseline=data.baseline.label)
    return say(" ({share} of the change{beside})", share=percent(share), beside=beside)


def _share_before(data: ReportData, dimension: str, name: str) -> float | None:
    """Categories are not in the daily orders: an order may hold several."""
    if dimension not in data.orders:
        return None
    rows = by_dimension(data, dimension, data.measure)
    return ratio(float(rows.loc[rows["name"] == name, "baseline"].sum()), float(rows["baseline"].sum()))


def undivided(dimensions: list[str]) -> Sentence | None:
    """Which dimensions have nothing to tell."""
    if not dimensions:
        return None
    return opened(say("{reasons}.", reasons="; ".join(SINGLE[dimension] for dimension in dimensions)))
