"""The largest eigenvalues of a matrix, against its whole decomposition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn_modularity.clustering import eigenpairs


def symmetric(spectrum, seed=0):
    """A random symmetric matrix with these eigenvalues, and its eigenvectors in columns."""
    generator = np.random.default_rng(seed)
    vectors, _ = np.linalg.qr(generator.normal(size=(len(spectrum), len(spectrum))))
    return (vectors * spectrum) @ vectors.T, vectors


def largest(matrix, known, count):
    everywhere = np.ones(len(matrix), bool)
    return eigenpairs.largest(matrix.__matmul__, known, count, everywhere)


@given(
    spectrum=st.lists(
        st.tuples(st.sampled_from([0.9, 0.5, 0.2, 0.199, 0.01]), st.integers(1, 4)), max_size=6
    ),
    count=st.integers(1, 7),
    n_known=st.integers(0, 2),
    seed=st.integers(0, 2**20),
)
@settings(max_examples=80)
def test_repeated_eigenvalues_come_as_often_as_they_occur(spectrum, count, n_known, seed):
    values = [1.0] * n_known + [value for value, times in spectrum for _ in range(times)]
    values = np.array(values + [0.0] * (60 - len(values)))
    matrix, vectors = symmetric(values, seed)
    found, found_vectors = largest(matrix, vectors[:, :n_known].T, count)
    expected = np.sort(values[n_known:])[::-1][:count]
    np.testing.assert_allclose(found, expected, atol=1e-10)
    both = np.concatenate([vectors[:, :n_known].T, found_vectors])
    np.testing.assert_allclose(both @ both.T, np.eye(len(both)), atol=1e-7)
    residuals = found_vectors @ matrix - found[:, None] * found_vectors
    assert np.abs(residuals).max() <= 2e-6 * max(found[-1], 1e-2)


def test_the_same_matrix_gives_the_same_eigenvectors():
    matrix, _ = symmetric(np.repeat([1.0, 0.3, 0.0], [2, 3, 70]))
    first, second = (largest(matrix, np.empty((0, 75)), 4) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("n_known", [0, 1])
def test_looking_for_none_finds_none(n_known):
    values, vectors = largest(np.eye(5), np.eye(5)[:n_known], 0)
    assert values.shape == (0,)
    assert vectors.shape == (0, 5)
