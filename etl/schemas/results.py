"""Gold results: what the models publish for analysts to read."""

from etl.contracts import Column, Invariant, Table
from etl.schemas.columns import column, required

QUANTILES = tuple(
    column(f"q{level}", "double", f"{level}% quantile, the measure's unit") for level in range(10, 100, 10)
)
RUN_ID = Column("run_id", "string", "MLflow run", volatile=True)

GLD_FORECAST = Table(
    "gold",
    "gld_forecast",
    grain="one future day of one series and measure, as forecast at one as-of date",
    key=("as_of", "measure", "series", "date"),
    partition_by=("as_of",),
    columns=(
        required("as_of", "date", "last business day the forecast had seen"),
        required("measure", "string", "orders or net_revenue"),
        required("series", "string", "total, country=NAME or channel=NAME"),
        required("date", "date", "day forecast"),
        required("horizon", "int", "days after as_of"),
        required("mean", "double", "expected value, the measure's unit"),
        *QUANTILES,
        required("model", "string", "candidate that won the backtest, and whether its intervals were calibrated"),
        column("model_version", "string", "version in the MLflow registry", volatile=True),
        column("note", "string", "why a fallback was used, null where none was"),
        RUN_ID,
    ),
    invariants=(Invariant("quantiles_do_not_cross", "q10 <= q50 and q50 <= q90"),),
)
GLD_FORECAST_ACCURACY = Table(
    "gold",
    "gld_forecast_accuracy",
    grain="one candidate on one series and measure, over a range of horizons of a rolling-origin backtest",
    key=("as_of", "measure", "series", "model", "horizon_first"),
    columns=(
        required("as_of", "date", "last business day of the backtest's data"),
        required("measure", "string", "orders or net_revenue"),
        required("series", "string", "total, country=NAME or channel=NAME"),
        required("model", "string", "candidate"),
        required("horizon_first", "int", "first horizon of the range, days"),
        required("horizon_last", "int", "last horizon of the range, days"),
        required("cutoffs", "int", "rolling origins"),
        column("sql", "double", "scaled quantile loss, mean over nine quantiles"),
        column("mase", "double", "mean absolute scaled error"),
        column("wql", "double", "weighted quantile loss"),
        column("wape", "double", "weighted absolute percentage error"),
        column("coverage_80", "double", "share of days inside the 80% interval"),
        RUN_ID,
    ),
)
GLD_REVENUE_BRIDGE = Table(
    "gold",
    "gld_revenue_bridge",
    grain="what one driver added between two periods, in total (dimensions null) or in one cell",
    key=(
        "measure",
        "baseline_first",
        "baseline_last",
        "period_first",
        "period_last",
        "scope",
        "country",
        "region",
        "channel",
        "category",
        "driver",
    ),
    columns=(
        required("measure", "string", "net_revenue, net_amount_inr, orders or units"),
        required("unit", "string", "ISO 4217 code, orders or units"),
        required("baseline_first", "date", "first day of the baseline"),
        required("baseline_last", "date", "last day of the baseline, included"),
        required("period_first", "date", "first day of the period"),
        required("period_last", "date", "last day of the period, included"),
        required("scope", "string", "total, or cell"),
        column("country", "string", "null in total"),
        column("region", "string", "null in total"),
        column("channel", "string", "null in total"),
        column("category", "string", "null in total"),
        required("position", "int", "place of the row in the bridge, from 0"),
        required("driver", "string", "a driver; in total also baseline, period, volume and aov"),
        required("stage", "string", "calendar, orders, aov, or total for the four sums"),
        required("amount", "decimal(28,2)", "what it added, the measure's unit"),
        column("low", "double", "lower end of the 95% interval, null where the amount is arithmetic"),
        column("high", "double", "upper end of the 95% interval"),
        column("distinguishable", "boolean", "whether it differs from normal variation"),
        column("method_spread", "double", "difference to the Shapley decomposition, absolute"),
        column("as_of", "date", "newest business day when it was computed"),
        RUN_ID,
    ),
)
