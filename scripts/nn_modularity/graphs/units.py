"""The weighted graph of any network: units, and edges where the outputs of one reach another.

Units are the input's channels or values and those of layers with weights. An edge is what a unit's
value changes in another when nothing between them but passes values on: the size of the weights
between them, times the size of what scales values on their way. arXiv 2103.03386, section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from scipy import sparse

from nn_modularity.errors import StudyError
from nn_modularity.graphs.convolutions import Convolution, Windows
from nn_modularity.graphs.operators import (
    Block,
    Matrix,
    Operator,
    Turned,
    listed,
    product,
    scaled,
    total,
)
from nn_modularity.graphs.reach import NOWHERE, Reach, passed_on, scale_of
from nn_modularity.graphs.unit_graph import UnitGraph
from nn_modularity.networks import layers
from nn_modularity.networks.layers import Shape
from nn_modularity.networks.network import Network

UNITS = ("neurons", "channels")
MOST_LISTED = 2_000_000
"""Edges of one layer up to which they are listed; those of a larger one are applied."""

MOST_EDGES = 20_000_000_000
"""Edges that a graph may have."""


@dataclass(frozen=True)
class Norm:
    """How large the slice of a kernel between two channels is.

    Attributes
    ----------
    of_slice : callable
        (…, n_in, n_out) kernel → (n_in, n_out) sizes.
    is_square : bool
        Whether the squares of the sizes of a channel's slices add up, rather than the sizes.
    """

    of_slice: Callable[[np.ndarray], np.ndarray]
    is_square: bool


def _flat(kernel: np.ndarray) -> np.ndarray:
    return np.abs(kernel.reshape(-1, *kernel.shape[-2:]), dtype=np.float64)


def _largest_column(kernel: np.ndarray) -> np.ndarray:
    """Induced 1-norm of each slice: the largest column sum of |w|."""
    columns = np.abs(kernel.reshape(kernel.shape[0], -1, *kernel.shape[-2:]), dtype=np.float64)
    return columns.sum(axis=0).max(axis=0)


def _spectral(kernel: np.ndarray) -> np.ndarray:
    slices = kernel.reshape(kernel.shape[0], -1, *kernel.shape[-2:]).astype(np.float64)
    return np.linalg.norm(np.moveaxis(slices, (0, 1), (-2, -1)), 2, axis=(-2, -1))


NORMS = {
    "l1": Norm(lambda kernel: _flat(kernel).sum(axis=0), False),
    "frobenius": Norm(lambda kernel: np.sqrt((_flat(kernel) ** 2).sum(axis=0)), True),
    "induced_l1": Norm(_largest_column, False),
    "spectral": Norm(_spectral, True),
}
"""The entrywise L1 norm is the study's; published code of others has the induced ones."""


def from_network(network: Network, units: str = "neurons", norm: str = "l1") -> UnitGraph:
    """The graph of a network.

    Parameters
    ----------
    network : Network
    units : {"neurons", "channels"}
        Whether every value is a unit, or every channel. Where there are no places (dense layers)
        both are the same. A pool's places have equal shares in its windows among neurons; among
        channels a pool does nothing.
    norm : str
        One of `NORMS`; how large a kernel's slice between two channels is.

    Raises
    ------
    StudyError
        If a layer has no neurons of its own (attention, embedding), or there would be more than
        `MOST_EDGES` edges.

    Notes
    -----
    A norm scales the weights of the side on which it acts: those into the units it follows
    directly, else those out of the units that reach it. Adds pass on both branches, gates as well,
    concatenations are sliced. Queries and keys of an attention gate the values of their head: they
    reach what these reach, in equal shares.
    """
    by_channel = units == "channels"
    found = count_all_edges(network, units)
    if found > MOST_EDGES:
        way = "say `units: channels`" if not by_channel else "take a part of the network"
        raise StudyError(
            f"graph: found {found:,} edges between {units}, expected at most {MOST_EDGES:,}; {way}"
        )
    walk = _Walk(network, NORMS[norm], by_channel)
    for number in range(len(network.layers)):
        walk.step(number)
    return UnitGraph(tuple(walk.widths), walk.blocks)


def count_all_edges(network: Network, units: str) -> int:
    """Edges of a network's graph, by arithmetic alone."""
    return sum(count_edges(network, each, units == "channels") for each in network.unit_layers)


def count_edges(network: Network, number: int, by_channel: bool) -> int:
    """Edges that a layer's own weights make from one path to it, by arithmetic alone."""
    layer: Any = network.layers[number]
    shape = network.shapes[number]
    if isinstance(layer, layers.Attention):
        return layer.query.size + layer.key.size + layer.value.size + 3 * layer.output.size
    if by_channel:
        return prod(layer.kernel.shape[-2:])
    if isinstance(layer, layers.TransposedConvolution):
        shape = network.shapes[layer.inputs[0]]
    return prod(shape[:-1]) * int(np.count_nonzero(layer.kernel))


