"""Gram matrices of the normalised biadjacency matrix of a layered graph."""

import numba
import numpy as np

from nn_modularity.graphs.layered import LayeredGraph

_compiled = numba.njit(nogil=True, cache=True)


def normalised(graph: LayeredGraph, of_odd: bool, inverse_root: np.ndarray) -> np.ndarray:
    """MᵀM of the odd side, or MMᵀ of the even side, M = D_e^-1/2 B D_o^-1/2.

    Parameters
    ----------
    graph : LayeredGraph
    of_odd : bool
    inverse_root : (n_neurons,) float64
        1 / √degree, 0 for isolated neurons.

    Returns
    -------
    (odd.size, odd.size) or (even.size, even.size) float64
    """
    side, other = (graph.odd, graph.even) if of_odd else (graph.even, graph.odd)
    if not graph.is_sparse:
        return _by_blocks(graph, int(of_odd), inverse_root)
    rows = graph.biadjacency if of_odd else graph.biadjacency.T.tocsr()
    return _by_rows(
        rows.indptr, rows.indices, rows.data, inverse_root[other] ** 2, inverse_root[side]
    )


def _by_blocks(graph, parity, inverse_root):
    """Products of neighbouring blocks: only layers at distance 0 or 2 share neighbours."""
    edges = np.concatenate([[0], np.cumsum(graph.widths)])
    blocks = [
        block * inverse_root[a:b, None] * inverse_root[None, b:c]
        for block, a, b, c in zip(graph.blocks, edges, edges[1:], edges[2:], strict=False)
    ]
    layers = range(parity, len(graph.widths), 2)
    starts = np.cumsum([0, *(graph.widths[layer] for layer in layers)])
    result = np.zeros((starts[-1], starts[-1]))
    for layer, start, stop in zip(layers, starts, starts[1:], strict=False):
        here = slice(start, stop)
        if layer > 0:
            before = blocks[layer - 1]
            result[here, here] += before.T @ before
        if layer < len(blocks):
            after = blocks[layer]
            result[here, here] += after @ after.T
        if layer + 1 < len(blocks):
            there = slice(stop, stop + graph.widths[layer + 2])
            result[here, there] = blocks[layer] @ blocks[layer + 1]
            result[there, here] = result[here, there].T
    return result


@_compiled
def _by_rows(indptr, indices, data, row_factors, column_roots):
    """Σ over rows of their outer products, of sparse rows with ascending columns."""
    n = column_roots.size
    result = np.zeros((n, n))
    # Unsigned indices spare the check for negative ones.
    columns = indices.view(np.uint32)
    for row in range(indptr.size - 1):
        for first in range(indptr[row], indptr[row + 1]):
            weight = data[first] * row_factors[row]
            target = result[columns[first]]
            for second in range(first, indptr[row + 1]):
                target[columns[second]] += weight * data[second]
    for i in range(n):
        for j in range(i, n):
            result[i, j] *= column_roots[i] * column_roots[j]
    for i in range(n):
        for j in range(i):
            result[i, j] = result[j, i]
    return result
