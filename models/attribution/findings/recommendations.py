"""What to do about findings: each advice rests on one that is distinguishable from normal variation."""

import json
from collections.abc import Container, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.attribution.intervals import leaves_zero_out

Row = Mapping[Hashable, Any]

RECENT_DAYS = 35  # a movement that ended longer ago is history


@dataclass(frozen=True)
class Advice:
    """What to do where a driver lost revenue, what to look at first, and who would act."""

    text: str
    check_next: str
    owner: str


LOSSES = {
    "events": Advice(
        "Plan stock and campaigns around the shifted event", "the event's days against last year's", "Marketing"
    ),
    "orders_per_day": Advice(
        "Win orders back", "visits and conversion by channel, outages, competitors' campaigns", "Growth"
    ),
    "customers": Advice(
        "Win customers back", "new against returning customers, acquisition spend, outages by channel", "Growth"
    ),
    "orders_per_customer": Advice(
        "Bring customers back sooner", "repeat rate by month of first order, reminders sent", "Customer relations"
    ),
    "lines_per_order": Advice("Fill baskets again", "recommendations shown, thresholds of free delivery", "Product"),
    "mix": Advice("Steer demand back to what earns more", "shares by category and country", "Merchandising"),
    "quantity": Advice("Sell more of an item at once", "bundle offers, stock outs, limits per order", "Merchandising"),
    "price": Advice("Review list prices", "price changes by category against competitors", "Pricing"),
    "discount": Advice("Review discounts", "promotions by category: orders won against margin given", "Pricing"),
    "fx": Advice("Hedge or reprice foreign sales", "rates by currency against the prices' base", "Treasury"),
    "returns": Advice("Bring returns down", "reasons for returns by product and carrier", "Operations"),
}
CAUSES = {
    "outage": Advice(
        "Find out what stopped orders", "payment, checkout and deployment logs of these days", "Engineering"
    ),
    "event_shift": LOSSES["events"],
    "volume_change": LOSSES["orders_per_day"],
}
FAULTS = {
    "data_loss_suspected": Advice(
        "Get the missing data before acting on anything else", "the files and feeds of these days", "Data engineering"
    ),
    "double_load_suspected": Advice(
        "Take the second load out before acting on anything else", "files of these days, by content", "Data engineering"
    ),
    "unit_change_suspected": Advice(
        "Settle the unit before acting on anything else", "price and currency fields at the source", "Data engineering"
    ),
}
DIP = Advice("Find out what happened", "outages, stock, campaigns and data loads of these days", "Analytics")
CLAIM = Advice("Stop repeating the claim", "the evidence, and decisions that were based on it", "Management")


