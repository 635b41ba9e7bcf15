"""Gold: the dimensions and the fact, AtoZ's columns first."""

from etl.contracts import Invariant, Table
from etl.schemas.columns import AMOUNT, EXACT, FILE_AND_INGEST, PRICE, PROVENANCE, RATE, column, required

GLD_DIM_PRODUCTS = Table(
    "gold",
    "gld_dim_products",
    grain="one product, with its category and brand by name",
    key=("product_id",),
    columns=(
        required("product_id", "string", "the source's product key"),
        column("sku", "string", "stock keeping unit"),
        column("category_code", "string", "category"),
        required("category_name", "string", "Not Available where unknown"),
        column("brand_code", "string", "brand"),
        required("brand_name", "string", "Not Available where unknown"),
        column("color", "string", "colour"),
        column("size", "string", "size label"),
        column("material", "string", "material"),
        column("weight_grams", "int", "grams"),
        column("length_cm", "double", "centimetres"),
        column("width_cm", "double", "centimetres"),
        column("height_cm", "double", "centimetres"),
        column("rating_count", "int", "ratings received"),
        *FILE_AND_INGEST,
    ),
)
GLD_DIM_CUSTOMERS = Table(
    "gold",
    "gld_dim_customers",
    grain="one customer; a region is only unique together with its country",
    key=("customer_id",),
    columns=(
        required("customer_id", "string", "the source's customer key", personal=True),
        column("phone", "string", "Not Available where missing", personal=True),
        column("country_code", "string", "the source's country code"),
        column("country", "string", "country name"),
        column("state", "string", "state or province code"),
        required("region", "string", "sales region within the country, Other where unmapped"),
        *FILE_AND_INGEST,
    ),
)
GLD_DIM_STORES = Table(
    "gold",
    "gld_dim_stores",
    grain="one store as it is now; what else is known of it are the source's own columns",
    key=("store_id",),
    columns=(required("store_id", "string", "the source's store key"), *FILE_AND_INGEST),
)
GLD_DIM_DATE = Table(
    "gold",
    "gld_dim_date",
    grain="one day",
    key=("date_id",),
    columns=(
        required("date_id", "int", "yyyyMMdd"),
        required("date", "date", "calendar day"),
        required("year", "int", "calendar year"),
        required("month_name", "string", "January to December"),
        required("day_name", "string", "Monday to Sunday"),
        required("is_weekend", "int", "1 on Saturday and Sunday, else 0"),
        required("quarter", "string", "such as Q3-2025"),
        required("week", "string", "such as Week31-2025"),
        column("file_name", "string", "landing file, null where the day was derived"),
        column("ingest_timestamp", "timestamp", "when the row was read, UTC", volatile=True),
    ),
)
GLD_FACT_ORDER_ITEMS = Table(
    "gold",
    "gld_fact_order_items",
    grain="one order line of a product; charges such as postage stay in Silver",
    key=("transaction_id", "seq_no"),
    columns=(
        required("date_id", "int", "yyyyMMdd of transaction_date"),
        required("transaction_date", "date", "business day in the source's time zone"),
        column("transaction_ts", "timestamp", "instant of the order, UTC"),
        required("transaction_id", "string", "order or invoice"),
        column("customer_id", "string", "null where unknown", personal=True),
        required("seq_no", "int", "line within the order"),
        required("product_id", "string", "product"),
        required("channel", "string", "sales channel, Not Available where unknown"),
        column("coupon_code", "string", "trimmed, lower case"),
        required("coupon_flag", "int", "1 where a coupon was used, else 0"),
        required("unit_price_currency", "string", "ISO 4217 code of the prices"),
        required("quantity", "int", "units; negative on a return line"),
        required("unit_price", PRICE, "list price of one unit in the order's currency"),
        required("gross_amount", AMOUNT, "quantity x unit_price, or the whole line's list price, order's currency"),
        required("discount_percent", "decimal(5,2)", "percent off the list price"),
        required("discount_amount", AMOUNT, "legacy: rounded up to a whole unit, order's currency"),
        required("tax_amount", AMOUNT, "tax, order's currency"),
        required("net_amount", AMOUNT, "legacy: gross - discount + tax, order's currency"),
        column("net_amount_inr", "decimal(18,2)", "legacy measure: net_amount at the fixed rate, rounded up, INR"),
        required("net_revenue", EXACT, "exact, without tax and returns, FX of the day, reporting currency"),
        required("fx_rate", RATE, "reporting currency units for one unit of the order's currency that day"),
        required("fx_rate_origin", "string", "landed, carried (the last landed rate), or fixed"),
        required("currency", "string", "ISO 4217 code of net_revenue: the reporting currency"),
        required("is_returned", "boolean", "the whole line came back"),
        required("returned_quantity", "int", "units that came back"),
        required("is_return_line", "boolean", "the line itself is a return: it sells nothing"),
        required("country", "string", "country of the order or else the customer then, Not Available where unknown"),
        required("region", "string", "region of the customer within the country, at the order"),
        required("category", "string", "category of the product at the order, Not Available where unknown"),
        column("store_id", "string", "store, null where the source has none"),
        required("list_amount", EXACT, "gross_amount at the base rate, reporting currency; 0 on a return line"),
        required("discounted_amount", EXACT, "list_amount less the exact discount"),
        required("converted_amount", EXACT, "discounted, at the rate of the day; 0 on a return line"),
        column("taxed_amount", EXACT, "legacy measure before its roundings"),
        required("transaction_month", "date", "first day of the order's month"),
        *PROVENANCE,
    ),
    invariants=(
        Invariant("gross_is_quantity_times_price", "gross_amount = quantity * unit_price"),
        Invariant("net_is_gross_less_discount_plus_tax", "net_amount = gross_amount - discount_amount + tax_amount"),
        Invariant("returned_within_sold", "is_return_line or returned_quantity between 0 and quantity"),
        Invariant(
            "nothing_returned_is_converted", "returned_quantity > 0 or net_revenue = converted_amount or is_return_line"
        ),
    ),
    partition_by=("transaction_month",),
    cluster_by=("transaction_date",),
)
# of a source that states whole lines: the price of one unit is rounded to the last of its four decimals
UNIT_PRICE_IS_ROUNDED = Invariant(
    "gross_is_quantity_times_price", "abs(gross_amount - quantity * unit_price) <= 0.00005 * abs(quantity)"
)
