"""Where spectral clustering puts a graph's neurons: the rows that k-means gets.

The graph is bipartite (even layers, odd layers), so the leading eigenvectors of its normalised
adjacency matrix D^-1/2 A D^-1/2, which are the smallest of its normalised Laplacian, are pairs of
singular vectors of M = D_e^-1/2 B D_o^-1/2. They come from the Gram matrix of M's smaller side.
Shi & Malik (2000); Dhillon (2001).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph
from scipy.sparse.linalg import LinearOperator, eigsh

from nn_modularity.clustering import gram, lanczos
from nn_modularity.errors import StudyError
from nn_modularity.graphs.layered import LayeredGraph

SMALL = 200
"""Graphs of up to this many neurons are decomposed whole."""

LARGEST_GRAM = 4000
"""Above this many neurons on the smaller side, M is applied instead of its Gram matrix."""

CONNECTED_BELOW = 1 - 1e-9
"""A second singular value of M above this says that the graph falls apart."""

SMALLEST_SQUARE = 1e-7
"""Squares of singular values below this are too uncertain; the graph is decomposed whole."""


def embedding(graph: LayeredGraph, k: int) -> tuple[np.ndarray, np.ndarray]:
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


def spectrum(graph: LayeredGraph) -> np.ndarray:
    """All eigenvalues of the normalised Laplacian of the neurons that have edges, ascending.

    Symmetric around 1, as the graph is bipartite.
    """
    has_edges = ~graph.isolated
    degrees = graph.degrees
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
    known = _known(graph, np.zeros(graph.n_neurons, np.int64), 1)
    n_with_edges = np.count_nonzero(inverse_root)
    side = min(graph.even, graph.odd, key=len)
    if n_with_edges <= SMALL or np.count_nonzero(inverse_root[side]) < k:
        return _whole(graph, k, inverse_root, _known(graph, *_components(graph, k)))
    find = _finder(graph, side, inverse_root)
    squares, halves = find(known[:, side] * np.sqrt(2), k - 1)
    if k > 1 and squares[0] > CONNECTED_BELOW:
        known = _known(graph, *_components(graph, k))
        squares, halves = find(known[:, side] * np.sqrt(2), k - len(known))
    if squares.size and squares[-1] < SMALLEST_SQUARE:
        return _whole(graph, k, inverse_root, known)
    vectors = np.zeros((graph.n_neurons, k))
    vectors[:, : len(known)] = known.T
    vectors[side, len(known) :] = halves.T / np.sqrt(2)
    values = np.sqrt(np.minimum(squares, 1.0))
    other = _neighbours(graph, inverse_root, vectors[:, len(known) :], side[0] > 0)
    vectors[:, len(known) :] += other / values
    return np.concatenate([np.ones(len(known)), values]), vectors


def _known(graph, groups, n_groups):
    """Orthonormal eigenvectors of eigenvalue 1, (n_groups, n_neurons); the first is √degree.

    `groups` numbers unions of connected components.
    """
    indicators = np.zeros((n_groups, graph.n_neurons))
    indicators[groups, np.arange(graph.n_neurons)] = np.sqrt(graph.degrees)
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
    adjacency = graph.adjacency()
    n_components, component = csgraph.connected_components(adjacency, directed=False)
    volumes = np.bincount(component, weights=graph.degrees, minlength=n_components)
    rank = np.empty(n_components, np.int64)
    rank[np.argsort(-volumes, kind="stable")] = np.arange(n_components)
    n_groups = max(1, min(k, np.count_nonzero(volumes)))
    return np.minimum(rank, n_groups - 1)[component], n_groups


def _finder(graph, side, inverse_root) -> Callable:
    """A function (known, count) → the largest squared singular values of M, vectors of a side."""
    if len(side) <= LARGEST_GRAM:
        matrix = gram.normalised(graph, side[0] > 0, inverse_root)
        return lambda known, count: lanczos.largest(matrix, known, count)
    half = graph.biadjacency if side[0] > 0 else graph.biadjacency.T.tocsr()
    other = graph.even if side[0] > 0 else graph.odd
    half = sparse.diags_array(inverse_root[other]) @ half @ sparse.diags_array(inverse_root[side])
    back = half.T.tocsr()

    def find(known, count):
        if count == 0:
            return np.empty(0), np.empty((0, len(side)))

        def apply(vector):
            return back @ (half @ vector) - known.T @ (known @ vector)

        operator = LinearOperator((len(side), len(side)), matvec=apply, dtype=np.float64)
        start = np.random.default_rng(0).standard_normal(len(side)) * (inverse_root[side] > 0)
        values, vectors = eigsh(operator, k=count, which="LA", v0=start, tol=lanczos.TOLERANCE)
        return values[::-1], vectors.T[::-1]

    return find


def _whole(graph, k, inverse_root, known):
    """The same as `_leading` by the decomposition of the whole normalised adjacency matrix."""
    has_edges = inverse_root > 0
    matrix = graph.adjacency().toarray()[np.ix_(has_edges, has_edges)]
    matrix *= inverse_root[has_edges][:, None] * inverse_root[has_edges]
    # Known vectors move from eigenvalue 1 to below all others, −2.
    matrix -= 3 * known[:, has_edges].T @ known[:, has_edges]
    last = matrix.shape[0] - 1
    values = np.ones(k)
    vectors = np.zeros((graph.n_neurons, k))
    vectors[:, : len(known)] = known.T
    if k > len(known):
        found, rest = linalg.eigh(matrix, subset_by_index=(last - (k - len(known)) + 1, last))
        values[len(known) :] = found[::-1]
        vectors[has_edges, len(known) :] = rest[:, ::-1]
    return values, vectors


def _neighbours(graph, inverse_root, vectors, of_odd):
    """Normalised adjacency matrix times vectors (n_neurons, …) that are 0 on the other side."""
    scaled = vectors * inverse_root[:, None]
    if graph.is_sparse:
        result = np.zeros_like(scaled)
        if of_odd:
            result[graph.even] = graph.biadjacency @ scaled[graph.odd]
        else:
            result[graph.odd] = graph.biadjacency.T @ scaled[graph.even]
        return result * inverse_root[:, None]
    by_layer = graph.by_layer(scaled)
    result = [np.zeros_like(part) for part in by_layer]
    for layer, block in enumerate(graph.blocks):
        if (layer % 2 == 1) == of_odd:
            result[layer + 1] += block.T @ by_layer[layer]
        else:
            result[layer] += block @ by_layer[layer + 1]
    return np.concatenate(result) * inverse_root[:, None]
