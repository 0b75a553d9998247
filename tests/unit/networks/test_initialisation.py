"""Clusterable starts."""

import numpy as np
import pytest

from nn_modularity.networks import initialisation


@pytest.mark.parametrize("across", [0.0, 0.6, 1.0])
def test_a_clusterable_start_keeps_the_mean_size_of_weights(across):
    generator = np.random.default_rng(0)
    kernels = [generator.normal(size=shape) for shape in ((400, 300), (300, 10))]
    made = initialisation.modular(kernels, 10, across, generator)
    for before, after in zip(kernels, made, strict=True):
        ratios = np.unique(np.round(after / before, 6))
        assert set(ratios) <= {round(across, 6), round(1 + 9 * (1 - across), 6)}
        assert np.abs(after).mean() == pytest.approx(np.abs(before).mean(), rel=0.05)
    same = initialisation.modular(kernels, 1, across, generator)
    for before, after in zip(kernels, same, strict=True):
        np.testing.assert_array_equal(before, after)