def recommend(
    bridge: pd.DataFrame, segments: pd.DataFrame, dips: pd.DataFrame, claims: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """The recommendations that findings give rise to: faults in the data, then the largest loss first.

    A cause, a driver or a recent movement counts where its interval leaves zero out and it is a loss, a fault whatever
    it did; a claim where it broke. A driver whose causes were found is acted on where they are.

    Args:
        bridge: Total rows of one comparison in ``gld_revenue_bridge``.
        segments: Rows of the same comparison in ``gld_segments``.
        dips: Rows of ``gld_dips``.
        claims: Rows of ``gld_claims``.
        as_of: Newest business day.

    Returns:
        ``recommendation_id, rank, finding, text, reason, amount, low, high, unit, check_next, owner``.
    """
    causes = [*_of_causes(segments)]
    located = set(segments["driver"]) if len(segments) else set()
    rows = [*causes, *_of_drivers(bridge, located), *_of_dips(dips, as_of), *_of_claims(claims)]
    columns = ["recommendation_id", "finding", "text", "reason", "amount", "low", "high", "unit", "check_next", "owner"]
    found = pd.DataFrame(rows, columns=columns)
    by = found.assign(after_faults=found["owner"] != "Data engineering")
    ordered = by.sort_values(["after_faults", "amount", "recommendation_id"], na_position="last")
    return ordered.drop(columns="after_faults").assign(rank=range(1, len(ordered) + 1)).reset_index(drop=True)


def _of_causes(segments: pd.DataFrame) -> Iterator[dict[str, object]]:
    for row in segments.to_dict("records"):
        code = str(row["code"])
        clear = leaves_zero_out(row["low"], row["high"])
        advice = FAULTS.get(code) or (_advice(code, str(row["driver"])) if row["amount"] < 0 and clear else None)
        if advice is not None:
            spoken = code.removesuffix("_suspected").replace("_", " ")
            reason = f"{spoken} {_place(row)} moved the measure by {_amount(row)} in {_days(row)}"
            key = ":".join([row["measure"], _days(row).replace(" ", ""), code, row["place"]])
            yield _row(key, "gld_segments", advice, reason, row)


def _advice(code: str, driver: str) -> Advice | None:
    return CAUSES.get(code) or LOSSES.get(driver)


def _place(row: Row) -> str:
    return ", ".join(map(str, json.loads(row["place"]).values())) or "everywhere"


def _days(row: Row) -> str:
    lasted = bool(pd.isna(row["first_day"]))
    names = ["period_first", "period_last"] if lasted else ["first_day", "last_day"]
    return " to ".join(f"{row[name]:%Y-%m-%d}" for name in names)


def _of_drivers(bridge: pd.DataFrame, located: Container[str]) -> Iterator[dict[str, object]]:
    for row in bridge.to_dict("records"):
        driver = str(row["driver"])
        if driver in located:
            continue
        if driver in LOSSES and row["amount"] < 0 and leaves_zero_out(row["low"], row["high"]):
            key = f"{row['measure']}:{row['period_first']:%Y-%m-%d}:{row['period_last']:%Y-%m-%d}:{driver}"
            days = f"{row['period_first']:%Y-%m-%d} to {row['period_last']:%Y-%m-%d}"
            reason = f"{driver.replace('_', ' ')} took {_amount(row)} in {days}"
            yield _row(key, "gld_revenue_bridge", LOSSES[driver], reason, row)


def _of_dips(dips: pd.DataFrame, as_of: pd.Timestamp) -> Iterator[dict[str, object]]:
    for row in dips.to_dict("records"):
        recent = row["last_day"] >= as_of - pd.Timedelta(days=RECENT_DAYS)
        if recent and row["amount"] < 0 and row["course"] != "temporary":
            days = f"{row['first_day']:%Y-%m-%d} to {row['last_day']:%Y-%m-%d}"
            reason = f"{row['measure'].replace('_', ' ')} of {row['series']} was {_amount(row)} off in {days}"
            yield _row(str(row["dip_id"]), "gld_dips", DIP, reason, row)


def _of_claims(claims: pd.DataFrame) -> Iterator[dict[str, object]]:
    for row in claims.to_dict("records"):
        if row["result"] == "broken":
            nothing: Row = {"amount": np.nan, "low": np.nan, "high": np.nan, "unit": row["unit"]}
            reason = f"“{row['text']}” does not hold: {row['evidence']}"
            yield _row(str(row["claim_id"]), "gld_claims", CLAIM, reason, nothing)


def _amount(row: Row) -> str:
    return f"{row['amount']:,.0f} {row['unit']} ({row['low']:,.0f} to {row['high']:,.0f})"


def _row(key: str, table: str, advice: Advice, reason: str, found: Row) -> dict[str, object]:
    numbers = {name: found[name] for name in ("amount", "low", "high", "unit")}
    about = {"text": f"{advice.text}.", "reason": f"{reason}.".replace("..", "."), **numbers}
    names = {"recommendation_id": f"{table}:{key}", "finding": f"{table}: {key}"}
    return {**names, **about, "check_next": f"{advice.check_next}.", "owner": advice.owner}
