"""Gold by day: what the fact adds up to, the calendar, and the models' features."""

from etl.contracts import Invariant, Table
from etl.schemas.columns import EXACT, column, required

DAY = (
    required("date", "date", "business day"),
    required("month", "date", "first day of its month"),
)
DIMENSIONS = (
    required("country", "string", "country of the order"),
    required("region", "string", "region of the customer within the country"),
    required("channel", "string", "sales channel"),
)
CATEGORY = required("category", "string", "category of the product")
SALES = (
    required("lines", "bigint", "order lines sold"),
    required("quantity", "bigint", "units sold"),
    required("list_amount", EXACT, "at list price and base FX, reporting currency"),
    required("discounted_amount", EXACT, "list_amount less discounts"),
    required("converted_amount", EXACT, "discounted, at the FX of the day"),
    required("net_revenue", EXACT, "converted less returns, without tax"),
    column("taxed_amount", EXACT, "legacy measure before its roundings, INR"),
    column("net_amount_inr", "decimal(28,2)", "legacy measure, INR"),
)
RETURNS_BELONG = Invariant("discount_within_list", "discounted_amount between 0 and list_amount")

GLD_DAILY_ORDERS = Table(
    "gold",
    "gld_daily_orders",
    grain="one day of a country, region and channel; an order of the day counts once, where its first line is",
    key=("date", "country", "region", "channel"),
    columns=(
        *DAY,
        *DIMENSIONS,
        required("orders", "bigint", "orders with at least one line sold; adds up over all dimensions"),
        required("customers", "bigint", "known customers who ordered; does not add up"),
        required("units", "bigint", "units sold"),
        required("net_revenue", EXACT, "reporting currency"),
        column("net_amount_inr", "decimal(28,2)", "legacy measure, INR"),
    ),
    invariants=(Invariant("customers_within_orders", "customers <= orders"),),
    partition_by=("month",),
)
GLD_DAILY_CELLS = Table(
    "gold",
    "gld_daily_cells",
    grain="one day of a country, region, channel and category",
    key=("date", "country", "region", "channel", "category"),
    columns=(*DAY, *DIMENSIONS, CATEGORY, *SALES),
    invariants=(RETURNS_BELONG,),
    partition_by=("month",),
)
GLD_DAILY_CUSTOMERS = Table(
    "gold",
    "gld_daily_customers",
    grain="one day of a customer in a country and channel; an order without a customer stands for itself",
    key=("date", "country", "channel", "cluster"),
    columns=(
        *DAY,
        DIMENSIONS[0],
        DIMENSIONS[2],
        required("cluster", "string", "customer_id, or order:ID where the customer is unknown", personal=True),
        required("is_known", "boolean", "whether the cluster is a known customer"),
        required("orders", "bigint", "orders with at least one line sold"),
        *SALES,
    ),
    invariants=(RETURNS_BELONG,),
    partition_by=("month",),
)
GLD_CALENDAR = Table(
    "gold",
    "gld_calendar",
    grain="one day of a country, past and ahead",
    key=("date", "country"),
    columns=(
        required("date", "date", "calendar day"),
        required("country", "string", "country name as in the fact"),
        column("country_code", "string", "ISO 3166 alpha-2, null where the source maps none"),
        required("is_holiday", "boolean", "public holiday"),
        column("holiday", "string", "the holiday's name"),
        required("is_festival", "boolean", "within a festival's days"),
        column("festival", "string", "the festival's name, several joined by ' + '"),
        required("promotions", "int", "promotions running"),
        column("promotion_discount_pct", "decimal(5,2)", "deepest discount running, percent"),
        column("promotion_announced_on", "date", "when the last of them to be announced was announced"),
        required("weekday", "int", "1 Monday to 7 Sunday"),
        required("days_in_month", "int", "28 to 31"),
        required("weekdays_in_month", "int", "how often this weekday occurs in the month"),
    ),
)
GLD_FEATURES_DAILY = Table(
    "gold",
    "gld_features_daily",
    grain="one day of one series: the total, a country or a channel",
    key=("series", "date"),
    columns=(
        required("series", "string", "total, country=NAME or channel=NAME"),
        required("level", "string", "total, country or channel"),
        required("date", "date", "business day"),
        required("orders", "double", "orders"),
        required("net_revenue", "double", "reporting currency"),
        column("average_price", "double", "list amount per unit, reporting currency"),
        column("discount_rate", "double", "share of the list amount given as discount"),
        column("promotions", "double", "promotions running, mean over the series' countries"),
        required("weekday", "int", "1 Monday to 7 Sunday"),
        required("is_weekend", "boolean", "Saturday or Sunday"),
        required("is_holiday", "boolean", "public holiday in the series' main country"),
        required("is_festival", "boolean", "festival day in the series' main country"),
        column("days_to_festival", "int", "days until the next festival day, 0 within one"),
        column("orders_lag_1", "double", "orders one day before"),
        column("orders_lag_7", "double", "orders seven days before"),
        column("orders_lag_28", "double", "orders 28 days before"),
        column("orders_lag_364", "double", "orders 364 days before"),
        column("orders_mean_7", "double", "mean of the seven days before"),
        column("orders_mean_28", "double", "mean of the 28 days before"),
    ),
)
