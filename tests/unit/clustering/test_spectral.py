"""Spectral clustering and the N-cut, against scikit-learn, networkx and brute force."""

import dataclasses
import itertools
import warnings

import h5py
import networkx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import linalg, sparse
from scipy.sparse import csgraph
from sklearn.cluster import SpectralClustering
from sklearn.manifold import spectral_embedding

from nn_modularity.clustering import embeddings, spectral
from nn_modularity.clustering.kmeans import kmeans
from nn_modularity.clustering.results import Clusters
from nn_modularity.errors import StudyError
from nn_modularity.graphs import layered
from nn_modularity.graphs.operators import listed
from nn_modularity.networks import weights
from nn_modularity.networks.labelling import Labelling

STARTS = 10


def random_graph(widths=(60, 40, 50, 40, 10), density=1.0, seed=0):
    generator = np.random.default_rng(seed)
    return layered.from_kernels(
        [
            generator.normal(size=shape) * (generator.random(shape) < density)
            for shape in itertools.pairwise(widths)
        ]
    )


def planted_graph(n_groups=3, sizes=(8, 5, 6), seed=0):
    """Groups of neurons through all layers, joined within strongly, to others weakly."""
    generator = np.random.default_rng(seed)
    group_of = [np.arange(size * n_groups) % n_groups for size in sizes]
    kernels = [
        np.where(left[:, None] == right, 1.0, 0.02)
        * generator.uniform(0.5, 1, (left.size, right.size))
        for left, right in itertools.pairwise(group_of)
    ]
    return layered.from_kernels(kernels), np.concatenate(group_of)


def networkx_ncut(graph, labels):
    whole = graph.to_networkx()
    clusters = [np.flatnonzero(labels == label) for label in np.unique(labels[labels >= 0])]
    return sum(
        networkx.cut_size(whole, members, weight="weight")
        / networkx.volume(whole, members, weight="weight")
        for members in map(set, clusters)
    )


def connected_part(graph):
    has_edges = ~graph.isolated
    return sparse.csr_matrix(graph.adjacency()[has_edges][:, has_edges])


def all_eigenvalues(graph):
    return linalg.eigvalsh(csgraph.laplacian(connected_part(graph), normed=True).toarray())


def copies_of(n_copies, widths, density, seed=0):
    """A graph of several identical components."""
    blocks = [listed(block).toarray() for block in random_graph(widths, density, seed).blocks]
    return layered.from_kernels([linalg.block_diag(*[block] * n_copies) for block in blocks])


def cluster(graph, k, seed=0):
    return spectral.cluster(graph, k, STARTS, np.random.default_rng(seed))


# N-cut


@given(
    widths=st.lists(st.integers(2, 9), min_size=2, max_size=5),
    density=st.floats(0.2, 1),
    k=st.integers(2, 6),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60)
def test_ncut_equals_networkx_on_random_graphs(widths, density, k, seed):
    generator = np.random.default_rng(seed)
    graph = layered.from_kernels(
        [
            100 * (1 + generator.random(shape)) * (generator.random(shape) < density)
            for shape in itertools.pairwise(widths)
        ]
    )
    labels = generator.integers(k, size=graph.n_neurons)
    labels[graph.isolated] = -1
    found = spectral.ncut(graph, labels) if (labels >= 0).any() else 0.0
    assert found == pytest.approx(networkx_ncut(graph, labels), abs=1e-9)
    assert -1e-9 <= found <= k


def test_ncut_of_a_case_by_hand():
    # 0 -3- 2, 1 -4- 3, 0 -1- 3: volumes of {0, 2} and {1, 3} are 7 and 9, the cut is 1.
    graph = layered.from_kernels([np.array([[3.0, -1.0], [0.0, 4.0]])])
    expected = 1 / 7 + 1 / 9
    assert spectral.ncut(graph, np.array([0, 1, 0, 1])) == pytest.approx(expected, abs=1e-13)


