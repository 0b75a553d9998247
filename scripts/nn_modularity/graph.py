"""The layered weighted graph of a network: a node a neuron, an edge weight |w|.

Biases are ignored. Consecutive layers are joined by a block of absolute weights, so the graph is
bipartite: neurons of even layers meet only neurons of odd layers. arXiv 2003.04881, section 2.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from nn_modularity.errors import StudyError
from nn_modularity.weights import Network

Block = np.ndarray | sparse.csr_array

SPARSE_BELOW = 0.2
"""Share of non-zero weights between even and odd layers below which a graph counts as sparse."""


@dataclass(frozen=True, eq=False)
class LayeredGraph:
    """Absolute weights between consecutive layers of neurons.

    Parameters
    ----------
    blocks : tuple of (widths[i], widths[i + 1]) float64 arrays, dense or CSR
        ``blocks[i][a, b]`` is the weight of the edge between neuron ``a`` of layer ``i`` and
        neuron ``b`` of layer ``i + 1``; never negative.

    Notes
    -----
    Neurons are numbered layer by layer, inputs first; arrays "(n_neurons,)" follow that order.
    """

    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        if not self.blocks:
            raise StudyError("graph: found no weight matrix, expected at least one.")
        for index, (left, right) in enumerate(zip(self.blocks, self.blocks[1:], strict=False)):
            if left.shape[1] != right.shape[0]:
                raise StudyError(
                    f"graph: block {index} ends in {left.shape[1]} neurons, block {index + 1} "
                    f"starts from {right.shape[0]}; expected the same number. "
                    "Check the order of the network's layers."
                )

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Number of neurons in each layer, the inputs' first."""
        return (self.blocks[0].shape[0], *(block.shape[1] for block in self.blocks))

    @property
    def n_neurons(self) -> int:
        """Number of neurons in all layers, isolated ones included."""
        return sum(self.widths)

    @cached_property
    def layer_of(self) -> np.ndarray:
        """(n_neurons,) int64, the layer of every neuron."""
        return np.repeat(np.arange(len(self.widths)), self.widths)

    @cached_property
    def degrees(self) -> np.ndarray:
        """(n_neurons,) float64, the sum of the weights at every neuron."""
        degrees = [np.zeros(width) for width in self.widths]
        for layer, block in enumerate(self.blocks):
            degrees[layer] += block.sum(axis=1)
            degrees[layer + 1] += block.sum(axis=0)
        return np.concatenate(degrees)

    @property
    def isolated(self) -> np.ndarray:
        """(n_neurons,) bool, True for neurons without an edge."""
        return self.degrees == 0

    @cached_property
    def even(self) -> np.ndarray:
        """Numbers of the neurons in even layers: the rows of the biadjacency matrix."""
        return np.flatnonzero(self.layer_of % 2 == 0)

    @cached_property
    def odd(self) -> np.ndarray:
        """Numbers of the neurons in odd layers: the columns of the biadjacency matrix."""
        return np.flatnonzero(self.layer_of % 2 == 1)

    @cached_property
    def is_sparse(self) -> bool:
        """Whether so few weights are not zero that sparse arithmetic is faster."""
        n_edges = sum(
            block.nnz if sparse.issparse(block) else np.count_nonzero(block)
            for block in self.blocks
        )
        return n_edges < SPARSE_BELOW * self.even.size * self.odd.size

    @cached_property
    def biadjacency(self) -> sparse.csr_array:
        """(even.size, odd.size) weights between even and odd layers.

        With the neurons ordered (even, odd) the adjacency matrix is [[0, B], [Bᵀ, 0]].
        """
        place = np.empty(self.n_neurons, np.int64)
        place[self.even] = np.arange(self.even.size)
        place[self.odd] = np.arange(self.odd.size)
        starts = place[np.cumsum([0, *self.widths[:-1]])]
        rows, columns, weights = [], [], []
        for layer, block in enumerate(self.blocks):
            edges = sparse.coo_array(block)
            left, right = edges.coords[0] + starts[layer], edges.coords[1] + starts[layer + 1]
            rows.append(left if layer % 2 == 0 else right)
            columns.append(right if layer % 2 == 0 else left)
            weights.append(edges.data)
        coordinates = (np.concatenate(rows), np.concatenate(columns))
        return sparse.csr_array(
            (np.concatenate(weights), coordinates), shape=(self.even.size, self.odd.size)
        )

    def adjacency(self) -> sparse.csr_array:
        """(n_neurons, n_neurons) symmetric weights, neurons in their own order."""
        n_layers = len(self.widths)
        grid = [[None] * n_layers for _ in range(n_layers)]
        for layer, block in enumerate(self.blocks):
            grid[layer][layer + 1] = sparse.csr_array(block)
            grid[layer + 1][layer] = sparse.csr_array(block.T)
        return sparse.block_array(grid, format="csr")

    def to_networkx(self):
        """The same graph as a ``networkx.Graph`` with edge attribute ``weight``."""
        import networkx

        return networkx.from_scipy_sparse_array(self.adjacency())


def from_kernels(kernels: Sequence[Block]) -> LayeredGraph:
    """Graph of dense layers.

    Parameters
    ----------
    kernels : sequence of (in, out) arrays
        Signed weights, in the order of the layers.
    """
    return LayeredGraph(tuple(abs(kernel).astype(np.float64) for kernel in kernels))


def from_network(network: Network) -> LayeredGraph:
    """Graph of a network file of dense layers.

    Raises
    ------
    StudyError
        When the network has a layer that this graph cannot draw.
    """
    for index, layer in enumerate(network.layers):
        if layer.kind not in ("dense", "flatten"):
            raise StudyError(
                f"graph: layer {index} is {layer.kind!r}; expected dense or flatten layers."
            )
    return from_kernels(network.kernels)
