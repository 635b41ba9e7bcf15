"""What segments can differ in: orders, mix, and the factors of a line's revenue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.dimensions import Dimension
from models.attribution.lines import sells
from models.attribution.search.contrasts import Counts, Means
from models.attribution.search.segments import Leaves, Segments, enumerate_segments, leaves_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

USUAL_LINES = 100.0  # lines that the mean of a leaf's group is worth against the leaf's own


@dataclass(frozen=True)
class Tally:
    """Rows by leaf and block.

    Attributes:
        segments: The parts of the business over K leaves.
        leaf: Of each row, shape (rows,).
        block: Of each row, -1 for none.
        weight: What each row counts.
        blocks: How many blocks there are.
    """

    segments: Segments
    leaf: Codes
    block: Codes
    weight: Floats
    blocks: int

    @property
    def leaves(self) -> int:
        """How many leaves there are."""
        return int(self.segments.members.shape[1])

    def rows(self, segment: int, block: int) -> Codes:
        """The rows of a segment in a block, by position."""
        held = np.zeros(self.leaves, dtype=bool)
        held[self.segments.leaves(segment)] = True
        return np.flatnonzero(held[self.leaf] & (self.block == block))

    def worth(self, values: Floats) -> Floats:
        """What the rows of each segment bring in the baseline or the period, whichever is more, shape (S,)."""
        worth: Floats = (self.segments.members @ self.sums(values)[:, -2:]).max(axis=1)
        return worth

    def sums(self, values: Floats | None = None, kept: Flags | None = None) -> Floats:
        """Sums by leaf and block of the kept rows, or their number, shape (K, blocks)."""
        chosen = self.block >= 0 if kept is None else (self.block >= 0) & kept
        place = self.leaf[chosen] * self.blocks + self.block[chosen]
        weights = self.weight[chosen] if values is None else self.weight[chosen] * values[chosen]
        summed = np.bincount(place, weights, self.leaves * self.blocks).astype(float)
        return summed.reshape(self.leaves, self.blocks)


def tally(dimensions: Sequence[Dimension], rows: Codes, block: Codes, weight: Floats, blocks: int) -> Tally:
    """Some rows of the lines, with their blocks and weights, by the leaves of these dimensions."""
    chosen = [Dimension(d.name, d.values, d.codes[rows], d.of_orders, d.rare) for d in dimensions]
    leaves: Leaves = leaves_of(chosen, len(rows))
    compared = block >= blocks - 2
    counts = np.bincount(leaves.of_line[compared], minlength=leaves.size).astype(float)
    segments = enumerate_segments(chosen, leaves, counts)
    return Tally(segments, leaves.of_line, block, weight, blocks)


def volume(segments: Segments, orders: Floats) -> Counts:
    """Orders by leaf and block, against the orders of everywhere else."""
    return Counts(segments, segments.depth > 0, orders, np.zeros(segments.size, dtype=np.int64))


def mix(lines: Tally, sold: Flags) -> Counts:
    """Lines of a kind of product, against other lines of the same orders' segment."""
    segments = lines.segments
    return Counts(segments, ~segments.of_orders, lines.sums(kept=sold), segments.parent)


def lines_per_order(orders: Tally, lines: Floats) -> Means:
    """Lines of an order, relative to what is usual for its leaf."""
    return _means(
        orders, _relative(lines, _usual(orders, lines, np.zeros_like(orders.leaf))), np.ones(len(lines), bool)
    )


def line_means(table: pd.DataFrame, lines: Tally, dimensions: Sequence[Dimension]) -> Mapping[str, Means]:
    """Quantity, price, discount, whether there is one, and returns of a line, against what is usual for its leaf.

    Args:
        table: The lines' columns.
        lines: The same lines by leaf and block.
        dimensions: Of the lines; those of a line tell what kind of product it is.
    """
    group = _product_group(table, dimensions)
    sold = sells(table)
    priced = sold & (table["list_price"] > 0).to_numpy()
    price = np.log(np.where(priced, table["list_price"], 1.0))
    quantity, discount = table["quantity"].to_numpy(), table["discount_rate"].to_numpy()
    returned, discounted = table["is_returned"].to_numpy().astype(float), (discount > 0).astype(float)
    return {
        "quantity": _means(lines, _relative(quantity, _usual(lines, quantity, group, sold)), sold),
        "price": _means(lines, price - _usual(lines, price, group, priced), priced),
        "discount": _means(lines, discount - _usual(lines, discount, group, sold), sold),
        "discounted": _means(lines, discounted - _usual(lines, discounted, group, sold), sold),
        "returns": _against_expected(lines, returned, _usual(lines, returned, group, sold), sold),
    }


def _means(rows: Tally, values: Floats, kept: Flags) -> Means:
    segments = rows.segments
    known = kept & np.isfinite(values) & (rows.block >= 0)
    values = np.where(known, values, 0.0)
    apart = values[known] - values[known].mean() if known.any() else np.zeros(1)
    moments = float(np.mean(apart**2)), float(np.mean(apart**3))
    return Means(segments, segments.depth > 0, rows.sums(values, known), rows.sums(kept=known), *moments)


def _against_expected(rows: Tally, happened: Floats, usual: Floats, kept: Flags) -> Means:
    """What happens to few lines: how often against how often it was to be expected, which is what its noise goes by."""
    segments = rows.segments
    known = kept & (usual > 0) & (rows.block >= 0)
    expected = np.where(known, usual, 0.0)
    excess = np.where(known, happened - expected, 0.0)
    total = max(float(expected.sum()), np.finfo(float).tiny)
    moments = float((excess**2).sum()) / total, float((excess**3).sum()) / total
    return Means(segments, segments.depth > 0, rows.sums(excess, known), rows.sums(expected, known), *moments)


def _usual(rows: Tally, values: Floats, group: Codes, kept: Flags | None = None) -> Floats:
    """The mean of each row's leaf before the period, drawn towards its group's; NaN where neither has a past."""
    past = (rows.block >= 0) & (rows.block < rows.blocks - 1)
    past = past if kept is None else past & kept
    group_sums, group_counts = _by(group, values, past)
    sums, counts = _by(rows.leaf, values, past)
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = (group_sums / group_counts)[group]
    drawn: Floats = (sums[rows.leaf] + USUAL_LINES * usual) / (counts[rows.leaf] + USUAL_LINES)
    return drawn


def _by(key: Codes, values: Floats, kept: Flags) -> tuple[Floats, Floats]:
    size = int(key.max(initial=-1)) + 1
    sums, counts = np.bincount(key[kept], values[kept], size), np.bincount(key[kept], minlength=size)
    return sums.astype(float), counts.astype(float)


def _relative(values: Floats, usual: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        relative: Floats = values / usual - 1
    return np.where(usual > 0, relative, np.nan)


def _product_group(table: pd.DataFrame, dimensions: Sequence[Dimension]) -> Codes:
    """What kind of product, in which currency, each line is: what is usual for a leaf without a past."""
    group = table["currency"].cat.codes.to_numpy().astype(np.int64)
    for dimension in dimensions:
        if not dimension.of_orders:
            _, group = np.unique(group * (len(dimension.values) + 1) + dimension.codes + 1, return_inverse=True)
    return group