def test_ncut_is_the_same_for_permuted_neurons_and_scaled_weights():
    generator = np.random.default_rng(3)
    graph = random_graph((9, 6, 5))
    labels = generator.integers(3, size=graph.n_neurons)
    orders = [generator.permutation(width) for width in graph.widths]
    moved = layered.from_kernels(
        [
            7 * block[np.ix_(before, after)]
            for block, before, after in zip(graph.blocks, orders, orders[1:], strict=False)
        ]
    )
    starts = np.cumsum([0, *graph.widths[:-1]])
    moved_labels = labels[np.concatenate([s + o for s, o in zip(starts, orders, strict=True)])]
    assert spectral.ncut(moved, moved_labels) == pytest.approx(
        spectral.ncut(graph, labels), abs=1e-9
    )


@pytest.mark.parametrize("scale", [1e-10, 1e10])
@pytest.mark.parametrize("density", [0.1, 1.0])
def test_clusters_and_their_ncut_have_no_scale(scale, density):
    graph = random_graph((150, 80, 90, 70, 10), density)
    scaled = layered.from_kernels([scale * block for block in graph.blocks])
    found, expected = cluster(scaled, 4), cluster(graph, 4)
    assert np.array_equal(found.labels, expected.labels)
    assert found.ncut == pytest.approx(expected.ncut, rel=1e-12)
    few = np.where(np.arange(graph.n_neurons) == np.argmin(graph.degrees), 0, 1)
    assert spectral.ncut(scaled, few) == pytest.approx(spectral.ncut(graph, few), rel=1e-12)


@pytest.mark.parametrize("tiny", [1e-17, 1e-37])
@pytest.mark.parametrize("density", [0.1, 1.0])
@pytest.mark.parametrize("widths", [(30, 12, 10, 5), (150, 120, 110, 70)])
def test_neurons_whose_weights_are_next_to_nothing_are_isolated(widths, density, tiny):
    blocks = [block.copy() for block in random_graph(widths, density).blocks]
    dead = [np.flatnonzero(np.arange(widths[1]) % 3 == 0), np.arange(2)]
    without = [block.copy() for block in blocks]
    for layer, neurons in enumerate(dead, start=1):
        for made, factor in ((blocks, tiny), (without, 0)):
            made[layer - 1][:, neurons] *= factor
            made[layer][neurons] *= factor
    graph, expected = layered.from_kernels(blocks), layered.from_kernels(without)
    np.testing.assert_array_equal(graph.isolated, expected.isolated)
    found, reference = cluster(graph, 4), cluster(expected, 4)
    np.testing.assert_array_equal(found.labels, reference.labels)
    assert found.ncut == pytest.approx(reference.ncut, rel=1e-12)
    assert found.ncut >= spectral.ncut_bound(found.eigenvalues) - 1e-9


def test_a_cluster_of_next_to_no_volume_is_cut_as_any_other():
    graph = layered.from_kernels([np.array([[3.0, 0.0], [0.0, 4.0], [1e-30, 0.0]])])
    assert spectral.ncut(graph, np.array([0, 0, 1, 0, 0])) == pytest.approx(1)


def test_the_ncuts_of_several_clusterings_are_those_of_each():
    graph = random_graph((9, 6, 5))
    clusterings = np.random.default_rng(0).integers(-1, 4, (5, graph.n_neurons))
    expected = [spectral.ncut(graph, labels) for labels in clusterings]
    assert np.allclose(spectral.ncuts(graph, clusterings), expected, rtol=1e-14)


@given(
    widths=st.lists(st.integers(2, 9), min_size=2, max_size=5),
    density=st.floats(0.2, 1),
    k=st.integers(1, 6),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60)
