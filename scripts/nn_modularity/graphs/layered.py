"""The layered weighted graph of a network: a node a neuron, an edge weight |w|.

Biases are ignored. Consecutive layers are joined by a block of absolute weights, so the graph is
bipartite: neurons of even layers meet only neurons of odd layers. arXiv 2003.04881, section 2.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numba
import numpy as np
from scipy import sparse

from nn_modularity.errors import StudyError
from nn_modularity.graphs import components
from nn_modularity.graphs.convolutions import Convolution, Pool, Windows
from nn_modularity.graphs.operators import Block, Listed, Matrix, Operator, edges, listed, product
from nn_modularity.networks import shapes
from nn_modularity.networks.chain_layers import WITH_WEIGHTS, Layer
from nn_modularity.networks.weights import Network

Image = tuple[int, ...]

SPARSE_BELOW = 0.2
"""Share of weights that aren't 0 below which sparse arithmetic is faster."""

NEGLIGIBLE = 1e-14
"""Share of a graph's volume up to which a neuron's degree is none: the arithmetic can't tell.

Training leaves channels that died with weights of 10⁻³⁰.
"""

LARGEST_COPY = 2**20
"""Weights of a dense layer above which no copy of them is made."""


@dataclass(frozen=True, eq=False)
class LayeredGraph:
    """Absolute weights between consecutive layers of neurons.

    Parameters
    ----------
    blocks : tuple of (widths[i], widths[i + 1]) float64 arrays, dense or CSR, or operators
        ``blocks[i][a, b]`` is the weight of the edge between neuron ``a`` of layer ``i`` and
        neuron ``b`` of layer ``i + 1``; never negative.

    Notes
    -----
    Neurons are numbered layer by layer, inputs first; arrays "(n_neurons,)" follow that order.
    """

    is_bipartite: ClassVar[bool] = True
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
    def between(self) -> dict[tuple[int, int], Block]:
        """The block between each two layers that are joined, the earlier layer first."""
        return {(index, index + 1): block for index, block in enumerate(self.blocks)}

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
        degrees = np.empty(self.n_neurons)
        degrees[self.even] = self.sums_at_even(np.ones(self.odd.size))
        degrees[self.odd] = self.sums_at_odd(np.ones(self.even.size))
        return degrees

    @cached_property
    def isolated(self) -> np.ndarray:
        """(n_neurons,) bool, True for neurons whose edges weigh nothing, see `NEGLIGIBLE`."""
        return self.degrees <= NEGLIGIBLE * self.degrees.sum()

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
        """Whether all blocks are sparse matrices."""
        return all(map(sparse.issparse, self.blocks))

    @property
    def has_matrices(self) -> bool:
        """Whether all blocks are matrices; of a convolution no matrix is made."""
        return all(isinstance(block, Listed | Matrix) for block in self.blocks)

    @cached_property
    def biadjacency(self) -> sparse.csr_array:
        """(even.size, odd.size) weights between even and odd layers.

        With the neurons ordered (even, odd) the adjacency matrix is [[0, B], [Bᵀ, 0]].
        """
        starts = [sum(self.widths[layer % 2 : layer : 2]) for layer in range(len(self.widths))]
        rows, columns, weights = [], [], []
        for layer, block in enumerate(self.blocks):
            ((left, right, values),) = edges(listed(block))
            left, right = left + starts[layer], right + starts[layer + 1]
            rows.append(left if layer % 2 == 0 else right)
            columns.append(right if layer % 2 == 0 else left)
            weights.append(values)
        shape = (self.even.size, self.odd.size)
        coordinates = map(np.concatenate, (rows, columns, weights))
        arrays = _by_rows(*coordinates, shape[0])
        return sparse.csr_array(arrays, shape=shape)

    def sums_at_even(self, values: np.ndarray) -> np.ndarray:
        """Weighted sums over neighbours, B @ values, (odd.size, …) → (even.size, …)."""
        return self.biadjacency @ values if self.is_sparse else self._sums(values, 1)

    def sums_at_odd(self, values: np.ndarray) -> np.ndarray:
        """Weighted sums over neighbours, Bᵀ @ values, (even.size, …) → (odd.size, …)."""
        return self.biadjacency.T @ values if self.is_sparse else self._sums(values, 0)

    def _sums(self, values, parity):
        """Sums over neighbours in the layers of a parity, block by block."""
        of_layers = iter(np.split(values, np.cumsum(self.widths[parity::2])[:-1]))
        parts = [next(of_layers) if layer % 2 == parity else 0 for layer in range(len(self.widths))]
        for layer, block in enumerate(self.blocks):
            if layer % 2 == parity:
                parts[layer + 1] = parts[layer + 1] + block.T @ parts[layer]
            else:
                parts[layer] = parts[layer] + block @ parts[layer + 1]
        return np.concatenate(parts[1 - parity :: 2])

    def within(self, members: np.ndarray) -> np.ndarray:
        """Weight within groups, (n_neurons, n_groups) of 0 and 1 → (n_groups,), edges twice."""
        across = members[self.even] * self.sums_at_even(members[self.odd])
        return 2 * across.sum(axis=0)

    def by_layer(self, array: np.ndarray) -> list[np.ndarray]:
        """Parts of an array (n_neurons, …), a layer each."""
        return np.split(array, np.cumsum(self.widths)[:-1])

    @cached_property
    def components(self) -> np.ndarray:
        """(n_neurons,) int, the number of every neuron's connected component."""
        first = np.cumsum([0, *self.widths])
        return components.connected(
            self.n_neurons, zip(first, first[1:], self.blocks, strict=False)
        )

    def adjacency(self) -> sparse.csr_array:
        """(n_neurons, n_neurons) symmetric weights, neurons in their own order."""
        n_layers = len(self.widths)
        grid = [[None] * n_layers for _ in range(n_layers)]
        for layer, block in enumerate(self.blocks):
            block = listed(block)
            grid[layer][layer + 1], grid[layer + 1][layer] = block, block.T
        return sparse.block_array(grid, format="csr")

    def to_networkx(self):
        """The same graph as a ``networkx.Graph`` with edge attribute ``weight``."""
        import networkx

        return networkx.from_scipy_sparse_array(self.adjacency())


