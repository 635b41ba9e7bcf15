"""The same work by hand in DuckDB: text to Bronze, one row per line to Silver, exact amounts and daily tables to Gold.

Everything that Assay's Gold holds of an order line is computed, in the same decimals; what makes a product of a query
is not: no quarantine, no contracts, no accounts, no history.
"""

import sys
from pathlib import Path

import duckdb

COLUMNS = [
    "dt",
    "order_ts",
    "customer_id",
    "order_id",
    "item_seq",
    "product_id",
    "quantity",
    "unit_price_currency",
    "unit_price",
    "discount_pct",
    "tax_amount",
    "channel",
    "coupon_code",
]
# the columns are told: looking for them in a thousand files would take as long as reading them
BRONZE = """
    select *, row_number() over () as line
    from read_csv('{glob}', header=true, filename=true, auto_detect=false, quote='"', columns={columns})
"""
LINES = """
    select trim(order_id) as order_id, item_seq::int as seq_no, dt::date as order_date,
        coalesce(try_strptime(order_ts, '%Y-%m-%d %H:%M:%S'), try_strptime(order_ts, '%d-%m-%Y %H:%M'))
            - interval 330 minute as order_ts,
        trim(customer_id) as customer_id, trim(product_id) as product_id,
        case lower(trim(channel)) when 'web' then 'Website' when 'app' then 'Mobile' else trim(channel) end as channel,
        lower(trim(coupon_code)) as coupon_code, upper(trim(unit_price_currency)) as currency,
        (case trim(quantity) when 'Two' then '2' else quantity end)::int as quantity,
        replace(unit_price, '$', '')::decimal(14,4) as unit_price,
        replace(discount_pct, '%', '')::decimal(5,2) as discount_percent,
        regexp_replace(tax_amount, '[^0-9.-]', '', 'g')::decimal(18,4) as tax_amount, filename, line
    from bronze
"""
REPEATED = "select order_id, seq_no from lines group by all having count(*) > 1"
SETTLED = """
    select * from lines anti join repeated using (order_id, seq_no)
    union all by name
    select * from lines semi join repeated using (order_id, seq_no)
    qualify row_number() over (partition by order_id, seq_no order by filename desc, line desc) = 1
"""
CUSTOMERS = """
    select trim(customer_id) as customer_id, arg_max(trim(country), line) as country,
        arg_max(trim(state), line) as state
    from (select *, row_number() over () as line from read_csv('{glob}', all_varchar=true))
    where customer_id is not null group by 1
"""
PRODUCTS = """
    select trim(product_id) as product_id, arg_max(upper(trim(category_code)), line) as category_code
    from (select *, row_number() over () as line from read_csv('{glob}', all_varchar=true)) group by 1
"""
CATEGORIES = """
    select upper(trim(category_code)) as category_code, arg_max(trim(category_name), line) as category
    from (select *, row_number() over () as line from read_csv('{glob}', all_varchar=true)) group by 1
"""
RATES = """
    with days as (select unnest(generate_series(min(order_date), max(order_date), interval 1 day))::date as date
                  from silver),
        grid as (select date, currency, rate as base_rate from days, fixed),
        landed as (select date::date as date, upper(trim(currency)) as currency,
                       rate_to_inr::decimal(12,6) as rate
                   from read_csv('{glob}', all_varchar=true))
    select g.date as order_date, currency, base_rate, coalesce(l.rate, base_rate)::decimal(12,6) as fx_rate
    from grid g asof left join landed l using (currency, date)
"""
RETURNS = """
    with landed as (select trim(order_id) as order_id, item_seq::int as seq_no, quantity::int as quantity,
                        filename, row_number() over () as line
                    from read_csv('{glob}', all_varchar=true, filename=true)),
        judged as (select *, sum(case when l.quantity <= s.quantity then l.quantity else 0 end) over (
                       partition by order_id, seq_no order by l.filename, l.line) as so_far, s.quantity as sold,
                       l.quantity as back
                   from landed l join silver s using (order_id, seq_no))
    select order_id, seq_no, sum(back)::int as returned_quantity from judged
    where back <= sold and so_far <= sold group by all
"""
FACT = """
    with priced as (
        select s.*, coalesce(c.country, 'Not Available') as country, coalesce(r.region, 'Other') as region,
            coalesce(k.category, 'Not Available') as category, x.fx_rate, x.base_rate,
            coalesce(b.returned_quantity, 0) as returned_quantity,
            (s.quantity::decimal(10,0) * unit_price)::decimal(18,4) as gross_amount,
            (1 - discount_percent * 0.01)::decimal(7,4) as share
        from silver s left join customers c using (customer_id) left join regions r using (country, state)
            left join products p using (product_id) left join categories k using (category_code)
            left join rates x using (order_date, currency) left join returned b using (order_id, seq_no)),
    legacy as (
        select *, ceil((gross_amount * discount_percent * 0.01)::decimal(26,8))::decimal(18,4) as discount_amount,
            (gross_amount * share)::decimal(22,8) as discounted
        from priced)
    select * exclude (discounted, filename, line), (gross_amount - discount_amount + tax_amount)::decimal(18,4)
            as net_amount,
        ceil(((gross_amount - discount_amount + tax_amount)::decimal(18,4) * base_rate)::decimal(31,10))::decimal(18,2)
            as net_amount_inr,
        (gross_amount::decimal(22,8) * base_rate)::decimal(32,14) as list_amount,
        (discounted * base_rate)::decimal(32,14) as discounted_amount,
        (discounted * fx_rate)::decimal(32,14) as converted_amount,
        ((((quantity - returned_quantity)::decimal(10,0) * unit_price)::decimal(18,4) * share)::decimal(22,8)
            * fx_rate)::decimal(32,14) as net_revenue,
        ((discounted * base_rate)::decimal(32,14) + (tax_amount * base_rate)::decimal(32,14)) as taxed_amount,
        returned_quantity >= quantity as is_returned, (coupon_code is not null)::int as coupon_flag
    from legacy
"""
SUMS = """count(*) as lines, sum(quantity) as quantity, sum(list_amount) as list_amount,
    sum(discounted_amount) as discounted_amount, sum(converted_amount) as converted_amount,
    sum(net_revenue) as net_revenue, sum(net_amount_inr) as net_amount_inr, sum(taxed_amount) as taxed_amount"""
