"""Null models: what N-cut a network would have were its weights laid out at random.

Each matrix is shuffled on its own. Every shuffle has its own child of a seed sequence, so shuffles
are independent of each other, and the first n are the same however many follow.
arXiv 2003.04881, section 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numba
import numpy as np
from scipy import sparse

from nn_modularity import seeds
from nn_modularity.clustering import spectral
from nn_modularity.clustering.results import NullDistribution
from nn_modularity.graphs import layered
from nn_modularity.graphs.layered import Block, LayeredGraph
from nn_modularity.graphs.of_files import AnyNetwork
from nn_modularity.graphs.unit_graph import UnitGraph
from nn_modularity.networks.facts import Facts
from nn_modularity.networks.weights import Network

BANDWIDTH = 0.01
"""Standard deviation of the Gaussian kernels in the weights' estimated density."""

SHUFFLES_A_PIECE = 32


def layer(kernel: Block, generator: np.random.Generator) -> Block:
    """Permute all entries of a matrix.

    Parameters
    ----------
    kernel : numpy.ndarray of any shape, or (in, out) csr_array
    generator : numpy.random.Generator

    Returns
    -------
    Of the same kind and shape.

    Notes
    -----
    Of a sparse matrix only the non-zero entries are dealt out, to distinct places drawn at
    random in random order: the same distribution as a permutation of all entries.
    """
    if not sparse.issparse(kernel):
        return _permuted(kernel.ravel(), generator).reshape(kernel.shape)
    size = kernel.shape[0] * kernel.shape[1]
    places = np.arange(size, dtype=np.int32 if size < 2**31 else np.int64)
    _shuffle_first(places, generator.random(kernel.nnz))
    return sparse.csr_array(
        _rows_of_places(places[: kernel.nnz], kernel.data, *kernel.shape), shape=kernel.shape
    )


def layer_nonzero(kernel: Block, generator: np.random.Generator) -> Block:
    """Permute the non-zero entries of a matrix among their places."""
    return _with_nonzero(kernel, lambda values: _permuted(values, generator))


def layer_nonzero_distribution(kernel: Block, generator: np.random.Generator) -> Block:
    """Replace the non-zero entries of a matrix by draws from their estimated density.

    A Gaussian kernel density estimate is drawn from by moving random ones of its data points by
    normal deviates of the kernels' standard deviation.
    """

    def draw(values):
        chosen = values[generator.integers(values.size, size=values.size)]
        return chosen + generator.normal(scale=BANDWIDTH, size=values.size)

    return _with_nonzero(kernel, draw)


def layer_all_distribution(kernel: Block, generator: np.random.Generator) -> Block:
    """Permute all entries of a matrix, then draw the non-zero ones from their density."""
    return layer_nonzero_distribution(layer(kernel, generator), generator)


SHUFFLES: dict[str, Callable[[Block, np.random.Generator], Block]] = {
    shuffle.__name__: shuffle
    for shuffle in (layer, layer_nonzero, layer_nonzero_distribution, layer_all_distribution)
}


def ncuts(
    network: Network | AnyNetwork,
    shuffle: str,
    k: int,
    n_starts: int,
    children: Sequence[np.random.SeedSequence],
) -> np.ndarray:
    """N-cuts of shuffled versions of a network.

    Parameters
    ----------
    network : Network or AnyNetwork
        Of an MLP, neurons without edges are removed before shuffling, and so are those that
        lose their last edge in consequence; of other networks the kernels are shuffled, their true
        entries alone.
    shuffle : str
        A name in `SHUFFLES`.
    k, n_starts : int
        As in `spectral.cluster`, which leaves out the neurons that a shuffle isolates.
    children : sequence of numpy.random.SeedSequence
        One a shuffle.

    Returns
    -------
    (len(children),) float64
    """
    kernels, as_graph = prepared(network)
    found = np.empty(len(children))
    for index, seed in enumerate(children):
        generator = np.random.default_rng(seed)
        shuffled = [SHUFFLES[shuffle](kernel, generator) for kernel in kernels]
        found[index] = spectral.cluster(as_graph(shuffled), k, n_starts, generator).ncut
    return found


