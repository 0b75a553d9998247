"""Scales of a graph's weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn_modularity.activations.runtime import Runtime
from nn_modularity.errors import StudyError
from nn_modularity.graphs import scales, units
from nn_modularity.networks import layers
from nn_modularity.networks.network import Network, chain


def normal(generator, *shape):
    return generator.normal(size=shape).astype(np.float32)


def relu_network(generator, factors=None):
    """Convolution, convolution, dense; each hidden channel scaled by its factor and back."""
    one, two = normal(generator, 3, 3, 1, 4), normal(generator, 2, 2, 4, 5)
    three, bias = normal(generator, 45, 3), normal(generator, 4)
    if factors is not None:
        a, b = factors
        one, bias = one * a, bias * a
        two = two / a[:, None] * b
        three = (three.reshape(9, 5, 3) / b[:, None]).reshape(45, 3)
    made = [
        layers.Convolution(one, bias),
        layers.Activation("relu"),
        layers.Convolution(two),
        layers.Activation("relu"),
        layers.Flatten(),
        layers.Dense(three),
    ]
    return chain(layers.Input((6, 6, 1)), made)


@given(st.integers(0, 2**32 - 1), st.sampled_from(units.UNITS))
@settings(max_examples=20)
def test_unit_norm_forgets_scales_that_leave_the_function_as_it_is(seed, kind):
    factors = np.random.default_rng(seed).uniform(0.2, 5, 9).astype(np.float32)
    plain = relu_network(np.random.default_rng(seed))
    scaled = relu_network(np.random.default_rng(seed), (factors[:4], factors[4:]))
    images = normal(np.random.default_rng(1), 5, 6, 6, 1)
    np.testing.assert_allclose(
        Runtime(plain)(images)[0], Runtime(scaled)(images)[0], rtol=1e-3, atol=1e-3
    )
    one, other = (scales.unit_norm(each, kind, "l1").adjacency() for each in (plain, scaled))
    np.testing.assert_allclose(one.toarray(), other.toarray(), rtol=1e-4, atol=1e-6)
    raw_one, raw_other = (scales.raw(each, kind, "l1").adjacency() for each in (plain, scaled))
    assert not np.allclose(raw_one.toarray(), raw_other.toarray(), rtol=1e-2)


def test_unit_norm_makes_incoming_weights_of_hidden_neurons_of_length_1():
    graph = scales.unit_norm(relu_network(np.random.default_rng(0)), "neurons", "l1")
    for block in (graph.blocks[0, 1], graph.blocks[1, 2]):
        np.testing.assert_allclose(block.power(2).sum(axis=0), 1, rtol=1e-6)
    assert not np.allclose((graph.blocks[2, 3] ** 2).sum(axis=0), 1)


def test_units_without_incoming_weights_keep_their_scale():
    kernel = np.float32([[1, 0], [2, 0]])
    made = [layers.Dense(kernel), layers.Activation("relu"), layers.Dense(np.eye(2, dtype="f4"))]
    graph = scales.unit_norm(chain(layers.Input((2,)), made), "neurons", "l1")
    np.testing.assert_allclose(graph.blocks[1, 2], [[np.sqrt(5), 0], [0, 1]])


def test_equal_volume_gives_each_layer_the_same_weight():
    network = Network(
        (
            layers.Input((4,)),
            layers.Dense(normal(np.random.default_rng(0), 4, 4), inputs=(0,)),
            layers.Add(inputs=(0, 1)),
            layers.Dense(100 * normal(np.random.default_rng(1), 4, 2), inputs=(2,)),
        )
    )
    graph = scales.equal_volume(network, "channels", "l1")
    assert graph.blocks[0, 1].sum() == pytest.approx(1)
    assert graph.blocks[0, 2].sum() + graph.blocks[1, 2].sum() == pytest.approx(1)
    raw = scales.raw(network, "channels", "l1")
    ratio = graph.blocks[0, 2] / raw.blocks[0, 2]
    np.testing.assert_allclose(ratio, ratio[0, 0])


@pytest.mark.parametrize("scale", scales.SCALES.values())
def test_scales_of_layers_that_are_applied_are_the_same(scale, monkeypatch):
    network = network_of_convolutions()
    expected = scale(network, "neurons", "l1").adjacency().toarray()
    monkeypatch.setattr(units, "MOST_LISTED", 0)
    found = scale(network, "neurons", "l1")
    assert not found.is_sparse
    np.testing.assert_allclose(found.adjacency().toarray(), expected, rtol=1e-9)


def test_more_edges_than_can_be_squared_are_refused(monkeypatch):
    monkeypatch.setattr(scales, "MOST_SQUARED", 10)
    with pytest.raises(
        StudyError, match=r"unit_norm squares every edge; found \d+ between neurons"
    ):
        scales.unit_norm(network_of_convolutions(), "neurons", "l1")


def network_of_convolutions():
    generator = np.random.default_rng(0)
    made = [
        layers.Convolution(normal(generator, 3, 3, 2, 4)),
        layers.MaxPool(size=(2, 2), strides=(2, 2)),
        layers.Flatten(),
        layers.Dense(normal(generator, 8, 3)),
    ]
    return chain(layers.Input((6, 5, 2)), made)
