"""Recommendations on Gold: what the newest findings give rise to, kept in ``gld_recommendations``."""

import pandas as pd

from etl.contracts import Table
from etl.lakehouse import Lakehouse
from etl.schemas.ops import OPS_SOURCE
from etl.schemas.results import GLD_CLAIMS, GLD_DIPS, GLD_RECOMMENDATIONS
from experiments.attribution import published_bridge, published_segments
from models.attribution.findings.recommendations import recommend
from reports.question import Question


def publish_recommendations(lakehouse: Lakehouse, question: Question, run_id: str | None) -> int:
    """Derive the recommendations from the causes and the bridge of ``question``, dips and claims; returns how many."""
    as_of = lakehouse.pandas(OPS_SOURCE).iloc[0]["last_day"]
    bridge, segments = published_bridge(lakehouse, question), published_segments(lakehouse, question)
    rows = recommend(bridge, segments, _rows(lakehouse, GLD_DIPS), _rows(lakehouse, GLD_CLAIMS), as_of)
    frame = lakehouse.frame(GLD_RECOMMENDATIONS, rows.assign(as_of=as_of, run_id=run_id))
    return lakehouse.write(GLD_RECOMMENDATIONS, frame)


def _rows(lakehouse: Lakehouse, table: Table) -> pd.DataFrame:
    return lakehouse.pandas(table) if lakehouse.exists(table) else pd.DataFrame()
