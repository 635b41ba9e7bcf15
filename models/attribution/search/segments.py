"""Every part of the business that a conjunction of dimensions names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.attribution.dimensions import LEAST_LINES, LEAST_SHARE, RARE, Dimension

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

DEEPEST = 3


@dataclass(frozen=True)
class Leaves:
    """The finest cells: every combination of values that occurs.

    Attributes:
        of_line: The leaf of each line, shape (lines,).
        codes: The values of K leaves by dimension, shape (D, K).
    """

    of_line: Codes
    codes: Codes

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return int(self.codes.shape[1])


@dataclass(frozen=True)
class Segments:
    """S conjunctions of up to three dimensions; the first is the whole business.

    Attributes:
        wheres: The values that name each.
        kind: Which set of dimensions names each, shape (S,); 0 is the empty set.
        sets: The dimensions of every kind, by position.
        members: Which leaves lie in it: ones, shape (S, K).
        of_orders: Whether only dimensions of whole orders name it, shape (S,).
        parent: The segment of its order dimensions alone, shape (S,); 0 where they do not name one.
    """

    wheres: tuple[dict[str, object], ...]
    kind: Codes
    sets: tuple[tuple[int, ...], ...]
    members: sparse.csr_array
    of_orders: Flags
    parent: Codes

    @property
    def size(self) -> int:
        """How many segments there are."""
        return len(self.wheres)

    @cached_property
    def depth(self) -> Codes:
        """How many dimensions name each, shape (S,)."""
        return np.array([len(self.sets[kind]) for kind in self.kind], dtype=np.int64)

    @cached_property
    def items(self) -> tuple[frozenset[tuple[str, object]], ...]:
        """What names each, as a set: a part of the business holds those that add to its names."""
        return tuple(frozenset(where.items()) for where in self.wheres)

    def leaves(self, segment: int) -> Codes:
        """The leaves of one segment."""
        start, end = self.members.indptr[segment : segment + 2]
        inside: Codes = self.members.indices[start:end]
        return inside


def leaves_of(dimensions: Sequence[Dimension], lines: int) -> Leaves:
    """The combinations of values that occur."""
    key = np.zeros(lines, dtype=np.int64)
    for dimension in dimensions:
        key = key * (len(dimension.values) + 1) + dimension.codes + 1
        key = np.unique(key, return_inverse=True)[1] if key.max(initial=0) > 2**40 else key
    _, first, of_line = np.unique(key, return_index=True, return_inverse=True)
    codes = np.array([dimension.codes[first] for dimension in dimensions], dtype=np.int64)
    return Leaves(of_line, codes.reshape(len(dimensions), len(first)))


def enumerate_segments(dimensions: Sequence[Dimension], leaves: Leaves, counts: Floats) -> Segments:
    """All conjunctions with enough lines; of several names for the same lines, the shortest.

    Args:
        dimensions: D of them.
        leaves: K of them.
        counts: Lines of both periods by leaf, shape (K,).
    """
    enough = min(counts.sum(), max(LEAST_LINES, LEAST_SHARE * counts.sum()))  # the whole is always one of them
    found: dict[bytes, tuple[tuple[int, ...], Codes]] = {}
    for chosen in _choices(len(dimensions)):
        for inside in _groups(leaves.codes[list(chosen)], counts, enough):
            found.setdefault(inside.tobytes(), (chosen, inside))
    return _assembled(dimensions, leaves, list(found.values()))


def _choices(dimensions: int) -> Iterator[tuple[int, ...]]:
    for depth in range(DEEPEST + 1):
        yield from combinations(range(dimensions), depth)


def _groups(codes: Codes, counts: Floats, enough: float) -> Iterator[Codes]:
    """The leaves of each combination of the chosen codes that has enough lines and no rare value."""
    frequent = np.flatnonzero((codes != RARE).all(axis=0))
    group = np.zeros(len(frequent), dtype=np.int64)
    for values in codes[:, frequent]:
        group = group * (values.max(initial=0) + 1) + values
    order = np.argsort(group, kind="stable")
    for inside in np.split(frequent[order], np.flatnonzero(np.diff(group[order])) + 1):
        if counts[inside].sum() >= enough:
            yield inside


def _assembled(dimensions: Sequence[Dimension], leaves: Leaves, found: list[tuple[tuple[int, ...], Codes]]) -> Segments:
    wheres = tuple(
        {dimensions[d].name: dimensions[d].values[leaves.codes[d, inside[0]]] for d in chosen}
        for chosen, inside in found
    )
    sets = tuple(dict.fromkeys(chosen for chosen, _ in found))
    ordered = {dimension.name for dimension in dimensions if dimension.of_orders}
    ends = np.cumsum([0, *(len(inside) for _, inside in found)])
    members = (np.ones(ends[-1]), np.concatenate([inside for _, inside in found]), ends)
    return Segments(
        wheres=wheres,
        kind=np.array([sets.index(chosen) for chosen, _ in found], dtype=np.int64),
        sets=sets,
        members=sparse.csr_array(members, shape=(len(found), leaves.size)),
        of_orders=np.array([set(where) <= ordered for where in wheres]),
        parent=_parents(wheres, ordered),
    )


def _parents(wheres: Sequence[dict[str, object]], ordered: set[str]) -> Codes:
    """The place of what the dimensions of whole orders alone name of each, 0 where that is no segment."""
    place = {frozenset(where.items()): i for i, where in enumerate(wheres)}
    names = (frozenset((k, v) for k, v in where.items() if k in ordered) for where in wheres)
    return np.array([place.get(name, 0) for name in names], dtype=np.int64)
