"""Silver: typed rows in one canonical shape whatever the source."""

from dataclasses import replace

from etl.contracts import Invariant, Table
from etl.schemas.columns import AMOUNT, PRICE, PROVENANCE, RATE, column, required

VALIDITY = (
    required("valid_from", "date", "first day of the version: the arrival of its file, 1900-01-01 for the first one"),
    column("valid_to", "date", "day the next version starts on, itself not included; null for the current one"),
)

SLV_BRANDS = Table(
    "silver",
    "slv_brands",
    grain="one brand",
    key=("brand_code",),
    columns=(
        required("brand_code", "string", "letters and digits only"),
        column("brand_name", "string", "trimmed"),
        column("category_code", "string", "category the brand sells in"),
        *PROVENANCE,
    ),
)
SLV_CATEGORY = Table(
    "silver",
    "slv_category",
    grain="one product category",
    key=("category_code",),
    columns=(
        required("category_code", "string", "upper case"),
        column("category_name", "string", "as people say it"),
        *PROVENANCE,
    ),
)
SLV_PRODUCTS = Table(
    "silver",
    "slv_products",
    grain="one version of a product, from valid_from to the day before valid_to",
    key=("product_id", "valid_from"),
    columns=(
        required("product_id", "string", "the source's product key"),
        column("sku", "string", "stock keeping unit"),
        column("category_code", "string", "upper case"),
        column("brand_code", "string", "upper case"),
        column("color", "string", "colour"),
        column("size", "string", "size label"),
        column("material", "string", "material, misspellings mended"),
        column("weight_grams", "int", "grams"),
        column("length_cm", "double", "centimetres"),
        column("width_cm", "double", "centimetres"),
        column("height_cm", "double", "centimetres"),
        column("rating_count", "int", "ratings received"),
        *VALIDITY,
        *PROVENANCE,
    ),
)
SLV_CUSTOMERS = Table(
    "silver",
    "slv_customers",
    grain="one version of a customer, from valid_from to the day before valid_to",
    key=("customer_id", "valid_from"),
    columns=(
        required("customer_id", "string", "the source's customer key", personal=True),
        column("phone", "string", "Not Available where missing", personal=True),
        column("country_code", "string", "the source's country code"),
        column("country", "string", "country name"),
        column("state", "string", "state or province code"),
        *VALIDITY,
        *PROVENANCE,
    ),
)
SLV_STORES = Table(
    "silver",
    "slv_stores",
    grain="one version of a store, from valid_from to the day before valid_to; its other columns are the source's own",
    key=("store_id", "valid_from"),
    columns=(required("store_id", "string", "the source's store key"), *VALIDITY, *PROVENANCE),
)
SLV_CALENDAR = Table(
    "silver",
    "slv_calendar",
    grain="one day of the source's own calendar",
    key=("date",),
    columns=(
        required("date", "date", "calendar day"),
        required("year", "int", "calendar year"),
        required("day_name", "string", "Monday to Sunday"),
        required("quarter", "string", "such as Q3-2025"),
        required("week", "string", "such as Week31-2025"),
        *PROVENANCE,
    ),
)
SLV_FX_RATES = Table(
    "silver",
    "slv_fx_rates",
    grain="one currency on one landed day",
    key=("currency", "date"),
    columns=(
        required("date", "date", "day the rate holds for"),
        required("currency", "string", "ISO 4217 code"),
        required("rate", RATE, "reporting currency units for one unit of the currency"),
        *PROVENANCE,
    ),
    invariants=(Invariant("rate_positive", "rate > 0"),),
)
SLV_PROMOTIONS = Table(
    "silver",
    "slv_promotions",
    grain="one promotion",
    key=("promo_id",),
    columns=(
        required("promo_id", "string", "the source's promotion key"),
        column("name", "string", "name shown to shoppers"),
        column("country", "string", "country it runs in, null for all"),
        column("category_code", "string", "category it covers, null for all"),
        required("start_date", "date", "first day"),
        required("end_date", "date", "last day, included"),
        column("discount_pct", "decimal(5,2)", "percent off the list price"),
        column("announced_on", "date", "day from which it was known"),
        *PROVENANCE,
    ),
    invariants=(Invariant("ends_after_start", "end_date >= start_date"),),
)
SLV_RETURNS = Table(
    "silver",
    "slv_returns",
    grain="one return of (part of) an order line",
    key=("file_name", "line_number"),
    columns=(
        required("order_id", "string", "order returned from"),
        required("seq_no", "int", "line of the order"),
        column("return_ts", "timestamp", "when it came back, UTC"),
        required("quantity", "int", "units that came back"),
        column("reason", "string", "as stated"),
        *PROVENANCE,
    ),
    invariants=(Invariant("quantity_positive", "quantity > 0"),),
)
SLV_ORDER_ITEMS = Table(
    "silver",
    "slv_order_items",
    grain="one line of an order, a cancellation or a charge",
    key=("order_id", "seq_no"),
    columns=(
        required("order_id", "string", "order or invoice"),
        required("seq_no", "int", "line within the order"),
        required("order_date", "date", "business day in the source's time zone"),
        column("order_ts", "timestamp", "instant of the order, UTC"),
        column("customer_id", "string", "null where unknown", personal=True),
        required("product_id", "string", "product or charge code"),
        column("country", "string", "country of the order where the source states it"),
        column("channel", "string", "sales channel"),
        column("store_id", "string", "store it was sold in, null where the source has none"),
        column("coupon_code", "string", "trimmed, lower case"),
        required("currency", "string", "ISO 4217 code of the prices"),
        required("quantity", "int", "units; negative on a return line"),
        required("unit_price", PRICE, "list price of one unit in the order's currency"),
        column("line_amount", AMOUNT, "the whole line's list price, of a source that states it; unit_price rounds it"),
        required("discount_percent", "decimal(5,2)", "percent off the list price"),
        required("tax_amount", AMOUNT, "tax of the line in the order's currency"),
        required("is_return_line", "boolean", "the line itself is a return or cancellation"),
        required("is_product", "boolean", "false for postage, fees and other charges"),
        required("order_month", "date", "first day of the order's month"),
        *PROVENANCE,
        column("arrival_date", "date", "when the file arrived, as the source declares"),
    ),
    invariants=(
        Invariant("discount_within_0_and_100", "discount_percent between 0 and 100"),
        Invariant("sold_quantity_positive", "is_return_line or quantity > 0"),
        # a correction or a discount booked as a line: no list price of a product
        Invariant("price_of_product_not_negative", "not is_product or unit_price >= 0"),
    ),
    partition_by=("order_month",),
)
SLV_ORDER_ITEMS_SUPERSEDED = replace(
    SLV_ORDER_ITEMS,
    name="slv_order_items_superseded",
    grain="one line that gave way to a later one with its key, kept in case the later one goes",
    key=("file_name", "line_number"),
    partition_by=(),
)
