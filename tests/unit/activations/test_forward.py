"""Forward passes of intact and damaged networks."""

import numpy as np
import pytest

import damaged_networks as reference
from nn_modularity.activations import forward
from nn_modularity.errors import StudyError
from nn_modularity.networks import chain_layers, weights


def slow_activity(network, images, silenced=None):
    """Values after the activation function by layer, (n_images, width)."""
    values = [images.astype(float)]
    for number, layer in enumerate(network.layers, start=1):
        kernel, bias = layer.kernel.astype(float), layer.bias.astype(float)
        if silenced and silenced[0] == number:
            kernel, bias = kernel * ~silenced[1], bias * ~silenced[1]
        before = values[-1] @ kernel + bias
        # Softmax keeps the order of the scores and is left out.
        is_last = number == len(network.layers)
        values.append(before if is_last else reference.FUNCTIONS[layer.activation](before))
    return values


@pytest.mark.parametrize("density", [0.1, 1.0])
@pytest.mark.parametrize("activation", sorted({*reference.FUNCTIONS} - {"softmax"}))
def test_values_of_the_intact_network_equal_brute_force(activation, density):
    network = reference.network((30, 20, 18, 4), density=density, activation=activation)
    images = np.random.default_rng(0).random((50, 30), dtype=np.float32)
    activity = forward.intact(forward.steps(network), images)
    for found, expected in zip(activity.after, slow_activity(network, images), strict=True):
        np.testing.assert_allclose(found.T, expected, atol=1e-4)


@pytest.mark.parametrize("n_silenced", [1, 5, 19, 20])
@pytest.mark.parametrize("density", [0.1, 1.0])
@pytest.mark.parametrize("activation", sorted({*reference.FUNCTIONS} - {"softmax"}))
def test_values_behind_a_lesion_equal_brute_force(activation, density, n_silenced):
    network = reference.network((30, 20, 18, 4), density=density, activation=activation)
    images = np.random.default_rng(0).random((50, 30), dtype=np.float32)
    chain = forward.steps(network)
    activity = forward.intact(chain, images)
    silenced = np.arange(20) < n_silenced
    lesion = forward.damage(chain, 1, silenced)
    expected = slow_activity(network, images, (1, silenced))
    room = forward.Activity.empty(network.widths, 50)
    behind = forward.spread(chain, activity, lesion, room)
    for layer in (2, 3):
        np.testing.assert_allclose(behind.after[layer].T, expected[layer], atol=1e-4)
    scores = forward.scores(chain, activity, lesion, forward.Activity.empty(network.widths, 50))
    np.testing.assert_allclose(scores.T, expected[-1], atol=1e-4)


def test_without_a_whole_layer_the_outputs_are_those_of_the_biases_exactly():
    network = reference.network((6, 8, 5, 3))
    images = np.random.default_rng(0).random((20, 6), dtype=np.float32)
    chain = forward.steps(network)
    lesion = forward.damage(chain, 2, np.ones(5, bool))
    scratch = forward.Activity.empty(network.widths, 20)
    scores = forward.scores(chain, forward.intact(chain, images), lesion, scratch)
    np.testing.assert_array_equal(scores, np.repeat(network.layers[2].bias[:, None], 20, axis=1))


def test_a_convolutional_network_is_refused_by_name():
    layers = (
        weights.Layer("conv2d", np.ones((3, 3, 1, 2)), padding="same", strides=1),
        weights.Layer("flatten"),
        weights.Layer("dense", np.ones((28 * 28 * 2, 3))),
    )
    with pytest.raises(StudyError, match=r"conv2d.*multi-layer perceptron"):
        forward.steps(weights.Network((28, 28, 1), layers))


def test_every_activation_of_a_network_file_is_known():
    assert set(forward.ACTIVATIONS) == set(chain_layers.ACTIVATIONS) == set(reference.FUNCTIONS)


def test_a_softmax_is_refused_but_at_the_end():
    with pytest.raises(StudyError, match=r"layer 1 .*'softmax'"):
        forward.steps(reference.network((3, 4, 2), activation="softmax"))
