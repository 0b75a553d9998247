"""The graph of a network file, of either version."""

import numpy as np
import pytest

from nn_modularity.clustering import null_models
from nn_modularity.graphs import layered, of_files, scales, units
from nn_modularity.graphs.unit_graph import UnitGraph
from nn_modularity.networks import layers, network_file, weights
from nn_modularity.networks.network import Network


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


MLP = weights.mlp([normal(6, 5), normal(5, 4)])
WITH_SKIP = Network(
    (
        layers.Input((5, 5, 2)),
        layers.Convolution(normal(3, 3, 2, 4), padding=((1, 1), (1, 1)), inputs=(0,)),
        layers.Convolution(normal(3, 3, 1, 4), padding=((1, 1), (1, 1)), groups=4, inputs=(1,)),
        layers.Add(inputs=(1, 2)),
        layers.GlobalAveragePool(inputs=(3,)),
        layers.Dense(normal(4, 3), inputs=(4,)),
    )
)
ATTENDING = Network(
    (
        layers.Input((7, 6)),
        layers.Attention(
            *(normal(6, 4), normal(6, 4, seed=1), normal(6, 4, seed=2), normal(4, 6, seed=3)),
            n_heads=2,
            inputs=(0,),
        ),
    )
)


def written(path, network):
    (weights if isinstance(network, weights.Network) else network_file).write(path, network)
    return path


def test_a_chain_is_clustered_as_ever(tmp_path):
    network = of_files.read(written(tmp_path / "n.h5", MLP), "neurons", "raw", "l1")
    assert isinstance(network, weights.Network)
    graph, expected = of_files.graph(network), layered.from_network(MLP)
    np.testing.assert_array_equal(graph.adjacency().toarray(), expected.adjacency().toarray())


@pytest.mark.parametrize("scale", ["unit_norm", "equal_volume"])
def test_a_chain_at_another_scale_is_a_layered_graph(tmp_path, scale):
    network = of_files.read(written(tmp_path / "n.h5", MLP), "neurons", scale, "l1")
    graph = of_files.graph(network)
    assert isinstance(graph, layered.LayeredGraph)
    expected = scales.SCALES[scale](network.network, "neurons", "l1").adjacency()
    np.testing.assert_allclose(graph.adjacency().toarray(), expected.toarray())
    assert not np.allclose(expected.toarray(), layered.from_network(MLP).adjacency().toarray())


@pytest.mark.parametrize("kind", units.UNITS)
def test_a_network_with_skips_has_the_graph_of_its_units(tmp_path, kind):
    graph = of_files.graph(of_files.read(written(tmp_path / "n.h5", WITH_SKIP), kind, "raw", "l1"))
    assert isinstance(graph, UnitGraph)
    expected = units.from_network(WITH_SKIP, kind).adjacency()
    np.testing.assert_array_equal(graph.adjacency().toarray(), expected.toarray())


def test_channels_are_joined_by_the_norm_that_is_asked_for(tmp_path):
    path = written(tmp_path / "n.h5", WITH_SKIP)
    graph = of_files.graph(of_files.read(path, "channels", "raw", "frobenius"))
    expected = units.from_network(WITH_SKIP, "channels", "frobenius").adjacency()
    np.testing.assert_array_equal(graph.adjacency().toarray(), expected.toarray())


@pytest.mark.parametrize(("network", "n_matrices"), [(WITH_SKIP, 3), (ATTENDING, 4)])
def test_null_models_shuffle_true_entries_of_every_matrix(tmp_path, network, n_matrices):
    path = written(tmp_path / "n.h5", network)
    subject = of_files.read(path, "channels", "raw", "l1")
    matrices, as_graph = null_models.prepared(subject)
    assert len(matrices) == n_matrices
    generator = np.random.default_rng(0)
    shuffled = [null_models.SHUFFLES["layer"](matrix, generator) for matrix in matrices]
    for before, after in zip(matrices, shuffled, strict=True):
        assert before.shape == after.shape
        np.testing.assert_array_equal(np.sort(before, axis=None), np.sort(after, axis=None))
        assert not np.array_equal(before, after)
    graph, intact = as_graph(shuffled), subject.graph()
    assert graph.widths == intact.widths
    # Groups and padding are no entries: edges are where they were.
    np.testing.assert_array_equal(
        graph.adjacency().toarray() != 0, intact.adjacency().toarray() != 0
    )
    np.testing.assert_array_equal(
        as_graph(matrices).adjacency().toarray(), intact.adjacency().toarray()
    )


def test_null_distributions_of_any_network_depend_on_their_seeds_alone(tmp_path):
    subject = of_files.read(written(tmp_path / "n.h5", WITH_SKIP), "channels", "unit_norm", "l1")
    children = np.random.SeedSequence(0).spawn(6)
    whole = null_models.ncuts(subject, "layer", 2, 5, children)
    last = null_models.ncuts(subject, "layer", 2, 5, children[4:])
    np.testing.assert_array_equal(whole[4:], last)
    assert len(set(whole)) > 3
