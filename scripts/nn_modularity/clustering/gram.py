"""Gram matrices of the normalised biadjacency matrix of a layered graph."""

from itertools import pairwise

import numpy as np

from nn_modularity.graphs.layered import LayeredGraph


def normalised(graph: LayeredGraph, of_odd: bool, inverse_root: np.ndarray) -> np.ndarray:
    """MᵀM of the odd side, or MMᵀ of the even side, M = D_e^-1/2 B D_o^-1/2.

    Only layers at distance 0 or 2 share neighbours, so it is made of products of neighbouring
    blocks.

    Parameters
    ----------
    graph : LayeredGraph
        Its blocks are matrices.
    of_odd : bool
    inverse_root : (n_neurons,) float64
        1 / √degree, 0 for isolated neurons.

    Returns
    -------
    (odd.size, odd.size) or (even.size, even.size) float32
    """
    scales = graph.by_layer(inverse_root)
    blocks = [
        (_dense(block) * before[:, None] * after).astype(np.float32)
        for block, (before, after) in zip(graph.blocks, pairwise(scales), strict=True)
    ]
    layers = range(int(of_odd), len(graph.widths), 2)
    starts = np.cumsum([0, *(graph.widths[layer] for layer in layers)])
    result = np.zeros((starts[-1], starts[-1]), np.float32)
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


def _dense(block):
    return block if isinstance(block, np.ndarray) else block.toarray()