def test_no_clustering_cuts_less_than_the_bound(widths, density, k, seed):
    graph = random_graph(widths, density, seed)
    labels = np.random.default_rng(seed).integers(k, size=graph.n_neurons)
    labels[graph.isolated] = -1
    assume(np.unique(labels[labels >= 0]).size == k)
    _, eigenvalues = embeddings.embedding(graph, k)
    assert spectral.ncut_bound(eigenvalues) <= spectral.ncut(graph, labels) + 1e-9


def test_components_reach_the_bound():
    graph = copies_of(3, (5, 4, 3), 1.0)
    labels = np.concatenate([np.repeat(np.arange(3), width) for width in (5, 4, 3)])
    _, eigenvalues = embeddings.embedding(graph, 3)
    assert spectral.ncut_bound(eigenvalues) == pytest.approx(0, abs=1e-9)
    assert spectral.ncut(graph, labels) == pytest.approx(0, abs=1e-9)


# Embedding


@pytest.mark.parametrize(
    ("widths", "density"),
    [
        ((60, 40, 50, 40, 10), 1.0),
        ((200, 120, 150, 120, 10), 0.15),
        ((30, 90, 200, 120), 0.15),
        ((20, 30, 10), 0.6),
    ],
)
@pytest.mark.parametrize("k", [2, 4])
def test_embedding_is_scikit_learns(widths, density, k):
    graph = random_graph(widths, density)
    rows, _ = embeddings.embedding(graph, k)
    expected = spectral_embedding(
        connected_part(graph), n_components=k, drop_first=False, random_state=0
    )
    found = rows[~graph.isolated]
    # The same up to signs: equal inner products of all rows.
    scale = (expected**2).sum(axis=1).max()
    assert np.allclose(found @ found.T, expected @ expected.T, atol=1e-5 * scale)
    assert np.ptp(found[:, 0]) < 1e-12
    assert not rows[graph.isolated].any()


@pytest.mark.parametrize("density", [0.15, 1.0])
def test_eigenvalues_are_those_of_the_normalised_laplacian(density):
    graph = random_graph((200, 120, 150, 120, 10), density)
    expected = all_eigenvalues(graph)
    _, smallest = embeddings.embedding(graph, 5)
    assert np.allclose(smallest, expected[:5], atol=1e-9)
    assert np.allclose(embeddings.spectrum(graph), expected, atol=1e-7)


def test_products_with_the_blocks_find_what_the_gram_matrix_finds(monkeypatch):
    graph = random_graph((200, 120, 150, 120, 10), 0.5)
    assert not graph.is_sparse
    rows, values = embeddings.embedding(graph, 4)
    monkeypatch.setattr(embeddings, "LARGEST_GRAM", 10)
    other_rows, other_values = embeddings.embedding(graph, 4)
    assert np.allclose(values, other_values, atol=1e-9)
    assert np.allclose(abs(rows), abs(other_rows), atol=1e-5 * abs(rows).max())


@pytest.mark.parametrize("n_copies", [2, 3])
@pytest.mark.parametrize(("widths", "density"), [((60, 70, 60), 1.0), ((120, 110, 100), 0.05)])
@pytest.mark.parametrize("k", [4, 6])
def test_eigenvalues_of_identical_components_come_as_often_as_there_are(
    n_copies, widths, density, k
):
    graph = copies_of(n_copies, widths, density)
    rows, values = embeddings.embedding(graph, k)
    assert np.allclose(values, all_eigenvalues(graph)[:k], atol=1e-9)
    vectors = (rows * np.sqrt(graph.degrees)[:, None])[~graph.isolated]
    assert np.allclose(vectors.T @ vectors, np.eye(k), atol=1e-6)
    laplacian = csgraph.laplacian(connected_part(graph), normed=True)
    assert np.allclose(laplacian @ vectors, vectors * values, atol=1e-6)


