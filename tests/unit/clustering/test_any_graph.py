"""Clustering of graphs with skips, against SciPy, scikit-learn and networkx."""

import networkx
import numpy as np
import pytest
from scipy import linalg, sparse
from sklearn.cluster import SpectralClustering

from nn_modularity.clustering import embeddings, spectral
from nn_modularity.errors import StudyError
from nn_modularity.graphs.operators import Matrix
from nn_modularity.graphs.unit_graph import UnitGraph

SKIPS = {
    "bipartite": {(0, 1), (1, 2), (2, 3), (0, 3)},
    "odd": {(0, 1), (1, 2), (0, 2), (2, 3), (1, 3)},
}
SIZES = {"small": (20, 15, 12, 10), "large": (150, 120, 130, 90)}


def random_graph(pairs, widths, density=0.3, seed=0):
    generator = np.random.default_rng(seed)
    blocks = {}
    for i, j in sorted(pairs):
        shape = (widths[i], widths[j])
        blocks[i, j] = np.abs(generator.normal(size=shape)) * (generator.random(shape) < density)
    return UnitGraph(widths, blocks)


def copies_of(graph, n_copies):
    """A graph of several identical components."""
    blocks = {pair: linalg.block_diag(*[block] * n_copies) for pair, block in graph.blocks.items()}
    return UnitGraph(tuple(n_copies * width for width in graph.widths), blocks)


def normalised(graph):
    roots = np.sqrt(graph.degrees)
    return graph.adjacency().toarray() / np.outer(roots, roots)


@pytest.fixture(params=[(kind, size) for kind in SKIPS for size in SIZES], ids="-".join)
def graph(request):
    kind, size = request.param
    found = random_graph(SKIPS[kind], SIZES[size])
    assert found.is_bipartite == (kind == "bipartite")
    assert not found.isolated.any()
    return found


def test_the_embedding_spans_the_leading_eigenvectors(graph):
    rows, eigenvalues = embeddings.embedding(graph, 5)
    values, vectors = linalg.eigh(np.eye(graph.n_neurons) - normalised(graph))
    np.testing.assert_allclose(eigenvalues, values[:5], atol=1e-6)
    found = rows * np.sqrt(graph.degrees)[:, None]
    np.testing.assert_allclose(found.T @ found, np.eye(5), atol=1e-6)
    assert linalg.subspace_angles(found, vectors[:, :5]).max() < 1e-3
    assert np.ptp(rows[:, 0]) < 1e-9


def test_the_spectrum_is_scipys(graph):
    expected = linalg.eigvalsh(np.eye(graph.n_neurons) - normalised(graph))
    np.testing.assert_allclose(embeddings.spectrum(graph), np.clip(expected, 0, 2), atol=1e-8)


def test_clusters_are_as_good_as_scikit_learns(graph):
    clusters = spectral.cluster(graph, 4, 10, np.random.default_rng(0))
    peer = SpectralClustering(4, affinity="precomputed", random_state=0, assign_labels="kmeans")
    labels = peer.fit_predict(sparse.csr_matrix(graph.adjacency()))
    assert clusters.ncut <= spectral.ncut(graph, labels) * 1.02
    assert clusters.widths == graph.widths


def test_the_ncut_is_networkxs(graph):
    labels = np.random.default_rng(0).integers(0, 3, graph.n_neurons)
    whole = graph.to_networkx()
    expected = sum(
        networkx.cut_size(whole, members, weight="weight")
        / networkx.volume(whole, members, weight="weight")
        for members in (set(np.flatnonzero(labels == label)) for label in range(3))
    )
    assert spectral.ncut(graph, labels) == pytest.approx(expected)


@pytest.mark.parametrize("kind", SKIPS)
@pytest.mark.parametrize("size", SIZES)
def test_identical_components_are_all_found(kind, size):
    one = random_graph(SKIPS[kind], SIZES[size])
    _, eigenvalues = embeddings.embedding(copies_of(one, 3), 7)
    (single,) = (linalg.eigvalsh(np.eye(one.n_neurons) - normalised(one)),)
    expected = np.sort(np.repeat(single, 3))[:7]
    np.testing.assert_allclose(eigenvalues, expected, atol=1e-6)
    clusters = spectral.cluster(copies_of(one, 3), 3, 10, np.random.default_rng(0))
    assert clusters.ncut == pytest.approx(0, abs=1e-9)


def test_isolated_units_stay_out():
    graph = random_graph(SKIPS["odd"], SIZES["small"])
    for block in graph.blocks.values():
        block[:2] = 0
    blocks = {pair: block.copy() for pair, block in graph.blocks.items()}
    for (_, j), block in blocks.items():
        if j == 1:
            block[:, :2] = 0
    clusters = spectral.cluster(UnitGraph(graph.widths, blocks), 3, 10, np.random.default_rng(0))
    assert set(np.flatnonzero(clusters.labels < 0)) == {0, 1, 20, 21}


def test_too_few_units_are_refused():
    graph = UnitGraph((2, 1, 1), {(0, 1): np.ones((2, 1)), (0, 2): np.zeros((2, 1))})
    with pytest.raises(StudyError, match="found 3 neurons with edges, expected at least k = 4"):
        spectral.cluster(graph, 4, 10, np.random.default_rng(0))


def test_clusters_depend_on_the_arguments_alone(graph):
    one, other = (spectral.cluster(graph, 4, 10, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.labels, other.labels)
    assert one.ncut == other.ncut


def test_blocks_that_are_applied_are_clustered_as_listed_ones(graph):
    applied = UnitGraph(graph.widths, {pair: Matrix(each) for pair, each in graph.blocks.items()})
    assert not applied.is_sparse
    rows, values = embeddings.embedding(graph, 4)
    found_rows, found_values = embeddings.embedding(applied, 4)
    np.testing.assert_allclose(found_values, values, atol=1e-9)
    np.testing.assert_allclose(abs(found_rows), abs(rows), atol=1e-5 * abs(rows).max())
    one, other = (
        spectral.cluster(each, 4, 10, np.random.default_rng(0)) for each in (graph, applied)
    )
    assert other.ncut == pytest.approx(one.ncut, rel=1e-9)
