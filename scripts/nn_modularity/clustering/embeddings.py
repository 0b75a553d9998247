"""Where spectral clustering puts a graph's neurons: the rows that k-means gets.

They are the leading eigenvectors of the normalised adjacency matrix D^-1/2 A D^-1/2, which are
the smallest of the normalised Laplacian. A chain of layers is bipartite (even layers, odd layers):
there they are pairs of singular vectors of M = D_e^-1/2 B D_o^-1/2. Where skips make odd cycles the
matrix itself is decomposed. Shi & Malik (2000); Dhillon (2001).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numba
import numpy as np
from scipy import linalg, sparse

from nn_modularity.clustering import eigenpairs, gram
from nn_modularity.errors import StudyError
from nn_modularity.graphs.layered import LayeredGraph
from nn_modularity.graphs.unit_graph import UnitGraph

Graph = LayeredGraph | UnitGraph

SMALL = 100
"""With up to this many neurons on a side, M is decomposed whole; twice as many, a whole graph."""

LARGEST_GRAM = 1000
"""Up to this many neurons on the smaller side of a graph of dense layers, MᵀM is made."""

CONNECTED_BELOW = 1 - 1e-9
"""A second singular value of M above this says that the graph falls apart."""

SMALLEST = 3e-4
"""Singular values below this can't be told from 0 by their squares, as iteration sees them."""

SMALLEST_WHOLE = 1e-12
"""The same where M is decomposed whole."""


