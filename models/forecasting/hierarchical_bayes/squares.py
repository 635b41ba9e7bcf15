"""The weighted squares X'WX of columns that many series share, each series with weights W of its own.

X'WX holds the sums of W times the product of each pair of columns. The products are the same for all series, so that
all sums are one matrix product. Few of them differ: most pairs of seasonal hats are nowhere both above zero, and of
the nested steps of a level one product serves many pairs.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.forecasting.panel import Integers

Singles = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Squares:
    """The products of all pairs of some columns.

    Attributes:
        products: Each product once, shape (rows, products).
        place: Which of them belongs to a pair, shape (columns, columns).
    """

    products: Singles
    place: Integers

    @classmethod
    def of(cls, columns: Singles) -> "Squares":
        """The products of ``columns``, shape (rows, columns)."""
        rows, count = columns.shape
        found, later, earlier = [np.zeros((1, rows), np.float32)], [], []
        for column in range(count):
            products = columns[:, column:] * columns[:, column, None]
            kept = np.flatnonzero(products.any(axis=0))
            found.append(products[:, kept].T)
            later.append(column + kept)
            earlier.append(np.full(len(kept), column))
        stacked = np.concatenate(found)
        as_bytes = stacked.view(np.dtype((np.void, stacked.itemsize * rows)))[:, 0]
        _, firsts, product = np.unique(as_bytes, return_index=True, return_inverse=True)
        place = np.full((count, count), product[0])
        pair = (np.concatenate(later), np.concatenate(earlier))
        place[pair] = place[pair[::-1]] = product[1:]
        return cls(np.ascontiguousarray(stacked[firsts].T), place)

    def weighted(self, weights: Singles) -> Singles:
        """X'WX for each diagonal of W, shape (series, rows); shape (series, columns, columns)."""
        return np.asarray((weights @ self.products)[:, self.place])
