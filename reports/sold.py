"""What was sold, with integers for places and customers: the rows from which any part of the business is explained."""

# ruff: noqa: S608 - statements are made of the names of contracts and of dimensions; values are parameters

from datetime import date

import pandas as pd

from etl.periods import Period
from etl.schemas.daily import CATEGORY, DIMENSIONS, GLD_CALENDAR, GLD_DAILY_CELLS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_SOURCE
from reports.kept import Kept
from reports.snapshot import Snapshot

DIVISIONS = tuple(column.name for column in (*DIMENSIONS, CATEGORY))
UNKNOWN = "Not Available"
# a festival kept by a few customers only cannot be told from noise in the total
EVENT_SHARE = 0.05
AMOUNTS = (
    "list_amount",
    "discounted_amount",
    "converted_amount",
    "net_revenue",
    "taxed_amount",
    "net_amount_inr",
)
PAIRS_KEPT = 4


class Sold:
    """The lines of one snapshot by cell: a combination of values of the dimensions, numbered in their order.

    Read when first asked for. Of the whole history only days and orders are held, of two periods to compare also
    customers and amounts. Threads may share it.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._cells: Kept[None, pd.DataFrame] = Kept(lambda _: self._read_cells(), 1)
        self._pairs: Kept[tuple[Period, Period], pd.DataFrame] = Kept(lambda pair: self._read_pair(*pair), PAIRS_KEPT)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions that divide sales: those of every source, then the source's own."""
        own = self.snapshot.rows(OPS_SOURCE, ["dimensions"])["dimensions"].dropna()
        return (*DIVISIONS, *(name for names in own for name in names.split()))

    @property
    def values(self) -> dict[str, list[str]]:
        """Every value of every dimension, by the name of the dimension, the largest revenue first."""
        return {name: self._values(name) for name in self.dimensions}

    @property
    def cells(self) -> pd.DataFrame:
        """The values of the dimensions, indexed by cell, and the ``lines`` sold in each."""
        return self._cells(None)

    def inside(self, where: tuple[tuple[str, str], ...]) -> pd.DataFrame:
        """The cells with the value of each dimension of ``where``."""
        cells = self.cells
        for name, value in where:
            cells = cells[cells[name] == value]
        return cells

    def lines(self, baseline: Period, period: Period) -> pd.DataFrame:
        """What each order sold by cell: period, cluster, customer_known, transaction, cell, lines, quantity, amounts.

        ``cluster`` is the number of the customer, or of the order where no customer is known. Sums are of decimals,
        which do not depend on threads.
        """
        return self._pairs((baseline, period))

    def daily(self, cells: pd.DataFrame, last: date) -> pd.DataFrame:
        """date, orders: on every day with a line sold in ``cells``, up to ``last``."""
        sql = """
            select date, count(distinct transaction) as orders from sold_days
            where date <= $1 and list_contains($2::int[], cell) group by date order by date
        """
        return self.snapshot.query(sql, [], [last, cells.index.tolist()])

    def events(self, cells: pd.DataFrame, last: date) -> pd.DataFrame:
        """date, event: festivals of the countries with a share of the cells' lines that can be seen in their total."""
        lines = cells.groupby("country")["lines"].sum()
        seen = lines.index[lines >= EVENT_SHARE * lines.sum()].tolist()
        sql = f"""
            select distinct date, unnest(string_split(festival, ' + ')) as event from {GLD_CALENDAR.name}
            where is_festival and date <= $1 and list_contains($2::text[], country) order by all
        """
        return self.snapshot.query(sql, [GLD_CALENDAR], [last, seen])

    def _values(self, name: str) -> list[str]:
        table = GLD_DAILY_CELLS
        sql = f"select {_named(name)} as value from {table.name} group by 1 order by sum(net_revenue) desc, 1"
        return [str(value) for value in self.snapshot.query(sql, [table])["value"]]

    def _read_cells(self) -> pd.DataFrame:
        """Number the cells, and hold the day, the order and the cell of every line sold.

        Orders are told apart by 64 bits of their number, which for ten million orders leaves a chance of three in a
        million that any two are taken for one; a day's count is what the calendar is fitted to, never a total.
        """
        names = self.dimensions
        keys = ", ".join(f"{_named(name)} as {name}" for name in names)
        cells = f"""
            select *, row_number() over (order by {", ".join(names)})::int as cell
            from (select distinct {keys} from {GLD_FACT_ORDER_ITEMS.name})
        """
        days = f"""
            select transaction_date as date, hash(transaction_id) as transaction, cell
            from {GLD_FACT_ORDER_ITEMS.name} fact join sold_cells cells on {_same(names)} where not is_return_line
        """
        self.snapshot.derive("sold_cells", cells, [GLD_FACT_ORDER_ITEMS])
        self.snapshot.derive("sold_days", days, [GLD_FACT_ORDER_ITEMS])
        sql = """
            select cells.*, coalesce(sold.lines, 0) as lines
            from sold_cells cells left join (select cell, count(*) as lines from sold_days group by cell) sold
            using (cell) order by cell
        """
        return self.snapshot.query(sql, []).set_index("cell")

    def _read_pair(self, baseline: Period, period: Period) -> pd.DataFrame:
        names = [column for column in self.cells.columns if column != "lines"]
        sql = f"""
            with sold as (
                select transaction_date not between $1 and $2 as is_period,
                    coalesce(customer_id, 'order:' || transaction_id) as cluster,
                    customer_id is not null as customer_known,
                    transaction_id as transaction, cell, sum(if(is_return_line, 0, 1))::double as lines,
                    sum(if(is_return_line, 0, quantity))::double as quantity,
                    {", ".join(f"sum({name})::double as {name}" for name in AMOUNTS)}
                from {GLD_FACT_ORDER_ITEMS.name} fact join sold_cells cells on {_same(names)}
                where transaction_date between $1 and $2 or transaction_date between $3 and $4
                group by all
            )
            select * replace (
                dense_rank() over (order by cluster) - 1 as cluster,
                dense_rank() over (order by transaction) - 1 as transaction
            )
            from sold order by all
        """
        days = [baseline.first, baseline.last, period.first, period.last]
        rows = self.snapshot.query(sql, [GLD_FACT_ORDER_ITEMS], days)
        return rows.assign(period=rows.pop("is_period").map({False: "baseline", True: "period"}))


def _named(name: str) -> str:
    """A dimension of the fact, what is missing by its name."""
    return f"coalesce({name}, '{UNKNOWN}')"


def _same(names: list[str] | tuple[str, ...]) -> str:
    """That a line of the fact lies in a cell."""
    return " and ".join(f"{_named(f'fact.{name}')} = cells.{name}" for name in names)