def embedding(graph: Graph, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows for k-means: the k smallest eigenvectors of the normalised Laplacian over √degree.

    Returns
    -------
    rows : (n_neurons, k) float64
        The first column is constant; 0 for isolated neurons. The same subspace and scale as
        scikit-learn's ``spectral_embedding(drop_first=False)``.
    eigenvalues : (k,) float64
        Ascending.

    Raises
    ------
    StudyError
        If fewer than k neurons have edges.

    Notes
    -----
    Of a graph of c components the eigenvalue 0 has c vectors, which are known: combinations of
    the components' indicators. If c > k, the k − 1 components of largest volume count singly and
    the others as one.
    """
    degrees, has_edges = graph.degrees, ~graph.isolated
    if has_edges.sum() < k:
        raise StudyError(
            f"clustering: found {has_edges.sum()} neurons with edges, expected at least "
            f"k = {k}. Ask for fewer clusters, or look why so many weights are zero."
        )
    inverse_root = np.zeros(graph.n_neurons)
    inverse_root[has_edges] = degrees[has_edges] ** -0.5
    values, vectors = _leading(graph, k, inverse_root)
    return vectors * inverse_root[:, None], np.clip(1 - values, 0, 2)


def spectrum(graph: Graph) -> np.ndarray:
    """All eigenvalues of the normalised Laplacian of the neurons that have edges, ascending.

    Symmetric around 1 where the graph is bipartite.
    """
    has_edges = ~graph.isolated
    degrees = graph.degrees
    if not graph.is_bipartite:
        matrix = graph.adjacency()[has_edges][:, has_edges].toarray()
        matrix /= np.sqrt(degrees[has_edges])[:, None] * np.sqrt(degrees[has_edges])
        return np.clip(np.sort(1 - linalg.eigvalsh(matrix)), 0, 2)
    rows, columns = graph.even[has_edges[graph.even]], graph.odd[has_edges[graph.odd]]
    if rows.size == 0:
        raise StudyError("spectrum: found only zero weights, expected a graph with edges.")
    matrix = graph.biadjacency[has_edges[graph.even]][:, has_edges[graph.odd]].toarray()
    matrix /= np.sqrt(degrees[rows])[:, None] * np.sqrt(degrees[columns])
    singular = linalg.svdvals(matrix)
    ones = np.ones(abs(rows.size - columns.size))
    return np.clip(np.sort(np.concatenate([1 - singular, ones, 1 + singular])), 0, 2)


def _leading(graph, k, inverse_root):
    """The k largest eigenvalues of the normalised adjacency, eigenvectors (n_neurons, k)."""
    has_edges = inverse_root > 0
    find = _finder(graph, k, inverse_root)
    known = _known(graph, np.zeros(graph.n_neurons, np.int64), 1)
    values, vectors = find(known, k - 1)
    if values.size and values[0] > CONNECTED_BELOW:
        known = _known(graph, *_components(graph, k))
        values, vectors = find(known, k - len(known))
    values, vectors = np.append(np.ones(len(known)), values), np.concatenate([known, vectors])
    n_left = k - len(values)
    if n_left:
        values = np.append(values, np.zeros(n_left))
        vectors = np.concatenate([vectors, _of_eigenvalue_0(vectors, n_left, graph, has_edges)])
    return values, vectors.T


def _known(graph, groups, n_groups):
    """Orthonormal eigenvectors of eigenvalue 1, (n_groups, n_neurons); the first is √degree.

    `groups` numbers unions of connected components.
    """
    indicators = np.zeros((n_groups, graph.n_neurons))
    indicators[groups, np.arange(graph.n_neurons)] = np.sqrt(graph.degrees * ~graph.isolated)
    lengths = np.linalg.norm(indicators, axis=1)
    if n_groups == 1:
        return indicators / lengths[0]
    # A reflection that takes the first axis to √degree, seen in the basis of the indicators.
    mirror = lengths / np.linalg.norm(lengths)
    mirror[0] -= 1
    mirror /= np.linalg.norm(mirror)
    rotation = np.eye(n_groups) - 2 * np.outer(mirror, mirror)
    return rotation @ (indicators / lengths[:, None])


def _components(graph, k):
    """Connected component of every neuron, largest volume first, at most k of them."""
    component = graph.components
    volumes = np.bincount(component, weights=graph.degrees * ~graph.isolated)
    rank = np.empty(volumes.size, np.int64)
    rank[np.argsort(-volumes, kind="stable")] = np.arange(volumes.size)
    n_groups = max(1, min(k, np.count_nonzero(volumes)))
    return np.minimum(rank, n_groups - 1)[component], n_groups


@dataclass(frozen=True)
class _Normalised:
    """M of a graph, from its side with fewer neurons to the other.

    Attributes
    ----------
    side, other : (n,), (m,) int
        The neurons of the two sides.
    there : callable
        Products with M, (n, …) → (m, …).
    square : callable
        Products with MᵀM, (n,) → (n,), for iteration: in float32 where edges aren't listed.
    """

    side: np.ndarray
    other: np.ndarray
    there: Callable[[np.ndarray], np.ndarray]
    square: Callable[[np.ndarray], np.ndarray]

    @classmethod
    def of(cls, graph, of_odd, inverse_root):
        side, other = (graph.odd, graph.even) if of_odd else (graph.even, graph.odd)
        before, after = inverse_root[side], inverse_root[other]
        if graph.is_sparse:
            half = graph.biadjacency if of_odd else graph.biadjacency.T
            half = _scaled(half.tocsr(), after, before)
            return cls(side, other, half.__matmul__, partial(_square, *_arrays(half)))
        sums = (graph.sums_at_even, graph.sums_at_odd)
        there, back = sums if of_odd else reversed(sums)
        squares = np.float32(after**2)
        square = _between(lambda values: back(squares * there(values)), *2 * [np.float32(before)])
        return cls(side, other, _between(there, before, after), _rounded(square))


def _arrays(matrix):
    # Unsigned, so that no compiled loop looks whether an index counts from the end.
    unsigned = f"u{matrix.indices.itemsize}"
    return matrix.data, matrix.indices.view(unsigned), matrix.indptr.view(unsigned)


@numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract", "nsz"})
def _square(data, indices, indptr, vector):
    """AᵀA @ vector of a CSR matrix A, row by row: each is read once."""
    result = np.zeros_like(vector)
    for row in range(indptr.size - 1):
        total = 0.0
        for entry in range(indptr[row], indptr[row + 1]):
            total += data[entry] * vector[indices[entry]]
        for entry in range(indptr[row], indptr[row + 1]):
            result[indices[entry]] += data[entry] * total
    return result


def _rounded(apply):
    """Products of float64 vectors by way of float32."""
    return lambda vector: np.float64(apply(np.float32(vector)))


def _between(sums, before, after):
    """Sums over neighbours between values that are scaled before and after."""
    return lambda values: (after * sums((before * values.T).T).T).T


def _scaled(matrix, rows, columns):
    """Rows and columns of a CSR matrix multiplied by a factor each."""
    data = matrix.data * np.repeat(rows, np.diff(matrix.indptr)) * columns[matrix.indices]
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


# A finder takes (known, count) and gives the largest eigenvalues beside those of the known
# eigenvectors, and their eigenvectors (…, n_neurons); fewer than `count` where the others are 0.
# An eigenvector is a pair of M's singular vectors, each of length √½.


def _finder(graph, k, inverse_root):
    has_edges = inverse_root > 0
    if not graph.is_bipartite:
        return _of_any_graph(graph, k, inverse_root)
    of_odd = np.count_nonzero(has_edges[graph.odd]) <= np.count_nonzero(has_edges[graph.even])
    matrix = _Normalised.of(graph, of_odd, inverse_root)
    is_small = np.count_nonzero(has_edges[matrix.side]) <= max(SMALL, 2 * k)
    if is_small:
        return _by_decomposition(matrix, inverse_root)
    return _by_iteration(graph, matrix, inverse_root)


def _of_any_graph(graph, k, inverse_root):
    has_edges = inverse_root > 0
    if graph.is_sparse:
        apply = _scaled(graph.adjacency(), inverse_root, inverse_root).__matmul__
    else:
        apply = _between(graph.sums, inverse_root, inverse_root)
    rough = apply if graph.is_sparse else _between(graph.sums, *2 * [np.float32(inverse_root)])

    def decompose(known, count):
        with_edges = np.flatnonzero(has_edges)
        unit = np.zeros((has_edges.size, with_edges.size))
        unit[with_edges, np.arange(with_edges.size)] = 1
        # Known vectors move from eigenvalue 1 to below all others, −2.
        whole = apply(unit)[with_edges] - 3 * known[:, with_edges].T @ known[:, with_edges]
        last = len(whole) - 1
        vectors = np.zeros((count, graph.n_neurons))
        if not count:
            return np.empty(0), vectors
        values, found = linalg.eigh(whole, subset_by_index=(last - count + 1, last))
        vectors[:, with_edges] = found.T[::-1]
        return values[::-1], vectors

    def iterate(known, count):
        # Eigenvalues are between −1 and 1; one more makes none negative.
        _, vectors = eigenpairs.largest(
            _rounded(lambda vector: rough(vector) + vector), known, count, has_edges
        )
        values, turn = linalg.eigh(vectors @ apply(vectors.T))
        return values[::-1], (turn.T @ vectors)[::-1]

    return decompose if np.count_nonzero(has_edges) <= 2 * max(SMALL, 2 * k) else iterate


def _by_decomposition(matrix, inverse_root):
    with_edges = np.flatnonzero(inverse_root[matrix.side])
    unit = np.zeros((matrix.side.size, with_edges.size))
    unit[with_edges, np.arange(with_edges.size)] = 1
    whole = matrix.there(unit)

    def find(known, count):
        rest = whole - 2 * known[:, matrix.other].T @ known[:, matrix.side[with_edges]]
        left, values, right = linalg.svd(rest, full_matrices=False)
        n_found = min(count, np.count_nonzero(values > SMALLEST_WHOLE))
        right = right[:n_found] @ unit.T
        return values[:n_found], _joined(matrix, right, left.T[:n_found])

    return find


def _by_iteration(graph, matrix, inverse_root):
    support = inverse_root[matrix.side] > 0
    square = matrix.square
    if not graph.is_sparse and graph.has_matrices and matrix.side.size <= LARGEST_GRAM:
        square = _rounded(gram.normalised(graph, matrix.side[0] > 0, inverse_root).__matmul__)

    def find(known, count):
        _, found = eigenpairs.largest(square, known[:, matrix.side] * np.sqrt(2), count, support)
        # The span is found by iteration; singular values and vectors within it, exactly.
        left, values, turn = linalg.svd(matrix.there(found.T), full_matrices=False)
        is_found = values > SMALLEST
        right = turn[is_found] @ found
        return np.minimum(values[is_found], 1), _joined(matrix, right, left.T[is_found])

    return find


def _joined(matrix, right, left):
    vectors = np.empty((len(right), matrix.side.size + matrix.other.size))
    vectors[:, matrix.side], vectors[:, matrix.other] = right, left
    return vectors / np.sqrt(2)


def _of_eigenvalue_0(vectors, count, graph, has_edges):
    """Some orthonormal eigenvectors of eigenvalue 0, (count, n_neurons), given all others."""
    singular = np.zeros((2, *vectors.shape))
    for half, side in zip(singular, (graph.even, graph.odd), strict=True):
        half[:, side] = vectors[:, side] * np.sqrt(2)
    singular = singular.reshape(-1, graph.n_neurons)
    rest = np.random.default_rng(0).standard_normal((count, graph.n_neurons)) * has_edges
    for _ in range(2):
        rest -= (rest @ singular.T) @ singular
    return np.linalg.qr(rest.T)[0].T