FIRSTS = """
    select order_id, any_value(order_date) as order_date, arg_min(country, seq_no) as country,
        arg_min(region, seq_no) as region, arg_min(channel, seq_no) as channel,
        arg_min(customer_id, seq_no) as customer_id
    from fact group by order_id
"""
PLACE = "order_date, country, region, channel"
DAILY = {
    "daily_orders": f"select * from (select {PLACE}, {SUMS} from fact group by {PLACE}) left join "
    f"(select {PLACE}, count(*) as orders, count(distinct customer_id) as customers from firsts group by {PLACE}) "
    f"using ({PLACE})",
    "daily_cells": f"select {PLACE}, category, {SUMS} from fact group by {PLACE}, category",
    "daily_customers": "select * from "
    f"(select order_date, country, channel, customer_id, {SUMS} from fact group by all) left join "
    "(select order_date, country, channel, customer_id, count(*) as orders from firsts group by all) "
    "using (order_date, country, channel, customer_id)",
}


def main(landing: Path, out: Path) -> None:
    """Read everything below ``landing`` and write Bronze, Silver and Gold as Parquet below ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    database = duckdb.connect()
    database.execute(f"set temp_directory = '{out}/spilled'")
    _reference(database)
    steps = {
        "bronze": BRONZE.format(glob=landing / "order_items/landing/*.csv", columns=dict.fromkeys(COLUMNS, "VARCHAR")),
        "lines": LINES,
        "repeated": REPEATED,
        "silver": SETTLED,
        "customers": CUSTOMERS.format(glob=landing / "customers/*.csv"),
        "products": PRODUCTS.format(glob=landing / "products/*.csv"),
        "categories": CATEGORIES.format(glob=landing / "category/*.csv"),
        "rates": RATES.format(glob=landing / "fx_rates/*.csv"),
        "returned": RETURNS.format(glob=landing / "returns/*.csv"),
        "fact": FACT,
        "firsts": FIRSTS,
        **DAILY,
    }
    stored = ("bronze", "silver", "fact", *DAILY)
    for name, query in steps.items():
        if name in stored:
            database.execute(f"copy ({query}) to '{out}/{name}.parquet' (format parquet)")
            query = f"from read_parquet('{out}/{name}.parquet')"
        kind = "view" if name == "lines" or name in stored else "table"
        database.execute(f"create {kind} {name} as {query}")


def _reference(database: duckdb.DuckDBPyConnection) -> None:
    from tests.benchmarks.etl.legacy import RATES as FIXED
    from tests.benchmarks.etl.legacy import REGIONS

    database.execute("create table fixed (currency varchar, rate decimal(12,6))")
    database.executemany("insert into fixed values (?, ?)", [[code, str(rate)] for code, rate in FIXED.items()])
    database.execute("create table regions (country varchar, state varchar, region varchar)")
    places = [
        [country, state, region]
        for country, names in REGIONS.items()
        for region, states in names.items()
        for state in states.split()
    ]
    database.executemany("insert into regions values (?, ?, ?)", places)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