def test_eigenvalues_of_a_symmetric_network_come_as_often_as_they_occur():
    # Six identical groups, each joined to each other alike: all permutations are symmetries.
    within = random_graph((40, 40, 40)).blocks
    graph = layered.from_kernels(
        [np.kron(np.eye(6), block) + np.kron(np.full((6, 6), 0.02), block) for block in within]
    )
    _, values = embeddings.embedding(graph, 7)
    assert np.allclose(values, all_eigenvalues(graph)[:7], atol=1e-9)
    assert np.ptp(values[1:6]) < 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_identical_components_are_clustered_as_by_a_whole_decomposition(seed):
    graph = copies_of(2, (60, 70, 60), 0.6, seed)
    has_edges = ~graph.isolated
    laplacian = csgraph.laplacian(connected_part(graph), normed=True).toarray()
    _, vectors = linalg.eigh(laplacian)
    rows = vectors[:, :4] / np.sqrt(graph.degrees[has_edges])[:, None]
    found, _ = kmeans(rows, 4, 100, np.random.default_rng(0))
    labels = np.full((len(found), graph.n_neurons), -1)
    labels[:, has_edges] = found
    expected = spectral.ncuts(graph, labels).min()
    ours = spectral.cluster(graph, 4, 100, np.random.default_rng(0)).ncut
    assert ours == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("width", [60, 300])
def test_a_network_of_equal_weights_has_the_eigenvalue_1_for_all_but_one(width):
    graph = layered.from_kernels([np.ones((width, width)), np.ones((width, width))])
    rows, values = embeddings.embedding(graph, 4)
    assert np.allclose(values, [0, 1, 1, 1], atol=1e-9)
    vectors = rows * np.sqrt(graph.degrees)[:, None]
    assert np.allclose(vectors.T @ vectors, np.eye(4), atol=1e-9)
    laplacian = csgraph.laplacian(connected_part(graph), normed=True)
    assert np.allclose(laplacian @ vectors, vectors * values, atol=1e-9)


def cnn(n_dense, density, seed=0):
    """Two convolutions with a pool after each, and a dense layer: some 600 neurons and more."""
    generator = np.random.default_rng(seed)

    def kernel(*shape):
        return generator.normal(size=shape) * (generator.random(shape) < density)

    def pool():
        return weights.Layer("max_pool2d", padding="valid", strides=(2, 2), pool_size=(2, 2))

    def convolution(*shape):
        return weights.Layer("conv2d", kernel(*shape), padding="same", strides=(1, 1))

    layers = (convolution(3, 3, 1, 4), pool(), convolution(3, 3, 4, 6), weights.Layer("flatten"))
    layers += (
        weights.Layer("dense", kernel(150, n_dense)),
        weights.Layer("dense", kernel(n_dense, 10)),
    )
    return layered.from_network(weights.Network((10, 10), layers))


@pytest.mark.parametrize(("n_dense", "density"), [(300, 1.0), (300, 0.2), (20, 1.0)])
def test_a_cnn_is_clustered_as_its_unrolled_whole(n_dense, density):
    graph = cnn(n_dense, density)
    matrix = graph.adjacency().toarray()
    assert np.allclose(graph.degrees, matrix.sum(axis=0), rtol=1e-12)
    rows, values = embeddings.embedding(graph, 4)
    assert np.allclose(values, all_eigenvalues(graph)[:4], atol=1e-9)
    vectors = rows * np.sqrt(graph.degrees)[:, None]
    laplacian = csgraph.laplacian(connected_part(graph), normed=True)
    has_edges = ~graph.isolated
    assert np.allclose(laplacian @ vectors[has_edges], vectors[has_edges] * values, atol=1e-6)
    found = cluster(graph, 4)
    members = found.labels[:, None] == np.arange(4)
    volumes, within = matrix.sum(axis=0) @ members, ((matrix @ members) * members).sum(axis=0)
    assert found.ncut == pytest.approx((1 - within / volumes).sum(), rel=1e-9)


