"""Keras models: built from the study's settings, to and from the network file's form."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

import keras
import numpy as np

from nn_modularity.errors import StudyError
from nn_modularity.networks import weights

N_CLASSES = 10


def build(
    settings: Mapping[str, Any], image_shape: tuple[int, ...], seed: np.random.SeedSequence
) -> keras.Sequential:
    """Untrained network of the study.

    Parameters
    ----------
    settings : mapping
        ``network``, which is ``{kind: mlp, hidden: [256, …]}`` or
        ``{kind: cnn, filters: [32, …], kernel_size, pool_size, hidden: [128, …]}``;
        ``dropout`` and ``convolution_dropout``, the rates after each hidden dense layer and
        after each convolution, 0 for none.
    image_shape : tuple of int
        Shape of one image, (28, 28); a CNN sees it with one channel more.
    seed : SeedSequence
        For the initial kernels and the dropout, layer by layer.

    Returns
    -------
    keras.Sequential
        ReLU within, softmax at the end; Keras's own initial weights (Glorot's uniform
        distribution for kernels, 0 for biases).
    """
    network = settings["network"]
    n_layers = len(network.get("filters", [])) + len(network["hidden"]) + 1
    integers = iter((seed.generate_state(2 * n_layers) >> 1).tolist())  # Keras takes 31 bits

    def with_weights(kind, *arguments, **settings):
        initializer = keras.initializers.GlorotUniform(next(integers))
        return kind(*arguments, kernel_initializer=initializer, **settings)

    def hidden(layer, rate):
        return [layer, keras.layers.Dropout(rate, seed=next(integers))] if rate else [layer]

    input_shape = tuple(image_shape)
    convolutions = []
    if network["kind"] == "cnn":
        input_shape = (*input_shape, 1)
        convolutions = [
            *chain.from_iterable(
                hidden(
                    with_weights(
                        keras.layers.Conv2D,
                        filters,
                        network["kernel_size"],
                        padding="same",
                        activation="relu",
                    ),
                    settings["convolution_dropout"],
                )
                for filters in network["filters"]
            ),
            keras.layers.MaxPooling2D(network["pool_size"], padding="valid"),
        ]
    dense = chain.from_iterable(
        hidden(with_weights(keras.layers.Dense, width, activation="relu"), settings["dropout"])
        for width in network["hidden"]
    )
    return keras.Sequential(
        [
            keras.Input(input_shape),
            *convolutions,
            keras.layers.Flatten(),
            *dense,
            with_weights(keras.layers.Dense, N_CLASSES, activation="softmax"),
        ]
    )


def to_network(
    model: keras.Sequential, attributes: Mapping[str, Any] | None = None
) -> weights.Network:
    """What the network file holds of a Keras model; dropout leaves no trace."""
    layers = tuple(
        _to_layer(layer)
        for layer in model.layers
        if not isinstance(layer, keras.layers.Dropout | keras.layers.InputLayer)
    )
    return weights.Network(tuple(model.input_shape[1:]), layers, attributes or {})


def load(model: keras.Sequential, network: weights.Network) -> None:
    """Give a Keras model the weights of a network.

    Raises
    ------
    StudyError
        If the two differ in their layers.
    """
    layers = weighted(model)
    found = [layer.kernel.shape for layer in network.weighted_layers]
    expected = [tuple(layer.kernel.shape) for layer in layers]
    if found != expected:
        raise StudyError(
            f"network to start from: found kernels {found}, expected {expected} as the settings "
            "of the model say; delete the network file to have it trained anew"
        )
    for layer, source in zip(layers, network.weighted_layers, strict=True):
        layer.set_weights([source.kernel, source.bias])


def weighted(model: keras.Sequential) -> list[keras.Layer]:
    """Layers with a kernel and a bias, in order."""
    return [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Dense | keras.layers.Conv2D)
    ]


def kernels(model: keras.Sequential) -> list[np.ndarray]:
    """Kernels of the layers that have one, in order, float32."""
    return [np.asarray(layer.kernel) for layer in weighted(model)]


def _to_layer(layer: keras.Layer) -> weights.Layer:
    match layer:
        case keras.layers.Dense():
            kernel, bias = layer.get_weights()
            return weights.Layer(
                "dense", kernel=kernel, bias=bias, activation=layer.activation.__name__
            )
        case keras.layers.Conv2D():
            kernel, bias = layer.get_weights()
            return weights.Layer(
                "conv2d",
                kernel=kernel,
                bias=bias,
                activation=layer.activation.__name__,
                padding=layer.padding,
                strides=tuple(layer.strides),
            )
        case keras.layers.MaxPooling2D():
            return weights.Layer(
                "max_pool2d",
                pool_size=tuple(layer.pool_size),
                strides=tuple(layer.strides),
                padding=layer.padding,
            )
        case keras.layers.Flatten():
            return weights.Layer("flatten")
    raise StudyError(
        f"layer {layer.name}: found a {type(layer).__name__}, expected a dense, convolution, "
        "max-pool, flatten or dropout layer; write its network file yourself (see the README)"
    )
