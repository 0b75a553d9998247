"""The clusterability penalty against all eigenvalues, and its gradient against differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn_modularity.clustering import embeddings, penalty
from nn_modularity.graphs import layered, units
from nn_modularity.networks import layers
from nn_modularity.networks.network import chain


def normal(*shape, seed=0, density=1.0):
    generator = np.random.default_rng(seed)
    kernel = generator.normal(size=shape) * (generator.random(shape) < density)
    return kernel.astype(np.float32)


def slow(kernels, k):
    """The mean eigenvalue from the whole spectrum."""
    return embeddings.spectrum(layered.from_kernels(kernels))[1 : k + 1].mean()


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 3), st.sampled_from([0.5, 1.0]))
def test_the_gradient_is_that_of_differences(seed, k, density):
    kernels = [
        normal(7, 6, seed=seed, density=density),
        normal(6, 5, seed=seed + 1, density=density),
        normal(5, 4, seed=seed + 2),
    ]
    value, gradients = penalty.mean_eigenvalue(kernels, k)
    assert value == pytest.approx(slow(kernels, k), abs=1e-8)
    spectrum = embeddings.spectrum(layered.from_kernels(kernels))
    if spectrum[k + 1] - spectrum[k] < 1e-3:
        return  # not smooth
    generator = np.random.default_rng(seed)
    direction = [generator.normal(size=kernel.shape) * (kernel != 0) for kernel in kernels]
    step = 1e-6
    ahead, behind = (
        slow([k64 + sign * step * d for k64, d in zip(doubles(kernels), direction, strict=True)], k)
        for sign in (1, -1)
    )
    expected = (ahead - behind) / (2 * step)
    found = sum(np.sum(g * d) for g, d in zip(gradients, direction, strict=True))
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-5)


def doubles(kernels):
    return [kernel.astype(np.float64) for kernel in kernels]


def test_the_gradient_of_a_large_network_is_that_of_differences():
    kernels = [normal(300, 200), normal(200, 150, seed=1), normal(150, 10, seed=2)]
    value, gradients = penalty.mean_eigenvalue(kernels, 3)
    assert value == pytest.approx(slow(kernels, 3), abs=1e-7)
    step = 1e-5
    direction = [normal(*kernel.shape, seed=9) for kernel in kernels]
    ahead, behind = (
        slow([w + sign * step * d for w, d in zip(doubles(kernels), direction, strict=True)], 3)
        for sign in (1, -1)
    )
    found = sum(np.sum(g * d) for g, d in zip(gradients, direction, strict=True))
    assert found == pytest.approx((ahead - behind) / (2 * step), rel=1e-2)


def test_a_convolutional_network_is_a_graph_of_channels():
    first, second, dense, last = (
        normal(3, 3, 2, 4),
        normal(3, 3, 4, 5, seed=1),
        normal(2 * 2 * 5, 6, seed=2),
        normal(6, 3, seed=3),
    )
    same = ((1, 1), (1, 1))
    network = chain(
        layers.Input((4, 4, 2)),
        [
            layers.Convolution(first, padding=same),
            layers.Activation("relu"),
            layers.Convolution(second, padding=same),
            layers.MaxPool((2, 2), (2, 2)),
            layers.Flatten(),
            layers.Dense(dense),
            layers.Dense(last),
        ],
    )
    spectrum = embeddings.spectrum(units.from_network(network, "channels"))
    value, gradients = penalty.mean_eigenvalue([first, second, dense, last], 3)
    assert value == pytest.approx(spectrum[1:4].mean(), abs=1e-6)
    assert [each.shape for each in gradients] == [w.shape for w in (first, second, dense, last)]


def test_weights_that_do_not_count_have_no_gradient():
    kernels = [normal(6, 5, density=0.5), normal(5, 4, seed=1)]
    kernels[0][:, 2] = 0
    kernels[1][2] = 0
    _, gradients = penalty.mean_eigenvalue(kernels, 2)
    for kernel, gradient in zip(kernels, gradients, strict=True):
        assert gradient.dtype == np.float32
        assert np.all(gradient[kernel == 0] == 0)
        assert np.isfinite(gradient).all()


def test_a_network_in_parts_is_as_clusterable_as_can_be():
    kernels = [np.kron(np.eye(3), np.ones((4, 3))).astype(np.float32)] * 1
    value, gradients = penalty.mean_eigenvalue(kernels, 2)
    assert value == pytest.approx(0, abs=1e-9)
    assert np.abs(gradients[0]).max() < 1e-6
