import numpy as np
import pytest

from models.forecasting.hierarchical_bayes.inverses import root_of_inverse


def definite(columns: int, matrices: int = 3) -> np.ndarray:
    factors = np.random.default_rng(columns).normal(size=(matrices, columns, 2 * columns))
    return factors @ factors.transpose(0, 2, 1) / columns


@pytest.mark.parametrize("columns", [1, 2, 50, 51, 197])
def test_a_root_times_itself_is_the_inverse_and_a_triangle(columns):
    matrices = definite(columns)
    roots = root_of_inverse(matrices.astype(np.float32))
    np.testing.assert_allclose(roots.transpose(0, 2, 1) @ roots, np.linalg.inv(matrices), rtol=1e-3, atol=2e-5)
    assert not np.triu(roots, 1).any()


def test_what_single_precision_takes_for_singular_is_factored_in_double():
    matrices = definite(197, 4)
    matrices[2] = 1 + np.eye(197) * 2**-22
    single = matrices.astype(np.float32)
    assert np.linalg.cond(single[2].astype(float)) > 1e8
    for matrix, root in zip(matrices, root_of_inverse(single).astype(float), strict=True):
        np.testing.assert_allclose(root @ matrix @ root.T, np.eye(197), atol=1e-3)


def test_a_matrix_that_is_not_positive_definite_is_an_error():
    matrices = definite(60)
    matrices[1, 59, 59] = -1
    with pytest.raises(np.linalg.LinAlgError):
        root_of_inverse(matrices.astype(np.float32))


def test_neighbours_of_a_matrix_do_not_matter():
    matrices = definite(197, 5).astype(np.float32)
    whole = root_of_inverse(matrices)
    np.testing.assert_array_equal(root_of_inverse(matrices[3:4]), whole[3:4])