# Clusters


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("density", [0.1, 1.0])
def test_clusters_cut_no_more_than_scikit_learns(seed, density):
    graph = random_graph((150, 80, 90, 70, 10), density, seed)
    reference = SpectralClustering(
        4, affinity="precomputed", n_init=STARTS, random_state=seed, eigen_solver="arpack"
    )
    labels = np.full(graph.n_neurons, -1)
    labels[~graph.isolated] = reference.fit(connected_part(graph)).labels_
    assert cluster(graph, 4).ncut <= networkx_ncut(graph, labels) * 1.02


def test_planted_groups_are_found_whatever_the_seed():
    graph, group_of = planted_graph()
    for seed in range(5):
        labels = cluster(graph, 3, seed).labels
        pairs = set(zip(labels.tolist(), group_of.tolist(), strict=True))
        assert len(pairs) == 3


def test_permuting_neurons_permutes_labels():
    graph, _ = planted_graph()
    generator = np.random.default_rng(0)
    orders = [generator.permutation(width) for width in graph.widths]
    moved = layered.from_kernels(
        [
            block[np.ix_(before, after)]
            for block, before, after in zip(graph.blocks, orders, orders[1:], strict=False)
        ]
    )
    starts = np.cumsum([0, *graph.widths[:-1]])
    order = np.concatenate([s + o for s, o in zip(starts, orders, strict=True)])
    assert np.array_equal(cluster(moved, 3).labels, cluster(graph, 3).labels[order])


@pytest.mark.parametrize("seed", range(5))
def test_the_best_cut_of_a_planted_graph_is_found(seed):
    graph, _ = planted_graph(2, (3, 2, 2), seed)
    everything = itertools.product([0, 1], repeat=graph.n_neurons - 1)
    best = min(spectral.ncut(graph, np.array([0, *rest])) for rest in everything if any(rest))
    assert cluster(graph, 2).ncut == pytest.approx(best, abs=1e-9)


def test_labels_are_numbered_by_volume_and_isolated_neurons_are_left_out():
    graph = random_graph((80, 40, 30), 0.05, seed=1)
    found = cluster(graph, 4)
    assert graph.isolated.any()
    assert np.array_equal(found.labels == -1, graph.isolated)
    volumes = [graph.degrees[found.labels == label].sum() for label in range(4)]
    assert volumes == sorted(volumes, reverse=True)
    assert np.min(volumes) > 0


def test_the_same_seed_gives_the_same_clusters():
    graph = random_graph((200, 120, 150, 120, 10), 0.1)
    first, second = cluster(graph, 4, 5), cluster(graph, 4, 5)
    assert np.array_equal(first.labels, second.labels)
    assert first.ncut == second.ncut


def test_the_ncut_of_clusters_is_that_of_their_labels():
    for seed in range(5):
        graph = random_graph((80, 40, 30), 0.1, seed)
        found = cluster(graph, 4, seed)
        assert found.ncut == spectral.ncut(graph, found.labels)


@pytest.mark.parametrize("data_complete", [False, True])
def test_clusters_are_read_as_written(tmp_path, data_complete):
    found = dataclasses.replace(cluster(random_graph(), 4), data_complete=data_complete)
    found.write(tmp_path / "clusters.h5")
    again = Clusters.read(tmp_path / "clusters.h5")
    assert np.array_equal(again.labels, found.labels)
    assert np.array_equal(again.eigenvalues, found.eigenvalues)
    assert (again.ncut, again.widths) == (found.ncut, found.widths)
    assert again.data_complete is data_complete
    with h5py.File(tmp_path / "clusters.h5") as file:
        assert {"labels", "ncut", "eigenvalues", "widths"} == set(file)


def test_a_clustering_is_a_labelling_whose_file_tells_its_sub_modules(tmp_path):
    found = cluster(random_graph(), 4)
    found.write(tmp_path / "clusters.h5")
    assert Labelling.read(tmp_path / "clusters.h5").sub_modules == found.sub_modules


# Odd graphs


