"""How clusterable weights are, as a number that training can lower, with its exact gradient.

The mean of eigenvalues 2 to k + 1 of the normalised Laplacian of a graph: 0 where it falls
into k + 1 parts. arXiv 2103.03386, section 4.
"""

from collections.abc import Sequence

import numpy as np

from nn_modularity.clustering import embeddings
from nn_modularity.graphs import layered


def mean_eigenvalue(kernels: Sequence[np.ndarray], k: int) -> tuple[float, list[np.ndarray]]:
    """Mean of eigenvalues 2 to k + 1, and its derivative by every weight.

    Parameters
    ----------
    kernels : sequence of arrays
        Of a chain of layers, in order: dense (n_in, n_out) or convolutions (height, width, n_in,
        n_out). Nodes of the graph are neurons and channels, as of `units: channels`: an edge is
        the sum of |w| over a kernel's places, and over the places that a dense layer takes of a
        channel.
    k : int
        Fewer than the nodes that have edges.

    Returns
    -------
    value : float
    gradients : list of arrays
        float32, of the kernels' shapes; 0 for weights that are 0, where |w| has no derivative.

    Notes
    -----
    With a unit eigenvector v of eigenvalue λ and u = v / √degree, ∂λ/∂A_ij = (u_i − u_j)² −
    λ (u_i² + u_j²): one outer expression a block, summed over eigenvectors. The mean is smooth
    while eigenvalue k + 2 is larger than k + 1; neurons without edges have no part in it.
    """
    by_place = _by_place(kernels)
    graph = layered.from_kernels([np.abs(each).sum(axis=0, dtype=np.float64) for each in by_place])
    rows, eigenvalues = embeddings.embedding(graph, k + 1)
    u, eigenvalues = rows[:, 1:], eigenvalues[1:]
    own = graph.by_layer(((u**2) @ (1 - eigenvalues) / k).astype(np.float32))
    u = graph.by_layer((u / np.sqrt(k)).astype(np.float32))
    gradients = []
    for layer, kernel in enumerate(by_place):
        by_edge = own[layer][:, None] + own[layer + 1] - 2 * u[layer] @ u[layer + 1].T
        gradients.append((np.sign(kernel) * by_edge).reshape(kernels[layer].shape))
    return float(eigenvalues.mean()), gradients


def _by_place(kernels: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Kernels as (places, n_before, n_after), so that each has the nodes of the one before."""
    found, width = [], kernels[0].shape[-2]
    for kernel in kernels:
        found.append(kernel.reshape(-1, width, kernel.shape[-1]))
        width = kernel.shape[-1]
    return found
