"""Feature maps by cluster."""

import numpy as np
import pytest

from nn_modularity.clustering.results import Clusters
from nn_modularity.errors import StudyError
from nn_modularity.figures import feature_maps
from nn_modularity.graphs import of_files
from nn_modularity.networks import layers, network_file, weights
from nn_modularity.networks.network import Network

GRAPH = {"units": "neurons", "scale": "raw", "norm": "l1"}


def convolutional():
    """Two channels of 3 × 3 neurons behind an image of 5 × 5, then four outputs."""
    generator = np.random.default_rng(0)
    return Network(
        (
            layers.Input((5, 5, 1)),
            layers.Convolution(generator.normal(size=(3, 3, 1, 2)).astype(np.float32), inputs=(0,)),
            layers.Flatten(inputs=(1,)),
            layers.Dense(generator.normal(size=(18, 4)).astype(np.float32), inputs=(2,)),
        )
    )


def test_a_neuron_of_the_graph_has_its_place_in_its_map():
    network = convolutional()
    graph = of_files.graph(of_files.AnyNetwork(network, **GRAPH))
    numbers = np.split(np.arange(graph.n_neurons), np.cumsum(graph.widths)[:-1])
    found = feature_maps.by_place(network, numbers)
    assert {name: each.shape for name, each in found.items()} == {
        "input": (5, 5, 1),
        "convolution 1": (3, 3, 2),
    }
    adjacency = graph.adjacency().toarray()
    for row, column, channel in np.ndindex(3, 3, 2):
        neuron = found["convolution 1"][row, column, channel]
        window = found["input"][row : row + 3, column : column + 3, 0]
        kernel = np.abs(network.layers[1].kernel[:, :, 0, channel])
        np.testing.assert_allclose(adjacency[neuron, window], kernel, rtol=1e-6)
        assert np.count_nonzero(adjacency[neuron, :25]) == 9


@pytest.mark.parametrize(("n_channels", "shape"), [(1, (3, 4)), (8, (3, 39)), (9, (7, 39))])
def test_a_mosaic_has_every_map_once_and_lines_between(n_channels, shape):
    labels = np.random.default_rng(1).integers(-1, 4, size=(3, 4, n_channels))
    picture = feature_maps.mosaic(labels)
    assert picture.shape == shape
    for channel in range(n_channels):
        row, column = divmod(channel, feature_maps.ACROSS)
        part = picture[4 * row :, 5 * column :][:3, :4]
        np.testing.assert_array_equal(part, labels[..., channel])
    assert np.sum(picture == feature_maps.EMPTY) == picture.size - labels.size


@pytest.fixture
def written(tmp_path):
    """Function of a network: the inputs of a drawing of it."""

    def write(network):
        path, clustering = tmp_path / "network.h5", tmp_path / "clustering.h5"
        (network_file if isinstance(network, Network) else weights).write(path, network)
        graph = of_files.graph(of_files.read(path, **GRAPH))
        labels = np.arange(graph.n_neurons) % 3
        Clusters(labels, tuple(graph.widths), 1.0, np.zeros(3)).write(clustering)
        return {"network": [path], "clustering": [clustering]}

    return write


def test_every_map_is_drawn_and_every_cluster_in_the_legend(written):
    drawing = feature_maps.read(written(convolutional()), "A, K = 3", ["pruned"], 3, GRAPH)
    figure = feature_maps.draw(drawing)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["pruned: input, 1 map", "pruned: convolution 1, 2 maps"]
    texts = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert texts == ["cluster 0", "cluster 1", "cluster 2"]


def test_channels_and_networks_without_maps_are_refused(written):
    given = written(convolutional())
    with pytest.raises(StudyError, match="found channels as nodes, expected neurons"):
        feature_maps.read(given, "A", ["pruned"], 3, {**GRAPH, "units": "channels"})
    perceptron = weights.mlp([np.ones((4, 3), np.float32), np.ones((3, 2), np.float32)])
    with pytest.raises(StudyError, match=r"network\.h5: found no convolution of images"):
        feature_maps.read(written(perceptron), "A", ["pruned"], 3, GRAPH)
