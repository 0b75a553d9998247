"""The largest eigenvalues of a symmetric matrix and their eigenvectors, compiled.

Lanczos iteration with full reorthogonalisation. Golub & Van Loan (2013), section 10.3.
"""

import numba
import numpy as np

FIRST_CHECK = 32
CHECK_EVERY = 8
TOLERANCE = 1e-6
"""Largest residual ‖Ax − θx‖ of an eigenpair, relative to the smallest eigenvalue wanted."""

_compiled = numba.njit(nogil=True, cache=True)


def largest(matrix: np.ndarray, known: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The largest eigenvalues beside those whose eigenvectors are known.

    Parameters
    ----------
    matrix : (n, n) float64
        Symmetric, positive semidefinite.
    known : (c, n) float64
        Orthonormal eigenvectors to leave out.
    count : int
        How many to find, at most n − c.

    Returns
    -------
    values : (count,) float64
        Descending.
    vectors : (count, n) float64
        Orthonormal, and orthogonal to `known`.

    Notes
    -----
    The start vector is fixed, so the result depends on the arguments alone. Of an eigenvalue that
    is exactly repeated, exact arithmetic would find one vector only, rounding brings the others.
    """
    if count == 0:
        return np.empty(0), np.empty((0, len(matrix)))
    start = np.random.default_rng(0).standard_normal(len(matrix))
    # A row without entries belongs to an isolated neuron, which stays out of the iteration.
    start[matrix.diagonal() == 0] = 0
    return _largest(matrix, np.ascontiguousarray(known), start, count)


@_compiled
def _largest(matrix, known, start, count):
    n_known, n = known.shape
    most = min(n - n_known, 40 * count + 200)
    basis = np.zeros((n_known + most + 1, n))
    basis[:n_known] = known
    diagonal = np.zeros(most)
    off_diagonal = np.zeros(most)
    _orthonormalise(start, basis[:n_known])
    basis[n_known] = start
    next_check = max(FIRST_CHECK, 2 * count)
    for step in range(most):
        found = basis[: n_known + step + 1]
        vector = np.dot(matrix, found[n_known + step])
        diagonal[step] = np.dot(found[n_known + step], vector)
        size = np.sqrt(np.dot(vector, vector))
        length = _orthonormalise(vector, found)
        if length <= 1e-14 * size or length < 1e-150:
            # An invariant subspace is complete: go on in what is left of the space.
            length = 0.0
            for i in range(n):
                vector[i] = np.cos(1.0 + i * (step + 2.0))
            _orthonormalise(vector, found)
        off_diagonal[step] = length
        basis[n_known + step + 1] = vector
        size_now = step + 1
        is_last = size_now == most
        if size_now == next_check or is_last:
            next_check += CHECK_EVERY
            values, rotation = _tridiagonal(diagonal[:size_now], off_diagonal[:size_now])
            wanted = rotation[:, size_now - count :]
            residual = length * np.abs(wanted[-1]).max()
            if residual <= TOLERANCE * max(values[size_now - count], 1e-12) or is_last:
                break
    vectors = np.dot(np.ascontiguousarray(wanted.T), basis[n_known : n_known + size_now])
    return values[size_now - count :][::-1].copy(), vectors[::-1].copy()


@_compiled
def _orthonormalise(vector, basis):
    """Make `vector` orthogonal to the rows of `basis` and of length 1; its length before that."""
    for _ in range(2):
        vector -= np.dot(np.dot(basis, vector), basis)
    length = np.sqrt(np.dot(vector, vector))
    vector /= length
    return length


@_compiled
def _tridiagonal(diagonal, off_diagonal):
    n = diagonal.size
    matrix = np.zeros((n, n))
    for i in range(n):
        matrix[i, i] = diagonal[i]
        if i > 0:
            matrix[i, i - 1] = off_diagonal[i - 1]
    return np.linalg.eigh(matrix)
