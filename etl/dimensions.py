"""Gold dimensions from Silver: products with names, customers with regions, and the days.

The dimensions say what holds now; ``homes``, ``product_categories`` and ``store_versions`` say what held when, for
the fact.
"""

from datetime import date

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_DIM_DATE, GLD_DIM_PRODUCTS, GLD_DIM_STORES
from etl.versions import CURRENT, FROM, TO

NOT_AVAILABLE = "Not Available"
OTHER = "Other"
Regions = dict[str, dict[str, tuple[str, ...]]]


def dim_products(products: DataFrame, category: DataFrame | None, brands: DataFrame | None) -> DataFrame:
    """One row per product, its current version, with category and brand by name, Not Available where unknown."""
    named = _with_name(products.where(CURRENT), category, "category_code", "category_name")
    named = _with_name(named, brands, "brand_code", "brand_name")
    return named.select(*GLD_DIM_PRODUCTS.column_names)


def _with_name(rows: DataFrame, names: DataFrame | None, code: str, name: str) -> DataFrame:
    if names is None:
        return rows.withColumn(name, F.lit(NOT_AVAILABLE))
    joined = rows.join(names.select(code, name), code, "left")
    return joined.withColumn(name, F.coalesce(name, F.lit(NOT_AVAILABLE)))


def dim_customers(customers: DataFrame, regions: Regions) -> DataFrame:
    """One row per customer, the current version, with the sales region of the state."""
    return customers.where(CURRENT).withColumn("region", region(regions)).select(*GLD_DIM_CUSTOMERS.column_names)


def homes(customers: DataFrame, regions: Regions) -> DataFrame:
    """``customer_id, home_country, home_region`` of every version of a customer."""
    place = [F.col("country").alias("home_country"), region(regions).alias("home_region")]
    return customers.select("customer_id", FROM, TO, *place)


def product_categories(products: DataFrame, category: DataFrame | None) -> DataFrame:
    """``product_id, category`` of every version of a product, the category by its name of today."""
    named = _with_name(products, category, "category_code", "category_name")
    return named.select("product_id", FROM, TO, F.col("category_name").alias("category"))


def dim_stores(stores: DataFrame, own: tuple[str, ...]) -> DataFrame:
    """One row per store, its current version."""
    return stores.where(CURRENT).select(*GLD_DIM_STORES.column_names, *own)


def store_versions(stores: DataFrame, own: tuple[str, ...]) -> DataFrame:
    """``store_id`` and the ``own`` columns of every version of a store."""
    return stores.select("store_id", FROM, TO, *own)


def region(regions: Regions) -> Expression:
    """The region of ``country`` and ``state``: Other where unmapped, Not Available for a source without regions."""
    if not regions:
        return F.lit(NOT_AVAILABLE)
    cases = [
        F.when((F.col("country") == country) & F.col("state").isin(*states), name)
        for country, names in regions.items()
        for name, states in names.items()
    ]
    return F.coalesce(*cases, F.lit(OTHER))


def dim_date(session: SparkSession, calendar: DataFrame | None, days: tuple[date, date]) -> DataFrame:
    """The source's own days, or, without a calendar of its own, every day between the first and last order."""
    rows = calendar if calendar is not None else _derived_days(session, days)
    return rows.select(
        F.date_format("date", "yyyyMMdd").cast("int").alias("date_id"),
        "date",
        "year",
        F.date_format("date", "MMMM").alias("month_name"),
        "day_name",
        # not F.weekday, which is -1 on the embedded engine's Sundays
        F.dayofweek("date").isin(1, 7).cast("int").alias("is_weekend"),
        "quarter",
        "week",
        "file_name",
        "ingest_timestamp",
    ).select(*GLD_DIM_DATE.column_names)


def _derived_days(session: SparkSession, days: tuple[date, date]) -> DataFrame:
    span = session.range(1).select(F.explode(F.sequence(F.lit(days[0]), F.lit(days[1]))).alias("date"))
    year = F.year("date")
    return span.select(
        "date",
        year.alias("year"),
        F.date_format("date", "EEEE").alias("day_name"),
        F.concat(F.lit("Q"), F.quarter("date"), F.lit("-"), year).alias("quarter"),
        F.concat(F.lit("Week"), F.weekofyear("date"), F.lit("-"), year).alias("week"),
        F.lit(None).cast("string").alias("file_name"),
        F.lit(None).cast("timestamp").alias("ingest_timestamp"),
    )
