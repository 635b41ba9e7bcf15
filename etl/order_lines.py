"""Silver's order lines, a batch of files at a time: only keys that the batch concerns are settled anew.

Lines that gave way are kept beside the table. Where a file is sent again without a line, the line that had given way
to it takes its place again, so that any order of batches ends as one batch of everything would.
"""

from collections.abc import Iterable, Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.bronze import feed_table
from etl.duplicates import apart, keys_of, settle, settle_repeated, with_keys, without_keys
from etl.lakehouse import Lakehouse, sql_text
from etl.quarantine import BROKEN, broken_rules, torn_lines
from etl.schemas.silver import SLV_ORDER_ITEMS, SLV_ORDER_ITEMS_SUPERSEDED
from etl.silver import judge, quarantine
from etl.slices import BYTES_AT_ONCE, ROWS_AT_ONCE, Months, in_files, is_month, months_of, rows_by_month, spans
from etl.source import Source

NAME = "order_items"


def publish(lakehouse: Lakehouse, source: Source, files: Mapping[str, int], *, anew: bool) -> Months:
    """Settle the lines of ``files`` (with their bytes), whose earlier lines go, or those of all others, too (``anew``).

    Returns the months whose slices were written.
    """
    bronze, of_feed = lakehouse.read(feed_table(source, NAME)), f"feed = {sql_text(NAME)}"
    if not anew:
        bronze, of_feed = bronze.where(in_files(files)), f"{of_feed} and {in_files(files)}"
    first, *more = (
        judge(bronze.where(f"problem is null and {in_files(batch)}"), NAME, source)
        for batch in spans(files, files, BYTES_AT_ONCE) or [frozenset[str]()]
    )
    with lakehouse.staged(first, NAME, *more) as judged:
        quarantine(lakehouse, [torn_lines(bronze, NAME), broken_rules(judged, source.refinement(NAME))], of_feed)
        arriving = judged.where(F.col(BROKEN).isNull())
        return _all(lakehouse, source, arriving) if anew else _some(lakehouse, source, arriving, files)


def _all(lakehouse: Lakehouse, source: Source, arriving: DataFrame) -> Months:
    table, arrived = source.contract(SLV_ORDER_ITEMS), rows_by_month(arriving, "order_month")
    single, repeated = apart(arriving, table.key)
    # found once for all spans: a key may be repeated in any month
    with lakehouse.staged(repeated, "repeated") as few:
        settled = settle_repeated(single, few, table)
        for position, span in enumerate(spans(arrived, arrived, ROWS_AT_ONCE) or [frozenset()]):
            slice_ = is_month("order_month", span)
            lakehouse.write(table, settled.rows.where(slice_), replace_where=slice_ if position else None)
        lakehouse.write(source.contract(SLV_ORDER_ITEMS_SUPERSEDED), settled.superseded)
    return frozenset(arrived)


def _some(lakehouse: Lakehouse, source: Source, arriving: DataFrame, files: Iterable[str]) -> Months:
    table, superseded = source.contract(SLV_ORDER_ITEMS), source.contract(SLV_ORDER_ITEMS_SUPERSEDED)
    before = lakehouse.at(lakehouse.versions())
    stored, former = before.read(table), before.read(superseded)
    gone = in_files(files)
    keys = keys_of(arriving, table)
    for rows in (stored, former):
        keys = keys.unionByName(keys_of(rows.where(gone), table))
    with (
        lakehouse.staged(keys.distinct(), "keys") as concerned,
        lakehouse.staged(with_keys(stored, concerned, table), "leaving") as leaving,
    ):
        back = leaving.unionByName(with_keys(former, concerned, table)).where(f"not {gone}")
        settled = settle(arriving.select(*table.column_names).unionByName(back), table)
        months = months_of(leaving, "order_date") | months_of(arriving, "order_date")
        months |= months_of(back, "order_date")
        staying = without_keys(stored.where(is_month("order_month", months)), concerned, table)
        slice_ = is_month("order_month", months)
        lakehouse.write(table, staying.unionByName(settled.rows), replace_where=slice_)
        lakehouse.write(superseded, without_keys(former, concerned, table).unionByName(settled.superseded))
        return months
