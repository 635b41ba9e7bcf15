"""What a table promises: its columns, keys, grain and invariants, as frozen data."""

from dataclasses import dataclass, field, replace
from typing import Literal

Layer = Literal["bronze", "silver", "gold", "ops"]


@dataclass(frozen=True)
class Column:
    """One column: its Spark type and, in ``comment``, its meaning and unit."""

    name: str
    type: str
    comment: str
    required: bool = False
    personal: bool = False
    volatile: bool = False


@dataclass(frozen=True)
class Invariant:
    """A Spark SQL condition that holds for every row (an unknown result counts as held)."""

    name: str
    condition: str


@dataclass(frozen=True)
class Expectation:
    """A number that one SQL query over the refined tables gives, and above which it warns or stops the run.

    In the query, ``{month}`` stands for the condition that this column is among the months to look at.

    Where the query gives null, the data cannot tell.
    """

    table: str
    name: str
    meaning: str
    sql: str
    warn: float | None = None
    stop: float | None = None


@dataclass(frozen=True)
class Table:
    """The contract of one Delta table; ``name`` is unique over all layers.

    Maintenance sorts the rows of a partition by the columns of ``cluster_by``.
    """

    layer: Layer
    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    invariants: tuple[Invariant, ...] = field(default=())
    partition_by: tuple[str, ...] = field(default=())
    cluster_by: tuple[str, ...] = field(default=())

    def holding(self, invariant: Invariant) -> "Table":
        """The contract with ``invariant`` in place of the one of its name."""
        others = tuple(each for each in self.invariants if each.name != invariant.name)
        return replace(self, invariants=(*others, invariant))

    @property
    def full_name(self) -> str:
        """The name in SQL, ``layer.table``."""
        return f"{self.layer}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def comparable_columns(self) -> tuple[str, ...]:
        """The columns that two equal tables share: all but the volatile ones."""
        return tuple(column.name for column in self.columns if not column.volatile)
