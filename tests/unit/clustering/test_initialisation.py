"""Untrained networks, against Keras's own."""

import numpy as np
import pytest
from scipy import stats

from nn_modularity.clustering import initialisation


def test_untrained_kernels_are_distributed_as_kerass_default():
    import keras  # here, so that the other tests need not wait for TensorFlow

    layer = keras.layers.Dense(256)
    layer.build((None, 784))
    theirs = np.asarray(layer.kernel).ravel()
    ours = initialisation.glorot_uniform((784, 256), np.random.default_rng(0))
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
