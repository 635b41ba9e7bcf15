"""Claims on Gold: the published sentences of a source, tested anew on every refresh and kept in ``gld_claims``."""

from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml
from pyspark.sql import functions as F

from etl.lakehouse import Lakehouse
from etl.schemas.daily import GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_SOURCE
from etl.schemas.results import GLD_CLAIMS
from models.attribution.findings.claims import BROKEN, HOLDS, TESTS, Facts
from models.attribution.findings.expectation import History
from reports.question import LEGACY

PUBLISHED = files("experiments") / "confs" / "claims"
PLACE = ("country", "region", "channel")


def publish_claims(lakehouse: Lakehouse, run_id: str | None) -> int:
    """Test every claim that was published of the source; returns how many there are, none for most sources."""
    source = lakehouse.pandas(OPS_SOURCE).iloc[0]
    claims = published_claims(str(source["name"]))
    facts = _facts(lakehouse, source) if claims else None
    rows = [_tested(claim, facts) for claim in claims if facts is not None]
    frame = pd.DataFrame(rows).assign(as_of=source["last_day"], run_id=run_id)
    before = lakehouse.pandas(GLD_CLAIMS) if lakehouse.exists(GLD_CLAIMS) else pd.DataFrame()
    return lakehouse.write(GLD_CLAIMS, lakehouse.frame(GLD_CLAIMS, since(frame, before)))


def published_claims(source: str) -> list[dict[str, Any]]:
    """The claims that are declared for a source by name: ``id, text, test`` and the test's ``options``."""
    declared = PUBLISHED / f"{source}.yaml"
    return list(yaml.safe_load(declared.read_text(encoding="utf-8"))) if declared.is_file() else []


def since(rows: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Tested claims with ``holds_since``, ``broke_on`` and ``is_news``, going by what was kept ``before``."""
    if before.empty or rows.empty:
        holds = rows["result"] == HOLDS if len(rows) else pd.Series(dtype=bool)
        return rows.assign(holds_since=rows["as_of"].where(holds), broke_on=None, is_news=False)
    kept = before.set_index("claim_id")[["result", "holds_since", "broke_on"]].reindex(rows["claim_id"])
    kept.index = rows.index
    holds, held = rows["result"] == HOLDS, kept["result"] == HOLDS
    broke = held & (rows["result"] == BROKEN)
    return rows.assign(
        holds_since=kept["holds_since"].where(held, rows["as_of"]).where(holds),
        broke_on=rows["as_of"].where(broke, kept["broke_on"]),
        is_news=kept["result"].notna() & (kept["result"] != rows["result"]),
    )


def _tested(claim: dict[str, Any], facts: Facts) -> dict[str, object]:
    test = TESTS[claim["test"]]
    verdict = test(facts, **claim.get("options", {}))
    about = " ".join((test.__doc__ or "").split("\n\n")[0].replace("``", "").split())
    return {"claim_id": claim["id"], "text": claim["text"], "measure": facts.measure, "test": about, **vars(verdict)}


def _facts(lakehouse: Lakehouse, source: pd.Series) -> Facts:
    legacy = bool(source["has_legacy_measure"])
    measure = LEGACY if legacy else "net_revenue"
    daily = lakehouse.pandas(GLD_DAILY_ORDERS, ["date", "orders", measure]).groupby("date")[["orders", measure]].sum()
    daily = daily.asfreq("D", fill_value=0.0)
    days = pd.DatetimeIndex(daily.index)
    months = daily.resample("MS").sum().rename(columns={measure: "revenue"})
    starts = pd.DatetimeIndex(months.index)
    whole = starts[(starts >= days[0]) & (starts + pd.offsets.MonthEnd(0) <= days[-1])]
    return Facts(
        months=months.loc[whole].rename_axis("month").reset_index(),
        spending=_spending(lakehouse, measure, whole),
        revenue=History(days[0], daily[measure].to_numpy(), np.full(len(days), "", dtype=object)),
        measure=measure,
        currency="INR" if legacy else str(source["reporting_currency"]),
    )


def _spending(lakehouse: Lakehouse, measure: str, months: pd.DatetimeIndex) -> pd.DataFrame:
    """What known customers spent by whole month and place: how many, the sum, and the sum of squares."""
    lines = lakehouse.read(GLD_FACT_ORDER_ITEMS).where("customer_id is not null")
    month = F.col("transaction_month").cast("timestamp").alias("month")
    keys = ["month", *PLACE]
    spent = lines.groupBy(month, *PLACE, "customer_id").agg(F.sum(F.col(measure).cast("double")).alias("spent"))
    squares = F.sum(F.col("spent") * F.col("spent")).alias("squares")
    sums = spent.groupBy(*keys).agg(F.count(F.lit(1)).alias("customers"), F.sum("spent").alias("total"), squares)
    found: pd.DataFrame = sums.toPandas()
    return found[found["month"].isin(months)].sort_values(keys, ignore_index=True)
