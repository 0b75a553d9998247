"""Plain references for lesions: weights set to 0, the network run anew in double precision."""

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st
from scipy import special

from nn_modularity.networks import weights

FUNCTIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "linear": lambda z: z,
    "tanh": np.tanh,
    "sigmoid": lambda z: special.expit(z),
    "relu6": lambda z: np.clip(z, 0, 6),
    "softplus": lambda z: np.log1p(np.exp(z)),
    "silu": lambda z: z * special.expit(z),
    "gelu": lambda z: z / 2 * (1 + special.erf(z / 2**0.5)),
    "selu": lambda z: 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(z)),
    "softmax": lambda z: np.exp(z - z.max(axis=1, keepdims=True)),
}


def predictions(network, images, silenced=()):
    """Predicted classes with the incoming weights and biases of `silenced` neurons set to 0.

    silenced : pairs (layer, bool mask of that layer's neurons)
    """
    values = images.reshape(len(images), -1).astype(np.float32).astype(float) / 255
    for number, layer in enumerate(network.weighted_layers, start=1):
        kernel, bias = layer.kernel.astype(float), layer.bias.astype(float)
        for damaged, mask in silenced:
            if damaged == number:
                kernel, bias = kernel * ~mask, bias * ~mask
        values = FUNCTIONS[layer.activation](values @ kernel + bias)
    return values.argmax(axis=1)


def correct(network, images, classes, silenced=()):
    """Number of images that a damaged network gets right."""
    return int(np.sum(predictions(network, images, silenced) == classes))


def members(labels, widths, layer, label):
    """Mask of a layer's neurons with one label."""
    return np.split(labels, np.cumsum(widths))[layer] == label


def names(labels, widths):
    """All (layer, label) of hidden layers, in order."""
    by_layer = np.split(labels, np.cumsum(widths))
    return [
        (layer, int(label))
        for layer in range(1, len(widths) - 1)
        for label in sorted({*by_layer[layer]} - {-1})
    ]


def network(widths, *, density=1.0, seed=0, activation="relu"):
    """Random multi-layer perceptron; a share of its weights is 0."""
    generator = np.random.default_rng(seed)
    kernels = [
        generator.normal(size=shape) * (generator.random(shape) < density) * 2 / shape[0] ** 0.5
        for shape in pairwise(widths)
    ]
    biases = [generator.normal(size=width) / 2 for width in widths[1:]]
    made = weights.mlp(kernels, biases)
    layers = [
        weights.Layer("dense", kernel=layer.kernel, bias=layer.bias, activation=activation)
        for layer in made.layers[:-1]
    ]
    return weights.Network(made.input_shape, (*layers, made.layers[-1]), {})


def images(n, n_pixels, n_classes, seed=0):
    """Random images and classes."""
    generator = np.random.default_rng(seed)
    return (
        generator.integers(0, 256, (n, n_pixels), dtype=np.uint8),
        generator.integers(0, n_classes, n),
    )


@st.composite
def cases(draw, n_hidden=(1, 4)):
    """Random (network, labels, images, classes).

    Among the labels: isolated neurons, layers that one cluster fills, clusters of one neuron,
    layers of isolated neurons alone (but not all of them).
    """
    hidden = draw(st.lists(st.integers(1, 7), min_size=n_hidden[0], max_size=n_hidden[1]))
    widths = (5, *hidden, 3)
    density = draw(st.sampled_from([0.2, 0.6, 1.0]))
    seed = draw(st.integers(0, 2**20))
    labels = np.concatenate(
        [
            draw(st.lists(st.sampled_from(draw(choices)), min_size=width, max_size=width))
            for width in widths
        ]
    )
    labels[5] = 0
    return (
        network(widths, density=density, seed=seed),
        labels,
        *images(draw(st.sampled_from([7, 40])), 5, 3, seed),
    )


choices = st.sampled_from([[0], [0, 1], [-1, 0, 1], [0, 1, 2, 3], [-1, 4], [-1]])
