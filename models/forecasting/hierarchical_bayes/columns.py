"""Columns of a design matrix with their names and families."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Matrix = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Columns:
    """Some columns of a design.

    Attributes:
        matrix: Shape (dates, columns), or (series, dates, columns) where series differ.
        names: Of the columns; each belongs to a component that is read and plotted as one.
        component: Which: level, season, weekday, an event, a covariate; one a column.
        family: Columns of one family have one variance, unless ``separate``; one a column.
        separate: Whether each column has a variance of its own.
    """

    matrix: Matrix
    names: tuple[str, ...]
    component: tuple[str, ...]
    family: tuple[str, ...]
    separate: Flags

    def __len__(self) -> int:
        return len(self.names)


def columns(matrix: Matrix, component: str, names: Sequence[str], *, separate: bool, family: str = "") -> Columns:
    """Columns of one component, and of one family unless they are ``separate``."""
    count = matrix.shape[-1]
    return Columns(
        matrix,
        tuple(names),
        (component,) * count,
        (family or component,) * count,
        np.full(count, separate),
    )


def joined(parts: Sequence[Columns]) -> Columns:
    """Several side by side."""
    return Columns(
        np.concatenate([part.matrix for part in parts], axis=-1),
        tuple(name for part in parts for name in part.names),
        tuple(name for part in parts for name in part.component),
        tuple(name for part in parts for name in part.family),
        np.concatenate([part.separate for part in parts]),
    )
