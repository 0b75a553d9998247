"""K-means, against scikit-learn and brute force."""

import itertools

import numpy as np
import pytest
from sklearn.cluster import KMeans

from nn_modularity.clustering import kmeans as module
from nn_modularity.clustering.kmeans import kmeans


def inertia_of(points, labels):
    return sum(
        ((points[labels == label] - points[labels == label].mean(axis=0)) ** 2).sum()
        for label in np.unique(labels)
    )


@pytest.mark.parametrize("k", [2, 4, 10])
def test_inertia_is_no_worse_than_scikit_learns(k):
    points = np.random.default_rng(0).normal(size=(500, 3))
    ours = [kmeans(points, k, 10, np.random.default_rng(seed))[1][0] for seed in range(10)]
    theirs = [KMeans(k, n_init=10, random_state=seed).fit(points).inertia_ for seed in range(10)]
    assert np.mean(ours) <= np.mean(theirs) * 1.005


def test_inertia_is_that_of_the_labels_once_they_stand_still():
    points = np.random.default_rng(1).normal(size=(300, 2))
    for labels, inertia in zip(*kmeans(points, 5, 10, np.random.default_rng(0)), strict=True):
        assert inertia == pytest.approx(inertia_of(points, labels), rel=1e-9)


def test_only_the_best_clusterings_and_those_that_tie_with_it_come_back():
    points = np.random.default_rng(1).normal(size=(2000, 2))
    labels, inertias = kmeans(points, 6, 40, np.random.default_rng(0))
    assert np.all(np.diff(inertias) >= 0)
    assert inertias[-1] <= inertias[0] * (1 + 2e-3)
    assert len(np.unique(labels, axis=0)) == len(labels)
    alone, _ = kmeans(points, 6, 1, np.random.default_rng(0))
    assert len(alone) == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_best_partition_of_few_points_is_found(seed):
    points = np.random.default_rng(seed).normal(size=(8, 2))
    best = min(
        inertia_of(points, np.array(labels)) for labels in itertools.product(range(3), repeat=8)
    )
    assert kmeans(points, 3, 50, np.random.default_rng(0))[1][0] == pytest.approx(best)


def test_points_that_coincide_share_a_cluster():
    points = np.repeat(np.random.default_rng(0).normal(size=(3, 2)), 10, axis=0)
    (labels, *_), (inertia, *_) = kmeans(points, 3, 5, np.random.default_rng(0))
    assert inertia == pytest.approx(0, abs=1e-20)
    assert np.array_equal(labels, np.repeat(labels[::10], 10))
    assert np.unique(labels).size == 3


def test_fewer_distinct_points_than_clusters_leave_clusters_empty():
    points = np.repeat([[0.0, 0.0], [1.0, 1.0]], 10, axis=0)
    (labels, *_), (inertia, *_) = kmeans(points, 4, 5, np.random.default_rng(0))
    assert inertia == 0
    assert np.unique(labels).size == 2


def test_as_many_clusters_as_points_give_each_its_own():
    points = np.random.default_rng(0).normal(size=(6, 2))
    (labels, *_), _ = kmeans(points, 6, 10, np.random.default_rng(0))
    assert sorted(labels) == list(range(6))


@pytest.mark.parametrize("k", [3, 8])
def test_starts_on_some_points_find_about_as_good_clusters_of_all(k, monkeypatch):
    generator = np.random.default_rng(0)
    points = generator.normal(size=(6000, 3)) + 3 * generator.integers(0, 4, (6000, 1))
    of_all = [kmeans(points, k, 10, np.random.default_rng(seed))[1][0] for seed in range(5)]
    monkeypatch.setattr(module, "LARGEST", 1000)
    found = [kmeans(points, k, 10, np.random.default_rng(seed)) for seed in range(5)]
    assert np.mean([inertias[0] for _, inertias in found]) <= np.mean(of_all) * 1.02
    for labels, inertias in found:
        assert labels.shape[1] == 6000
        assert inertias[0] == pytest.approx(inertia_of(points, labels[0]), rel=1e-3)
    again, _ = kmeans(points, k, 10, np.random.default_rng(4))
    assert np.array_equal(again, found[4][0])
