"""What is expected of the refined tables beyond each one's contract; a contract is checked whenever it is written.

``{month}`` and ``{transaction_month}`` stand for the condition that this column is one of the months that a run wrote:
what it did not write was held to the same before.
"""

from etl.contracts import Expectation

EXPECTATIONS = (
    Expectation(
        "gld_fact_order_items",
        "products_known",
        "share of products ordered that are not in gld_dim_products",
        """select case when count(d.product_id) > 0 then avg(if(d.product_id is null, 1.0, 0.0)) end
        from gold.gld_dim_products d
        right join (select distinct product_id from gold.gld_fact_order_items where {transaction_month}) f
        on d.product_id = f.product_id""",
        warn=0.2,
    ),
    Expectation(
        "gld_fact_order_items",
        "customers_known",
        "share of customers who ordered that are not in gld_dim_customers",
        """select case when count(d.customer_id) > 0 then avg(if(d.customer_id is null, 1.0, 0.0)) end
        from gold.gld_dim_customers d
        right join (select distinct customer_id from gold.gld_fact_order_items
                    where customer_id is not null and {transaction_month}) f
        on d.customer_id = f.customer_id""",
        warn=0.05,
    ),
    Expectation(
        "gld_fact_order_items",
        "prices_not_zero",
        "share of order lines with a unit price of zero",
        "select avg(if(unit_price = 0, 1.0, 0.0)) from gold.gld_fact_order_items where {transaction_month}",
        warn=0.05,
    ),
    Expectation(
        "gld_fact_order_items",
        "rates_landed",
        "share of order lines converted at a rate carried over from an earlier day",
        "select avg(if(fx_rate_origin = 'carried', 1.0, 0.0)) from gold.gld_fact_order_items where {transaction_month}",
        warn=0.25,
    ),
    Expectation(
        "gld_fact_order_items",
        "fresh",
        "days from the newest order to the newest arrival of a file of orders",
        """select datediff(a.day, o.day)
        from (select max(arrival_date) as day from ops.ops_files where feed = 'order_items') a
        cross join (select max(date) as day from gold.gld_daily_orders) o""",
        warn=3,
    ),
    Expectation(
        "gld_fact_order_items",
        "not_ahead",
        "days from the newest arrival of a file of orders to the newest order",
        """select datediff(o.day, a.day)
        from (select max(arrival_date) as day from ops.ops_files where feed = 'order_items') a
        cross join (select max(date) as day from gold.gld_daily_orders) o""",
        warn=1,
    ),
    Expectation(
        "gld_daily_cells",
        "revenue_adds_up",
        "difference of net_revenue to the fact, reporting currency",
        """select abs(f.total - d.total)
        from (select sum(net_revenue) as total from gold.gld_fact_order_items where {transaction_month}) f
        cross join (select sum(net_revenue) as total from gold.gld_daily_cells where {month}) d""",
        stop=0,
    ),
    Expectation(
        "gld_daily_orders",
        "revenue_adds_up",
        "difference of net_revenue to the fact, reporting currency",
        """select abs(f.total - d.total)
        from (select sum(net_revenue) as total from gold.gld_fact_order_items where {transaction_month}) f
        cross join (select sum(net_revenue) as total from gold.gld_daily_orders where {month}) d""",
        stop=0,
    ),
    Expectation(
        "gld_daily_cells",
        "lines_add_up",
        "difference in order lines to the fact",
        """select abs(f.total - d.total)
        from (select count(*) as total from gold.gld_fact_order_items
              where not is_return_line and {transaction_month}) f
        cross join (select sum(lines) as total from gold.gld_daily_cells where {month}) d""",
        stop=0,
    ),
    Expectation(
        "gld_daily_orders",
        "volume_usual",
        "orders of the newest day against the mean of its weekday in the eight weeks before, as a factor up or down",
        """select case when u.days >= 3 and n.orders > 0 then greatest(n.orders / u.usual, u.usual / n.orders) end
        from (select date, sum(orders) as orders from gold.gld_daily_orders
              where date = (select max(date) from gold.gld_daily_orders) group by date) n
        cross join (select count(*) as days, avg(orders) as usual from
              (select o.date, sum(o.orders) as orders from gold.gld_daily_orders o
               cross join (select max(date) as newest from gold.gld_daily_orders) m
               where datediff(m.newest, o.date) in (7, 14, 21, 28, 35, 42, 49, 56) group by o.date) w) u""",
        warn=3,
    ),
)  # fmt: skip
