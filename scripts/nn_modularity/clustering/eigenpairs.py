"""The largest eigenvalues of a symmetric operator, repeated ones as often as they occur."""

from collections.abc import Callable

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

TOLERANCE = 1e-6
"""Largest residual ‖Ax − θx‖ of an eigenpair, relative to its eigenvalue."""

ROUGH, FEW = 1e-2, 12
"""The same, and the dimension of the Krylov space, where an eigenvalue need only be seen to be
smaller than those found."""

SHIFT = 1e-7
"""Added to all eigenvalues meanwhile, so that a tolerance relative to 0 asks for what can be."""

Operator = Callable[[np.ndarray], np.ndarray]


def largest(
    apply: Operator, known: np.ndarray, count: int, support: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The largest eigenvalues beside those whose eigenvectors are known.

    Parameters
    ----------
    apply : callable
        (n,) float64 → (n,) float64, a symmetric, positive semidefinite operator.
    known : (c, n) float64
        Orthonormal eigenvectors to leave out.
    count : int
        How many to find, fewer than n − c.
    support : (n,) bool
        Where eigenvectors of eigenvalues other than 0 can differ from 0.

    Returns
    -------
    values : (count,) float64
        Descending.
    vectors : (count, n) float64
        Orthonormal, and orthogonal to `known`.

    Notes
    -----
    Lanczos iteration from one vector sees one vector of an eigenvalue, however often the
    eigenvalue occurs. So what was found is taken out and one more looked for, until that is no
    larger than those found. Start vectors are fixed: the result depends on the arguments alone.
    Golub & Van Loan (2013), section 10.3.
    """
    if count == 0:
        return np.empty(0), np.empty((0, known.shape[1]))
    generator = np.random.default_rng(0)

    def search(found, count, tolerance, dimension=None):
        start = generator.standard_normal(support.size) * support
        return _lanczos(apply, found, count, tolerance, dimension, start, generator)

    values, vectors = search(known, count, TOLERANCE)
    while True:
        found = np.concatenate([known, vectors])
        (value,), (vector,) = search(found, 1, ROUGH, FEW)
        is_smaller = value * (1 + ROUGH) <= values[-1]
        if is_smaller or value + np.linalg.norm(apply(vector) - value * vector) <= values[-1]:
            return values, vectors
        (value,), (vector,) = search(found, 1, TOLERANCE)
        if value <= values[-1] * (1 + TOLERANCE):
            return values, vectors
        order = np.argsort([*-values[:-1], -value], kind="stable")
        values = np.array([*values[:-1], value])[order]
        vectors = np.array([*vectors[:-1], vector])[order]


def _lanczos(apply, known, count, tolerance, dimension, start, generator):
    def beside_the_known(vector):
        applied = apply(vector)
        applied += SHIFT * vector
        applied -= (known @ applied) @ known
        return applied

    operator = LinearOperator((start.size, start.size), matvec=beside_the_known, dtype=np.float64)
    start = start - (known @ start) @ known
    values, vectors = eigsh(
        operator, count, which="LA", ncv=dimension, v0=start, tol=tolerance, rng=generator
    )
    return values[::-1] - SHIFT, vectors.T[::-1]
