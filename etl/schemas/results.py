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
MOVEMENT = (
    required("measure", "string", "net_revenue, net_amount_inr, orders or units"),
    required("unit", "string", "ISO 4217 code, orders or units"),
    required("series", "string", "total, country=NAME or channel=NAME"),
)
GLD_DIPS = Table(
    "gold",
    "gld_dips",
    grain="one month, week or day of one series that fell outside, or rose above, what the days before let expect",
    key=("dip_id",),
    columns=(
        required(
            "dip_id", "string", "the same for the same movement at every refresh: measure, first day, grain, series"
        ),
        *MOVEMENT,
        required("kind", "string", "month, week or day"),
        required("first_day", "date", "first day of the movement"),
        required("last_day", "date", "last day, included"),
        required("rank", "int", "1 for the movement most worth reading"),
        required("actual", "double", "what it was, the unit"),
        required("expected", "double", "what was expected before it began, the unit"),
        required("amount", "double", "actual less expected, the unit"),
        required("low", "double", "lower end of the 95% interval of amount"),
        required("high", "double", "upper end of the 95% interval of amount"),
        required("probability", "double", "of a movement at least as large by normal variation"),
        required("q_value", "double", "Benjamini-Hochberg: false discovery rate at which it is still found"),
        required(
            "expected_by", "string", "the published forecast with its as-of day, or the model fitted to days before"
        ),
        required("course", "string", "open, temporary (back inside its interval) or level_shift"),
        column("recovered_on", "date", "first day of the first week back inside its interval"),
        column("explanation", "string", "the largest drivers against the period before, null below the top movements"),
        required("found_as_of", "date", "newest business day when it was first found"),
        required("as_of", "date", "newest business day when it was last judged"),
        RUN_ID,
    ),
    invariants=(
        Invariant("outside_its_interval", "low > 0 or high < 0"),
        Invariant("days_in_order", "first_day <= last_day and last_day <= as_of"),
    ),
)
GLD_CLAIMS = Table(
    "gold",
    "gld_claims",
    grain="one published sentence, tested on the newest data",
    key=("claim_id",),
    columns=(
        required("claim_id", "string", "the claim's short name"),
        required("text", "string", "the sentence as it was published"),
        required("measure", "string", "what is measured"),
        required("test", "string", "how it is tested, in a sentence"),
        required("periods", "string", "the periods looked at, such as 2025-08 2025-09"),
        required("result", "string", "holds, broken, or unknown where the data cannot tell"),
        column("estimate", "double", "the measured value, the unit; null where it cannot be measured"),
        column("low", "double", "lower end of the 95% interval"),
        column("high", "double", "upper end of the 95% interval"),
        required("unit", "string", "of estimate, low and high: a currency, share, or percent"),
        required("evidence", "string", "the figures behind the result, in sentences"),
        column("holds_since", "date", "as-of day since when it holds without a break"),
        column("broke_on", "date", "as-of day when it was last found to hold no longer"),
        required("is_news", "boolean", "whether the result differs from the one before"),
        required("as_of", "date", "newest business day of the data"),
        RUN_ID,
    ),
    invariants=(Invariant("result_is_known", "result in ('holds', 'broken', 'unknown')"),),
)
GLD_RECOMMENDATIONS = Table(
    "gold",
    "gld_recommendations",
    grain="one thing to do about one finding that is distinguishable from normal variation",
    key=("recommendation_id",),
    columns=(
        required("recommendation_id", "string", "finding and place, the same at every refresh"),
        required("rank", "int", "1 for the largest amount"),
        required("finding", "string", "table and key of what it rests on, such as gld_dips: its dip_id"),
        required("text", "string", "what to do, in a sentence"),
        required("reason", "string", "what was found, with its amount and interval"),
        column("amount", "double", "what the finding moved, the unit"),
        column("low", "double", "lower end of the 95% interval"),
        column("high", "double", "upper end of the 95% interval"),
        required("unit", "string", "ISO 4217 code, orders, units, share or percent"),
        required("check_next", "string", "what to look at before acting"),
        required("owner", "string", "who would act"),
        required("as_of", "date", "newest business day of the data"),
        RUN_ID,
    ),
    invariants=(Invariant("rests_on_something", "low is null or low > 0 or high < 0"),),
)