def distribution(
    network: Network | AnyNetwork,
    settings: Mapping[str, Any],
    map_pieces: Callable[..., list[np.ndarray]],
    first: int = 0,
) -> NullDistribution:
    """N-cuts of shuffled versions of a network, piece by piece.

    Every shuffle has its own seed, so a longer distribution begins with a shorter one.

    Parameters
    ----------
    network : Network or AnyNetwork
    settings : mapping
        ``seed_path``, ``shuffle``, ``k``, ``n_starts`` and ``n_shuffles``.
    map_pieces : callable
        (function, tasks, description) -> what the function makes of every task, as
        `pieces.Store.map` does it.
    first : int
        Shuffles before this one are left out.

    Returns
    -------
    NullDistribution
        Of n_shuffles - first N-cuts.
    """
    study_seed, *path = settings["seed_path"]
    children = seeds.sequence(study_seed, *path).spawn(settings["n_shuffles"])
    n_starts = spectral.starts(network.n_units, *settings["n_starts"])
    found = map_pieces(
        partial(ncuts, network, settings["shuffle"], settings["k"], n_starts),
        [
            children[start : start + SHUFFLES_A_PIECE]
            for start in range(first, len(children), SHUFFLES_A_PIECE)
        ],
        description=" ".join(map(str, path)),
    )
    data_complete = Facts.of(network.attributes).data_complete
    return NullDistribution(np.concatenate(found), data_complete)


def without_isolated(kernels: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Delete the rows and columns of neurons that have no edge.

    Parameters
    ----------
    kernels : sequence of (in, out) arrays
        Of dense layers, in order.
    """
    graph = layered.from_kernels(kernels)
    has_edges = graph.by_layer(~graph.isolated)
    return [
        kernel[np.ix_(before, after)]
        for kernel, before, after in zip(kernels, has_edges, has_edges[1:], strict=False)
    ]


def prepared(
    network: Network | AnyNetwork,
) -> tuple[list[Block], Callable[[Sequence[Block]], LayeredGraph | UnitGraph]]:
    """The matrices to shuffle, and how they make a graph."""
    if isinstance(network, AnyNetwork):
        return network.matrices, lambda shuffled: network.with_matrices(shuffled).graph()
    if not network.is_mlp:
        return list(network.kernels), lambda shuffled: layered.from_network(
            _with_kernels(network, shuffled)
        )
    # The graph takes absolute values anyway; taken once, they needn't be taken of every shuffle.
    kernels = [np.abs(each, dtype=np.float64) for each in without_isolated(network.kernels)]
    if layered.have_few_edges(kernels):
        kernels = [sparse.csr_array(kernel) for kernel in kernels]
    return kernels, layered.from_kernels


def _with_kernels(network: Network, kernels: Sequence[np.ndarray]) -> Network:
    left = iter(kernels)
    layers = tuple(
        each if each.kernel is None else replace(each, kernel=next(left)) for each in network.layers
    )
    return replace(network, layers=layers)


def _with_nonzero(kernel: Block, change: Callable[[Any], np.ndarray]) -> Block:
    """The matrix with its non-zero entries changed, all at once."""
    if sparse.issparse(kernel):
        return sparse.csr_array(
            (change(kernel.data), kernel.indices, kernel.indptr), shape=kernel.shape
        )
    changed = np.zeros(kernel.shape)
    places = kernel != 0
    changed[places] = change(kernel[places])
    return changed


def _permuted(values: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    permuted = values.copy()
    _shuffle_first(permuted, generator.random(values.size))
    return permuted


@numba.njit(nogil=True, cache=True)
def _shuffle_first(array, uniforms):
    """Move random entries to the first places, in place: a Fisher–Yates shuffle cut short."""
    n = array.size
    for i in range(uniforms.size):
        j = i + int(uniforms[i] * (n - i))
        array[i], array[j] = array[j], array[i]


@numba.njit(nogil=True, cache=True)
def _rows_of_places(places, values, n_rows, n_columns):
    """CSR arrays (data, indices, indptr) of values at places counted row by row."""
    indptr = np.zeros(n_rows + 1, np.int32)
    for place in places:
        indptr[place // n_columns + 1] += 1
    for row in range(n_rows):
        indptr[row + 1] += indptr[row]
    filled = indptr[:-1].copy()
    indices = np.empty(places.size, np.int32)
    data = np.empty(places.size, values.dtype)
    for entry in range(places.size):
        row = places[entry] // n_columns
        indices[filled[row]] = places[entry] - row * n_columns
        data[filled[row]] = values[entry]
        filled[row] += 1
    return data, indices, indptr
