"""Drawings of a network show every neuron, sub-module and eigenvalue."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgba

from drawn_figures import points, texts
from nn_modularity.clustering.results import Clusters
from nn_modularity.figures import cluster_graph, clustered_network, clustering_report, eigenvalues
from nn_modularity.figures.eigenvalues import Spectra
from nn_modularity.figures.parts import drawings
from nn_modularity.figures.parts.drawings import ClusteredNetwork, Drawing
from nn_modularity.graphs import layered
from nn_modularity.networks import weights
from nn_modularity.networks.labelling import Labelling

PLAIN = {"units": "neurons", "scale": "raw", "norm": "l1"}


def small_network(widths=(9, 40, 5, 3), k=3, seed=0, image_shape=(3, 3), title="pruned"):
    rng = np.random.default_rng(seed)
    kernels = [rng.normal(size=shape) * (rng.random(shape) < 0.3) for shape in pairwise(widths)]
    kernels[0][0] = 0
    graph = layered.from_kernels(kernels)
    labels = np.where(graph.isolated, -1, rng.integers(0, k, graph.n_neurons))
    labelling = Labelling(labels, graph.widths)
    return ClusteredNetwork(title, graph, labelling, image_shape, {"N-cut": 2.125})


def drawing(*networks):
    return Drawing("MNIST, K = 3", 3, networks)


class TestClusteredNetwork:
    def test_every_neuron_is_drawn_once_in_its_clusters_colour(self):
        network = small_network()
        axes = clustered_network.draw(drawing(network)).axes[0]
        _, colours = points(axes)
        expected = [drawings.cluster_colour(label) for label in network.labelling.labels[9:]]
        assert sorted(colours) == sorted(to_hex(colour) for colour in expected)

    def test_input_pixels_have_their_clusters_colours_in_place(self):
        network = small_network()
        figure = clustered_network.draw(drawing(network))
        (image,) = figure.axes[0].child_axes[0].images
        expected = [
            to_rgba(drawings.cluster_colour(label))[:3] for label in network.labelling.labels[:9]
        ]
        np.testing.assert_allclose(image.get_array().reshape(-1, 3), expected)

    def test_input_that_is_no_image_is_a_column(self):
        network = small_network(image_shape=None)
        offsets, _ = points(clustered_network.draw(drawing(network)).axes[0])
        assert len(offsets) == network.graph.n_neurons

    def test_metrics_and_isolated_neurons_are_written(self):
        found = "\n".join(texts(clustered_network.draw(drawing(small_network()))))
        assert "N-cut 2.1250" in found
        assert "isolated" in found

    @given(labels=st.lists(st.integers(-1, 4), min_size=1, max_size=60).map(np.array))
    def test_columns_are_sorted_by_cluster_and_isolated_neurons_come_last(self, labels):
        heights = clustered_network.column_layout(labels)
        assert heights.min() >= 0
        assert heights.max() <= 1
        assert np.unique(heights).size == labels.size
        from_top = labels[np.argsort(-heights)]
        sorted_labels = np.concatenate([np.sort(labels[labels >= 0]), labels[labels < 0]])
        np.testing.assert_array_equal(from_top, sorted_labels)


class TestSubmoduleGraph:
    @settings(max_examples=30)
    @given(seed=st.integers(0, 1000))
    def test_weights_are_means_over_pairs_of_neurons(self, seed):
        network = small_network(seed=seed)
        found = cluster_graph.submodule_graph(network.graph, network.labelling)
        blocks, layers = network.graph.blocks, network.graph.layer_of
        for (a, b), weight in zip(found.edges, found.weights, strict=True):
            layer = found.layer[a]
            members = [
                network.labelling.labels[layers == found.layer[node]] == found.label[node]
                for node in (a, b)
            ]
            assert found.layer[b] == layer + 1
            assert weight == pytest.approx(blocks[layer][np.ix_(*members)].mean())

    def test_isolated_neurons_are_in_no_node(self):
        network = small_network()
        found = cluster_graph.submodule_graph(network.graph, network.labelling)
        assert found.size.sum() == (network.labelling.labels >= 0).sum()

    def test_edge_widths_are_proportional_to_weights_and_areas_to_sizes(self):
        network = small_network()
        found = cluster_graph.submodule_graph(network.graph, network.labelling)
        edges, nodes = cluster_graph.draw(drawing(network)).axes[0].collections
        widths, areas = np.asarray(edges.get_linewidths()), nodes.get_sizes()
        assert widths.max() == pytest.approx(cluster_graph.WIDEST_EDGE)
        np.testing.assert_allclose(
            np.sort(widths) / widths.max(), np.sort(found.weights) / found.weights.max()
        )
        np.testing.assert_allclose(areas / areas.max(), found.size / found.size.max())

    def test_edge_ends_lie_at_their_nodes(self):
        network = small_network()
        found = cluster_graph.submodule_graph(network.graph, network.labelling)
        edges, nodes = cluster_graph.draw(drawing(network)).axes[0].collections
        places = np.asarray(nodes.get_offsets())
        drawn = {
            (*segment.ravel(), round(width, 9))
            for segment, width in zip(edges.get_segments(), edges.get_linewidths(), strict=True)
        }
        scale = cluster_graph.WIDEST_EDGE / found.weights.max()
        expected = {
            (*places[edge].ravel(), round(scale * weight, 9))
            for edge, weight in zip(found.edges, found.weights, strict=True)
        }
        assert drawn == expected

    def test_network_without_weights_is_drawn(self):
        graph = layered.from_kernels([np.zeros((4, 3)), np.zeros((3, 2))])
        empty = ClusteredNetwork("pruned", graph, Labelling(np.full(9, -1), (4, 3, 2)), (2, 2), {})
        assert clustered_network.draw(drawing(empty)).axes
        assert cluster_graph.draw(drawing(empty)).axes


def test_overview_counts_every_neuron():
    network = small_network()
    sizes = clustering_report.submodule_sizes(network, 3)
    np.testing.assert_array_equal(sizes.sum(axis=0), network.graph.widths)
    assert sizes[-1].sum() == network.graph.isolated.sum()
    assert "MNIST, K = 3" in texts(clustering_report.overview(drawing(network)))


class TestEigenvalues:
    def test_the_first_k_are_filled(self):
        values = np.linspace(0, 2, 50)
        whole, first = eigenvalues.draw(Spectra("MNIST", {"pruned": values}, 4)).axes
        np.testing.assert_array_equal(whole.lines[0].get_ydata(), values)
        filled, empty = (line.get_ydata() for line in first.lines[1:3])
        np.testing.assert_array_equal(filled, values[:4])
        np.testing.assert_array_equal(empty, values[4 : 4 + eigenvalues.BEYOND])

    def test_spectra_shorter_than_the_first_part_are_drawn(self):
        short = {"unpruned": np.arange(3.0), "pruned": np.ones(2)}
        assert len(eigenvalues.draw(Spectra("MNIST", short, 4)).axes) == 4


@pytest.fixture
def files_of_two_stages(tmp_path):
    """An MLP of 784 inputs, unpruned and pruned, with its clusterings."""
    rng = np.random.default_rng(0)
    names = ("network", "clustering")
    paths = {name: [] for name in names}
    for stage in ("unpruned", "pruned"):
        for name in names:
            paths[name].append(tmp_path / f"{stage}-{name}.h5")
        kernels = [rng.normal(size=(784, 8)), rng.normal(size=(8, 3))]
        kernels[0][:5] = 0
        weights.write(paths["network"][-1], weights.mlp(kernels, attributes={"test_acc": 0.75}))
        labels = np.array([-1] * 5 + [0] * 779 + [1] * 11)
        clusters = Clusters(labels, (784, 8, 3), 0.5, np.zeros(2), stage == "pruned")
        clusters.write(paths["clustering"][-1])
    return paths


class TestReading:
    def test_a_network_comes_with_its_clustering_and_metrics(self, files_of_two_stages):
        stages = ["unpruned", "pruned"]
        found = drawings.read(files_of_two_stages, "MNIST", stages, k=2, graph=PLAIN)
        unpruned, pruned = found.networks
        assert (unpruned.title, pruned.title) == ("unpruned", "pruned")
        assert found.data_complete == (False, True)
        assert unpruned.image_shape == (28, 28)
        expected = {"N-cut": 0.5, "in–out ratio": 1.5, "isolated neurons": 5, "test accuracy": 0.75}
        assert unpruned.metrics == pytest.approx(expected)

    def test_spectra_leave_isolated_neurons_out(self, files_of_two_stages):
        found = eigenvalues.read(
            files_of_two_stages, "MNIST", ["unpruned", "pruned"], k=2, graph=PLAIN
        )
        for values in found.by_stage.values():
            assert values.size == 784 + 8 + 3 - 5
            assert values[0] == pytest.approx(0, abs=1e-6)

    @pytest.mark.parametrize(
        ("input_shape", "image"),
        [((28, 28), (28, 28)), ((28, 28, 1), (28, 28)), ((784,), (28, 28)), ((20,), None)],
    )
    def test_inputs_that_are_images_are_drawn_as_such(self, input_shape, image):
        assert drawings.image_shape(input_shape) == image
