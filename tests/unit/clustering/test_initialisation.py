"""Untrained networks, against Keras's own."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from nn_modularity.clustering import initialisation, spectral
from nn_modularity.graphs import layered
from nn_modularity.networks.initialisation import glorot_uniform, modular


def test_untrained_kernels_are_distributed_as_kerass_default():
    import keras  # here, so that the other tests need not wait for TensorFlow

    layer = keras.layers.Dense(256)
    layer.build((None, 784))
    theirs = np.asarray(layer.kernel).ravel()
    ours = glorot_uniform((784, 256), np.random.default_rng(0))
    assert ours.dtype == theirs.dtype
    assert stats.ks_2samp(ours.ravel(), theirs).pvalue > 1e-3
    limit = np.sqrt(6 / (784 + 256))
    assert abs(theirs).max() == pytest.approx(limit, rel=1e-3)
    assert abs(ours).max() == pytest.approx(limit, rel=1e-3)


def test_untrained_networks_have_ncuts_of_their_own():
    seeds = np.random.SeedSequence(0).spawn(12)
    ncuts = initialisation.ncuts((30, 20, 20, 5), 3, 3, seeds)
    assert np.unique(ncuts).size == 12
    assert ((ncuts > 0) & (ncuts < 3)).all()
    assert np.array_equal(ncuts[:3], initialisation.ncuts((30, 20, 20, 5), 3, 3, seeds[:3]))


def test_clusterable_starts_have_the_published_ncuts():
    # Untrained 784-256-256-256-256-10, K = 12, 25 starts: published are 10.295 ± 0.032, and
    # 6.799 ± 0.034 from clusterable starts, the first kernel's included.
    found = []
    for seed in range(3):
        generator = np.random.default_rng(seed)
        shapes = pairwise((784, 256, 256, 256, 256, 10))
        kernels = [glorot_uniform(shape, generator) for shape in shapes]
        clusterable_kernels = modular(kernels, 10, 0.6, generator)
        found.append(
            [
                spectral.cluster(layered.from_kernels(each), 12, 25, generator).ncut
                for each in (kernels, clusterable_kernels)
            ]
        )
    plain, clusterable = np.mean(found, axis=0)
    assert plain == pytest.approx(10.295, abs=0.07)
    assert clusterable == pytest.approx(6.80, abs=0.07)