@dataclass
class _Walk:
    """One walk over a network's layers.

    Attributes
    ----------
    reaches : list of (list of Reach)
        What reaches each layer's outputs.
    widths : list of int
        Units of each layer of units so far.
    blocks : dict
        Edges by pair of layers of units.
    """

    network: Network
    norm: Norm
    by_channel: bool
    reaches: list[list[Reach]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    blocks: dict[tuple[int, int], Block] = field(default_factory=dict)
    _absorbed: set[int] = field(default_factory=set)
    _first: int = 0

    def step(self, number: int) -> None:
        """Walk over one layer."""
        layer, shape = self.network.layers[number], self.network.shapes[number]
        if number == 0:
            self._first = self._where_units_begin()
        if number < self._first:
            self.reaches.append([])
            return
        if number == self._first:
            self.reaches.append([self._own(shape)])
            return
        inputs = [self.reaches[source] for source in layer.inputs]
        shapes = [self.network.shapes[source] for source in layer.inputs]
        try:
            if number in self._absorbed:
                self.reaches.append(inputs[0])
            elif isinstance(layer, layers.WITH_UNITS):
                self.reaches.append(self._layer_of_units(number, layer, inputs, shapes, shape))
            else:
                self.reaches.append(passed_on(layer, inputs, shapes, shape, self.by_channel))
        except StudyError as error:
            raise StudyError(f"graph: {self.network.title(number)}: {error}") from None

    def _where_units_begin(self) -> int:
        """The layer whose values are the input's units: after what only moves them.

        A channel of an image that has its channels first is a channel.
        """
        number = 0
        while len(users := self.network.consumers[number]) == 1 and _only_moves(
            self.network.layers[users[0]], prod(self.network.input_shape)
        ):
            (number,) = users
        return number

    def _own(self, shape: Shape) -> Reach:
        """The outputs of a layer that has units of its own."""
        width = shape[-1] if self.by_channel else prod(shape)
        self.widths.append(width)
        units = np.arange(width)
        units = np.broadcast_to(units, shape) if self.by_channel else units.reshape(shape)
        return Reach(len(self.widths) - 1, units, np.broadcast_to(np.ones(()), shape))

    def _layer_of_units(self, number, layer, inputs, shapes, shape) -> list[Reach]:
        if isinstance(layer, layers.Attention):
            return self._attention(number, layer, inputs, shape)
        scale = self._scale_behind(number, shape)
        if isinstance(layer, layers.Embedding):
            return self._embedding(layer, inputs[0], shape, scale)
        if self.by_channel:
            groups = layer.groups if isinstance(layer, layers.Convolution) else 1
            sizes = _sizes(layer.kernel, groups, self.norm)
            made = [(reach.source, self._of_channels(reach, sizes)) for reach in inputs[0]]
        else:
            block = _between_values(layer, shapes[0], shape)
            if count_edges(self.network, number, self.by_channel) <= MOST_LISTED:
                block = block.toarray() if isinstance(block, Matrix) else listed(block)
            by_source: dict[int, list[Reach]] = {}
            for reach in inputs[0]:
                by_source.setdefault(reach.source, []).append(reach)
            made = [(source, self._behind(own, block)) for source, own in by_source.items()]
        reach = self._own(shape)
        for source, block in made:
            self._add(source, reach.source, block, scale)
        return [reach]

    def _behind(self, reaches: Sequence[Reach], block: Block) -> Block:
        """Edges from the units of one source, by way of the values that they reach."""
        picked = _pick(reaches, self.widths)
        is_same = picked.shape[0] == picked.shape[1] and (picked - _same(picked.shape[0])).nnz == 0
        return block if is_same else product(picked, block)

    def _of_channels(self, reach: Reach, sizes: Block) -> Block:
        picked = _pick_channels(reach, self.widths)
        if not self.norm.is_square:
            return picked @ sizes
        return _root((picked.power(2)) @ (sizes**2))

    def _embedding(self, layer, reaches: Sequence[Reach], shape, scale) -> list[Reach]:
        if not self.by_channel:
            raise StudyError("tokens have no neurons; say `units: channels`")
        if [reach.source for reach in reaches] != [0]:
            raise StudyError("looks up what is made by other layers, expected the network's input")
        table = layer.kernel
        tokens = max(self.widths[0] if len(self.widths) > 1 else 0, len(table))
        self.widths[0] = tokens
        reach = self._own(shape)
        block = np.zeros((tokens, table.shape[1]))
        block[: len(table)] = np.abs(table)
        self._add(0, reach.source, block, scale)
        return [reach]

    def _attention(self, number, layer: layers.Attention, inputs, shape) -> list[Reach]:
        """Two layers of units: queries, keys and values, then what is made of them."""
        if not self.by_channel:
            raise StudyError("an attention has no neurons; say `units: channels`")
        sources = inputs * 3 if len(inputs) == 1 else inputs
        kernels = (layer.query, layer.key, layer.value)
        width = sum(kernel.shape[1] for kernel in kernels)
        made = []
        start = 0
        for reaches, kernel in zip(sources, kernels, strict=True):
            sizes = np.zeros((len(kernel), width))
            sizes[:, start : start + kernel.shape[1]] = np.abs(kernel)
            made += [(reach.source, self._of_channels(reach, sizes)) for reach in reaches]
            start += kernel.shape[1]
        middle = self._own((width,)).source
        for source, block in made:
            self._add(source, middle, block, np.ones(width))
        scale = self._scale_behind(number, shape)
        reach = self._own(shape)
        by_head = np.abs(layer.output, dtype=np.float64).reshape(layer.n_heads, -1, shape[-1])
        of_gate = np.repeat(by_head.mean(axis=1), layer.query.shape[1] // layer.n_heads, axis=0)
        out = np.concatenate([of_gate, of_gate, np.abs(layer.output, dtype=np.float64)])
        self._add(middle, reach.source, out, scale)
        return [reach]

    def _scale_behind(self, number: int, shape: Shape) -> np.ndarray:
        """What norms directly behind a layer of units scale it by, by unit; they are done then."""
        scale = np.ones(shape[-1])
        for norm in self.network.norms_behind(number):
            scale = scale * scale_of(self.network.layers[norm])
            self._absorbed.add(norm)
        return scale if self.by_channel else np.broadcast_to(scale, shape).ravel()

    def _add(self, i: int, j: int, block: Block, scale: np.ndarray) -> None:
        """Edges into layer j, each unit's scaled."""
        if np.any(scale != 1):
            block = scaled(block, np.ones(block.shape[0]), scale)
        found = self.blocks.get((i, j))
        self.blocks[i, j] = block if found is None else total(found, block)


def _only_moves(layer: layers.Layer, n_values: int) -> bool:
    """Whether a layer only gives the values of an image another order."""
    if isinstance(layer, layers.Rearrange):
        return np.array_equal(np.sort(layer.places, axis=None), np.arange(n_values))
    return isinstance(layer, (layers.Transpose, layers.Reshape, layers.Flatten, layers.Affine))


def _pick(reaches: Sequence[Reach], widths: Sequence[int]) -> sparse.csr_array:
    """(units, values) by what each unit's value comes to each value of a tensor.

    The reaches are of one source; where several come to a value from a unit they add up.
    """
    (source,) = {reach.source for reach in reaches}
    units = np.stack([reach.units.ravel() for reach in reaches])
    factors = np.stack([reach.factors.ravel() for reach in reaches])
    which, value = np.nonzero((units != NOWHERE) & (factors != 0))
    shape = (widths[source], units.shape[1])
    coordinates = (units[which, value], value)
    return sparse.csr_array((factors[which, value], coordinates), shape=shape)


def _same(width: int) -> sparse.csr_array:
    return sparse.csr_array(sparse.eye_array(width))


def _pick_channels(reach: Reach, widths: Sequence[int]) -> sparse.csr_array:
    """(units, channels); a unit counts once a channel, by the mean factor over its places."""
    n_channels = reach.units.shape[-1]
    if reach.is_of_channels:
        first = (0,) * (reach.units.ndim - 1)
        return _pick([reach.moved(lambda array: array[first])], widths)
    units = reach.units.reshape(-1, n_channels)
    factors = reach.factors.reshape(-1, n_channels)
    place, channel = np.nonzero((units != NOWHERE) & (factors != 0))
    pairs, of_pair = np.unique(units[place, channel] * n_channels + channel, return_inverse=True)
    means = np.bincount(of_pair, factors[place, channel]) / np.bincount(of_pair)
    shape = (widths[reach.source], n_channels)
    return sparse.csr_array((means, (pairs // n_channels, pairs % n_channels)), shape=shape)


def _sizes(kernel: np.ndarray, groups: int, norm: Norm) -> Block:
    """(n_in, n_out) sizes of the slices between channels; none between groups."""
    if kernel.ndim == 2:
        kernel = kernel[None]
    sizes = norm.of_slice(kernel)
    if groups == 1:
        return sizes
    blocks = np.split(sizes, groups, axis=1)
    return sparse.block_diag(blocks, format="csr")


def _root(block: Block) -> Block:
    if sparse.issparse(block):
        return sparse.csr_array(block).sqrt()
    return np.sqrt(block)


def _between_values(layer, before: Shape, after: Shape) -> Operator:
    """|Weights| between all values before and after a layer."""
    if isinstance(layer, layers.Dense):
        if prod(before[:-1]) == 1:
            return Matrix(layer.kernel)
        ones = (1,) * (len(before) - 1)
        windows = Windows(before[:-1], ones, ones, ((0, 0),) * len(ones), ones)
        return Convolution(layer.kernel.reshape(*ones, *layer.kernel.shape), windows)
    if isinstance(layer, layers.TransposedConvolution):
        kernel = np.swapaxes(layer.kernel, -1, -2)
        forward = layers.Convolution(kernel, None, layer.strides, layer.padding)
        return Turned(_convolution(forward, after))
    return _convolution(layer, before)


def _convolution(layer: layers.Convolution, before: Shape) -> Convolution:
    size = layer.kernel.shape[:-2]
    windows = Windows(before[:-1], size, layer.strides, layer.padding, layer.dilation)
    return Convolution(layer.kernel, windows, layer.groups)