@pytest.mark.parametrize("copies", [2, 3, 4, 7])
@pytest.mark.parametrize("width", [6, 80])
def test_components_are_never_cut(copies, width):
    generator = np.random.default_rng(copies)
    kernels = [generator.random((width, width)), generator.random((width, width))]
    graph = layered.from_kernels(
        [linalg.block_diag(*[(1 + c) * kernel for c in range(copies)]) for kernel in kernels]
    )
    found = cluster(graph, 4)
    component = np.tile(np.repeat(np.arange(copies), width), 3)
    if copies >= 4:
        assert found.ncut == pytest.approx(0, abs=1e-9)
    assert np.sum(np.abs(found.eigenvalues) < 1e-9) == min(copies, 4)
    split = [np.unique(found.labels[component == c]).size for c in range(copies)]
    assert sum(split) == max(4, copies)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_of_more_components_than_clusters_the_smallest_share_one(order):
    blocks = [np.full((5, 5), weight) for weight in (8.0, 4.0, 2.0, 1.0)]
    graph = layered.from_kernels([linalg.block_diag(*[blocks[number] for number in order])] * 2)
    labels = cluster(graph, 3).labels.reshape(3, 4, 5)
    expected = np.array([0, 1, 2, 2])[list(order)]
    assert np.array_equal(labels, np.broadcast_to(expected[:, None], (3, 4, 5)))


def test_scikit_learn_agrees_on_the_subspace_of_a_disconnected_graph():
    generator = np.random.default_rng(0)
    graph = layered.from_kernels(
        [linalg.block_diag(generator.random((150, 130)), generator.random((90, 120)))]
    )
    rows, _ = embeddings.embedding(graph, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = spectral_embedding(
            connected_part(graph), n_components=3, drop_first=False, random_state=0
        )
    scale = (expected**2).sum(axis=1).max()
    assert np.allclose(rows @ rows.T, expected @ expected.T, atol=1e-4 * scale)


@pytest.mark.parametrize("width", [6, 300])
def test_more_clusters_than_a_layer_has_neurons(width):
    graph = random_graph((width, 2, 3))
    found = cluster(graph, 4)
    assert set(found.labels) == {0, 1, 2, 3}


def test_neurons_with_equal_weights_are_clustered_somehow_and_always_alike():
    graph = layered.from_kernels([np.ones((4, 4)), np.ones((4, 4))])
    first, second = cluster(graph, 4), cluster(graph, 4)
    assert np.array_equal(first.labels, second.labels)
    assert 0 <= first.ncut <= 4


def test_too_few_neurons_with_edges_are_an_error_that_says_so():
    kernel = np.zeros((5, 5))
    kernel[0, 0] = 1
    with pytest.raises(StudyError, match="found 2 neurons with edges, expected at least k = 3"):
        cluster(layered.from_kernels([kernel]), 3)
    with pytest.raises(StudyError, match="found 0 neurons with edges"):
        cluster(layered.from_kernels([np.zeros((5, 5))]), 2)
    with pytest.raises(StudyError, match="only zero weights"):
        embeddings.spectrum(layered.from_kernels([np.zeros((5, 5))]))


@pytest.mark.parametrize(
    ("n_neurons", "given", "expected"),
    [(1818, (10, 100), 10), (1000, (10, 100), 10), (999, (10, 100), 100), (50, (200, 100), 200)],
)
def test_networks_of_few_neurons_take_more_starts(n_neurons, given, expected):
    assert spectral.starts(n_neurons, *given) == expected


def test_with_more_starts_the_seed_decides_little_of_a_small_network():
    graph = random_graph((784, 64, 64, 64, 10), density=0.1)
    ncuts = {
        n_starts: np.array(
            [
                spectral.cluster(graph, 4, n_starts, np.random.default_rng(seed)).ncut
                for seed in range(12)
            ]
        )
        for n_starts in (10, spectral.starts(graph.n_neurons, 10, 100))
    }
    assert np.ptp(ncuts[10]) > 1e-2
    assert np.ptp(ncuts[100]) < np.ptp(ncuts[10]) / 4