def from_kernels(kernels: Sequence[Block]) -> LayeredGraph:
    """Graph of dense layers.

    Parameters
    ----------
    kernels : sequence of (in, out) arrays, or blocks of edges
        Signed weights, in the order of the layers. They become sparse where few aren't 0; else
        large ones aren't copied.
    """
    if have_few_edges(kernels):
        kernels = map(listed, kernels)
    return LayeredGraph(tuple(map(_absolute, kernels)))


def from_network(network: Network) -> LayeredGraph:
    """Graph of a network file.

    Neurons are the inputs and the units of dense and convolutional layers; a convolution stands
    for one edge for each place that a weight applies to. A pool has no neurons of its own: the
    edges of a pooled unit go to the units in its window, in equal shares.

    Raises
    ------
    StudyError
        When layers don't fit together.
    """
    if network.is_mlp:
        return from_kernels(network.kernels)
    shape = (*network.input_shape, 1)[:3]
    shares, blocks = None, []
    for layer in network.layers:
        if layer.kind == "flatten":
            continue
        block, shape = _BLOCKS[layer.kind](layer, shape)
        if shares is not None:
            block = product(shares, block)
        shares = None if layer.kind in WITH_WEIGHTS else block
        if shares is None:
            blocks.append(block)
    return LayeredGraph(tuple(blocks))


def _dense(layer: Layer, shape: Image) -> tuple[Block, Image]:
    kernel, after = layer.kernel, (1, 1, layer.kernel.shape[1])
    if have_few_edges([kernel]):
        return _absolute(sparse.csr_array(kernel)), after
    return Matrix(kernel), after


def _convolution(layer: Layer, shape: Image) -> tuple[Block, Image]:
    windows = _windows(layer, shape, layer.kernel.shape[:2])
    return Convolution(layer.kernel, windows), (*windows.after, layer.kernel.shape[3])


def _pool(layer: Layer, shape: Image) -> tuple[Block, Image]:
    windows = _windows(layer, shape, layer.pool_size)
    return Pool(windows, shape[2]), (*windows.after, shape[2])


_BLOCKS = {
    "dense": _dense,
    "conv2d": _convolution,
    "max_pool2d": _pool,
    "average_pool2d": _pool,
}
"""What a layer of each kind makes of an image, as a block, and the shape of that."""


def _windows(layer: Layer, shape: Image, size: tuple[int, int]) -> Windows:
    """Of a layer of the first version of the network file, TensorFlow's padding."""
    padding = ((0, 0), (0, 0))
    if layer.padding == "same":
        padding = tuple(map(shapes.same_padding, shape, size, layer.strides))
    return Windows(shape[:2], tuple(size), layer.strides, padding, (1, 1))


def have_few_edges(blocks: Sequence[Block]) -> bool:
    """Whether less than `SPARSE_BELOW` of the entries of all blocks aren't 0.

    Blocks that are operators count as dense.
    """
    if any(isinstance(block, Operator) for block in blocks):
        return False
    counts = [block.nnz if sparse.issparse(block) else np.count_nonzero(block) for block in blocks]
    return bool(sum(counts) < SPARSE_BELOW * sum(math.prod(block.shape) for block in blocks))


def _absolute(kernel: Block) -> Block:
    if isinstance(kernel, Operator):
        return kernel
    if not sparse.issparse(kernel):
        if kernel.size > LARGEST_COPY:
            return Matrix(kernel)
        is_done = kernel.dtype == np.float64 and kernel.min(initial=0) >= 0
        return kernel if is_done else np.abs(kernel, dtype=np.float64)
    if kernel.dtype == np.float64 and kernel.data.min(initial=0) >= 0:
        return kernel
    data = np.abs(kernel.data, dtype=np.float64)
    return sparse.csr_array((data, kernel.indices, kernel.indptr), shape=kernel.shape)


@numba.njit(nogil=True, cache=True)
def _by_rows(rows, columns, weights, n_rows):
    """CSR arrays (data, indices, indptr), by counting rows."""
    indptr = np.zeros(n_rows + 1, np.int32)
    for row in rows:
        indptr[row + 1] += 1
    for row in range(n_rows):
        indptr[row + 1] += indptr[row]
    filled = indptr.copy()
    data = np.empty(rows.size)
    indices = np.empty(rows.size, np.int32)
    for edge in range(rows.size):
        place = filled[rows[edge]]
        filled[rows[edge]] += 1
        data[place] = weights[edge]
        indices[place] = columns[edge]
    return data, indices, indptr
