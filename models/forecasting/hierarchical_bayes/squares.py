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
        place = np.zeros((count, count), np.intp)
        numbers = {np.zeros(rows, np.float32).tobytes(): 0}
        for column in range(count):
            products = (columns[:, column:] * columns[:, column, None] + 0.0).T  # there is a zero below zero
            for later, product in enumerate(products, column):
                number = numbers.setdefault(product.tobytes(), len(numbers))
                place[column, later] = place[later, column] = number
        distinct = np.frombuffer(b"".join(numbers), np.float32).reshape(-1, rows)
        return cls(np.ascontiguousarray(distinct.T), place)

    def weighted(self, weights: Singles) -> Singles:
        """X'WX for each diagonal of W, shape (series, rows); shape (series, columns, columns)."""
        return np.asarray((weights @ self.products)[:, self.place])
