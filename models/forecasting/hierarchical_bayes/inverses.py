"""Inverses of many small symmetric positive definite matrices, as roots: in single precision, and fit for threads."""

import numpy as np
from scipy.linalg import lapack

from models.forecasting.hierarchical_bayes.squares import Singles

LEAF = 50
"""Columns up to which a matrix is factored whole; larger ones are products, which threads compute beside each other."""


def root_of_inverse(matrices: Singles) -> Singles:
    """What times itself, transposed first, is the inverse of each matrix: a lower triangle.

    By halves: with the root of the first half's inverse, what is left of the second half is its Schur complement.
    Where single precision takes a matrix for singular, it is factored in double precision.

    Args:
        matrices: Symmetric and positive definite, shape (matrices, columns, columns).

    Raises:
        numpy.linalg.LinAlgError: Where one is not positive definite in double precision either.
    """
    roots = _roots(matrices)
    failed = ~np.isfinite(roots[:, -1, -1])
    if failed.any():
        factors = np.linalg.cholesky(matrices[failed].astype(np.float64))
        roots[failed] = [lapack.dtrtri(factor, lower=1)[0] for factor in factors]
    return roots


def _roots(matrices: Singles) -> Singles:
    """NaN in the last row of those that failed."""
    half = matrices.shape[1] // 2
    if matrices.shape[1] <= LEAF:
        return _leaves(matrices)
    first = _roots(matrices[:, :half, :half])
    across = np.matmul(matrices[:, half:, :half], first.transpose(0, 2, 1))
    second = _roots(matrices[:, half:, half:] - np.matmul(across, across.transpose(0, 2, 1)))
    roots = np.zeros_like(matrices)
    roots[:, :half, :half], roots[:, half:, half:] = first, second
    np.matmul(np.matmul(-second, across), first, out=roots[:, half:, :half])
    return roots


def _leaves(matrices: Singles) -> Singles:
    roots = np.empty_like(matrices)
    for matrix, root in zip(matrices, roots, strict=True):
        factor, failed = lapack.spotrf(matrix.T)
        root[:] = np.nan if failed else lapack.strtri(factor, overwrite_c=True)[0].T
    return roots
