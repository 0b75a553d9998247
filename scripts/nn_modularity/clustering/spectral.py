"""Spectral clustering of a layered graph, and the N-cut that judges it.

Shi & Malik (2000); arXiv 2003.04881, section 2.2.
"""

from __future__ import annotations

import numpy as np

from nn_modularity.clustering import embeddings
from nn_modularity.clustering.embeddings import Graph
from nn_modularity.clustering.kmeans import kmeans
from nn_modularity.clustering.results import Clusters

FEW_NEURONS = 1000
"""Networks of fewer neurons take more starts of k-means; see `starts`."""


def starts(n_neurons: int, n_starts: int, n_starts_few: int) -> int:
    """Starts of k-means that the N-cut of a network takes, with so many neurons.

    Parameters
    ----------
    n_neurons : int
        Of the network as it is, isolated ones included.
    n_starts, n_starts_few : int
        From `FEW_NEURONS` on, and below, where few starts leave the N-cut to the seed.
    """
    return n_starts if n_neurons >= FEW_NEURONS else max(n_starts, n_starts_few)


def cluster(graph: Graph, k: int, n_starts: int, generator: np.random.Generator) -> Clusters:
    """Cluster the neurons of a graph that have edges.

    Parameters
    ----------
    graph : LayeredGraph or UnitGraph
    k : int
        Number of clusters. Fewer come out if fewer than k rows of the embedding are distinct.
    n_starts : int
        Starts of k-means. The one with the smallest inertia counts; of several that tie, the one
        with the smallest N-cut.
    generator : numpy.random.Generator
        Seeds k-means; all else is deterministic.

    Raises
    ------
    StudyError
        If fewer than k neurons have edges.
    """
    rows, eigenvalues = embeddings.embedding(graph, k)
    has_edges = ~graph.isolated
    # The first coordinate is the same for every neuron and moves no centre.
    found, _ = kmeans(rows[has_edges, 1:], k, n_starts, generator)
    candidates = np.full((len(found), graph.n_neurons), -1)
    candidates[:, has_edges] = found
    cuts = ncuts(graph, candidates)
    best = np.argmin(cuts)
    labels = canonical(graph, candidates[best])
    return Clusters(labels, graph.widths, float(cuts[best]), eigenvalues)


def canonical(graph: Graph, labels: np.ndarray) -> np.ndarray:
    """Number clusters by volume, the largest first; −1 stays.

    Clusters of equal volume are in the order of their first neurons.
    """
    names, first, members = np.unique(labels, return_index=True, return_inverse=True)
    volumes = np.bincount(members, weights=graph.degrees)
    is_cluster = names >= 0
    order = np.lexsort((first, -volumes))
    order = order[is_cluster[order]]
    number = np.full(names.size, -1)
    number[order] = np.arange(order.size)
    return number[members]


def ncut(graph: Graph, labels: np.ndarray) -> float:
    """Normalised cut of a clustering, Σ_c cut(c, V∖c) / vol(c); an empty cluster adds 0.

    Parameters
    ----------
    graph : LayeredGraph or UnitGraph
    labels : (n_neurons,) int
        −1 for neurons in no cluster.

    Notes
    -----
    Shi & Malik (2000), eq. 2; arXiv 2003.04881, section 2.2.
    """
    return float(ncuts(graph, labels[None])[0])


def ncuts(graph: Graph, clusterings: np.ndarray) -> np.ndarray:
    """`ncut` of several clusterings at once, (n_clusterings, n_neurons) → (n_clusterings,)."""
    n_clusters = clusterings.max() + 1
    members = clusterings.T[:, :, None] == np.arange(n_clusters)
    members = members.reshape(graph.n_neurons, -1).astype(np.float64)
    volumes = graph.degrees @ members
    within = graph.within(members)
    cuts = np.maximum(volumes - within, 0)
    shares = np.divide(cuts, volumes, out=np.zeros_like(volumes), where=volumes > 0)
    return shares.reshape(-1, n_clusters).sum(axis=1)


def ncut_bound(eigenvalues: np.ndarray) -> float:
    """What no clustering's N-cut falls below: the sum of the smallest eigenvalues.

    Parameters
    ----------
    eigenvalues : (k,) float64
        The k smallest of the normalised Laplacian, for clusterings into k clusters.

    Notes
    -----
    An N-cut is the trace of the Laplacian on the span of the clusters' indicators over √volume,
    and no k-dimensional subspace has a smaller trace than that of its first k eigenvectors
    (Ky Fan, 1949).
    """
    return float(np.sum(eigenvalues))
