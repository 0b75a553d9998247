"""What a clustering takes is told from a network's layers alone."""

import numpy as np
import pytest

from nn_modularity.errors import StudyError
from nn_modularity.graphs import estimates, of_files
from nn_modularity.graphs.of_files import AnyNetwork
from nn_modularity.networks import layers, weights
from nn_modularity.networks.network import chain


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


CNN = chain(
    layers.Input((8, 8, 1)),
    [
        layers.Convolution(normal(3, 3, 1, 4), padding=((0, 0), (0, 0))),
        layers.Activation("relu"),
        layers.Flatten(),
        layers.Dense(normal(144, 10)),
    ],
)


@pytest.mark.parametrize("units", ["neurons", "channels"])
def test_nodes_and_edges_are_those_of_the_graph(units):
    network = AnyNetwork(CNN, units, "raw", "l1")
    found = estimates.clustering(network, 4)
    graph = of_files.graph(network)
    assert found.n_units == graph.n_neurons
    if units == "neurons":
        assert found.n_edges == graph.to_networkx().number_of_edges()


def test_a_perceptron_takes_little():
    found = estimates.clustering(weights.mlp([normal(784, 256), normal(256, 10)]), 4)
    assert (found.n_units, found.n_edges) == (1050, 784 * 256 + 2560)
    assert found.megabytes < 20
    assert found.seconds < 1
    estimates.check(found)


def test_what_does_not_fit_is_refused_before_it_starts():
    huge = estimates.Estimate(10**9, 10**12, 10**9, 10**6)
    with pytest.raises(StudyError, match=r"takes about 1,000,000,000 MB .* this machine has"):
        estimates.check(huge)
