"""The layered graph of a network: neurons, edges, degrees."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse

from nn_modularity.errors import StudyError
from nn_modularity.graphs import layered
from nn_modularity.networks import weights

WIDTHS = (7, 5, 6, 3)


def kernels_of(widths=WIDTHS, density=0.5, seed=0):
    generator = np.random.default_rng(seed)
    return [
        generator.normal(size=shape) * (generator.random(shape) < density)
        for shape in pairwise(widths)
    ]


def test_every_weight_is_an_edge_of_its_absolute_value():
    kernels = kernels_of()
    adjacency = layered.from_kernels(kernels).adjacency().toarray()
    expected = np.zeros((21, 21))
    expected[:7, 7:12] = abs(kernels[0])
    expected[7:12, 12:18] = abs(kernels[1])
    expected[12:18, 18:] = abs(kernels[2])
    assert np.array_equal(adjacency, expected + expected.T)


@pytest.mark.parametrize("density", [0.1, 1.0])
def test_biadjacency_holds_the_edges_between_even_and_odd_layers(density):
    graph = layered.from_kernels(kernels_of(density=density))
    adjacency = graph.adjacency().toarray()
    assert np.array_equal(graph.biadjacency.toarray(), adjacency[np.ix_(graph.even, graph.odd)])
    assert not adjacency[np.ix_(graph.even, graph.even)].any()
    assert not adjacency[np.ix_(graph.odd, graph.odd)].any()


def test_sparse_and_dense_blocks_make_the_same_graph():
    kernels = kernels_of()
    dense = layered.from_kernels(kernels)
    scarce = layered.from_kernels([sparse.csr_array(kernel) for kernel in kernels])
    assert np.allclose(dense.degrees, scarce.degrees, rtol=1e-15)
    assert np.array_equal(dense.biadjacency.toarray(), scarce.biadjacency.toarray())
    assert dense.widths == scarce.widths == WIDTHS


def test_degrees_are_networkxs():
    graph = layered.from_kernels(kernels_of())
    degrees = dict(graph.to_networkx().degree(weight="weight"))
    assert np.allclose(graph.degrees, [degrees[node] for node in range(21)], rtol=1e-14)


def test_degrees_sum_to_twice_the_weights():
    kernels = kernels_of()
    total = sum(abs(kernel).sum() for kernel in kernels)
    assert layered.from_kernels(kernels).degrees.sum() == pytest.approx(2 * total)


def test_a_neuron_without_weights_on_both_sides_is_isolated():
    kernels = kernels_of(density=1.0)
    kernels[0][:, 2] = 0
    assert not layered.from_kernels(kernels).isolated.any()
    kernels[1][2, :] = 0
    graph = layered.from_kernels(kernels)
    assert np.flatnonzero(graph.isolated).tolist() == [7 + 2]
    assert graph.layer_of[7 + 2] == 1


def test_the_graph_of_an_mlp_ignores_its_biases():
    kernels = kernels_of()
    biases = [np.full(kernel.shape[1], 9.0) for kernel in kernels]
    graph = layered.from_network(weights.mlp(kernels, biases))
    single = [kernel.astype(np.float32) for kernel in kernels]
    for block, kernel in zip(graph.blocks, single, strict=True):
        assert np.array_equal(block, abs(kernel))


def test_blocks_that_do_not_fit_together_are_named():
    with pytest.raises(StudyError, match="block 0 ends in 5 neurons, block 1 starts from 6"):
        layered.from_kernels([np.ones((4, 5)), np.ones((6, 3))])
