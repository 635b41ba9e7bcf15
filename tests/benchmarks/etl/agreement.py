"""Whether the jobs computed the same: monthly sums, and a hash over every row of the fact."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
from deltalake import DeltaTable

# each job's own names for the columns compared, in the order of NAMES
NAMES = [
    "order_id",
    "seq_no",
    "day",
    "customer",
    "product",
    "channel",
    "coupon",
    "currency",
    "quantity",
    "price",
    "discount",
    "tax",
    "net",
    "inr",
]
PLACE = ["country", "region", "category"]
OWN = {
    "legacy": "order_id item_seq dt customer_id product_id channel coupon_code unit_price_currency quantity unit_price "
    "discount_pct tax_amount net_amount net_amount_inr",
    "duckdb": "order_id seq_no order_date customer_id product_id channel coupon_code currency quantity unit_price "
    "discount_percent tax_amount net_amount net_amount_inr",
    "assay": "transaction_id seq_no transaction_date customer_id product_id channel coupon_code unit_price_currency "
    "quantity unit_price discount_percent tax_amount net_amount net_amount_inr",
}
TYPES = {"seq_no": "int", "day": "date", "quantity": "int", "price": "decimal(14,4)", "discount": "decimal(5,2)",
         "tax": "decimal(18,4)", "net": "decimal(18,4)", "inr": "decimal(18,2)"}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """``months``: the legacy measure by month; ``rows`` and ``row_hash`` of the fact; ``exact`` net revenue in all."""

    months: dict[str, int]
    rows: int
    row_hash: int
    exact: str | None


def result(job: str, out: Path) -> Result:
    """What ``job`` left in ``out``; the legacy job knows no exact revenue."""
    kind = job if job in OWN else "assay"
    fact = f"read_parquet({_files(kind, out)})"
    columns = [
        f"{own}::{TYPES.get(name, 'varchar')} as {name}" for name, own in zip(NAMES, OWN[kind].split(), strict=True)
    ]
    exact = "null" if kind == "legacy" else "net_revenue"
    database = duckdb.connect()
    database.execute(f"create view fact as select {', '.join([*columns, *PLACE])}, {exact} as exact from {fact}")
    hashed = f"sum(hash({', '.join([*NAMES, *PLACE])})::hugeint % 1000000007)"
    months = database.execute("select strftime(day, '%Y-%m'), sum(inr)::bigint from fact group by 1 order by 1")
    found = dict(months.fetchall())
    row = database.execute(f"select count(*), {hashed}, sum(exact)::varchar from fact").fetchone()
    assert row is not None
    return Result(found, row[0], int(row[1]), row[2])


def disagreements(results: dict[str, Result]) -> list[str]:
    """Sentences on what sets the jobs apart; none where all agree."""
    first, *others = results
    found = [
        f"{first} and {other} differ in {name}."
        for other in others
        for name in ("months", "rows", "row_hash")
        if getattr(results[first], name) != getattr(results[other], name)
    ]
    exact = {result.exact for result in results.values()} - {None}
    return found if len(exact) <= 1 else [*found, f"Exact net revenue differs: {', '.join(sorted(map(str, exact)))}."]


def _files(kind: str, out: Path) -> list[str]:
    if kind == "assay":
        return list(DeltaTable(out / "gold" / "gld_fact_order_items").file_uris())
    return [str(out / "gold" / "fact.parquet" if kind == "legacy" else out / "fact.parquet")]
