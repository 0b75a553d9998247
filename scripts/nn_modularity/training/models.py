"""Keras models: built from the study's settings, to and from the network file's form."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import keras
import numpy as np

from nn_modularity import errors
from nn_modularity.errors import StudyError
from nn_modularity.networks import chain_layers, initialisation, weights


def build(
    settings: Mapping[str, Any],
    image_shape: tuple[int, ...],
    n_classes: int,
    seed: np.random.SeedSequence,
) -> keras.Sequential:
    """Untrained network of the study.

    Parameters
    ----------
    settings : mapping
        ``network``, which is ``{kind: mlp, hidden: [256, …]}`` or
        ``{kind: cnn, filters: [32, …], kernel_size, pool_size, hidden: [128, …]}``;
        ``dropout`` and ``convolution_dropout``, the rates after each hidden dense layer and
        after each convolution, 0 for none; ``initialisation``, ``{modules, across}``, if it is
        clusterable.
    image_shape : tuple of int
        Shape of one image, (28, 28) or (32, 32, 3); a CNN sees a grey one with an axis more.
    n_classes : int
    seed : SeedSequence
        For the initial kernels and the dropout, layer by layer.

    Returns
    -------
    keras.Sequential
        ReLU within, softmax at the end; Keras's own initial weights (Glorot's uniform
        distribution for kernels, 0 for biases), made clusterable in hidden layers but the first,
        of a CNN in its convolutions but the first, where so asked.
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
        if len(input_shape) == 2:
            input_shape = (*input_shape, 1)
        if len(input_shape) != 3:
            raise StudyError(
                f"network: found images of {image_shape}, expected height and width, with channels "
                "last if there are several, for a CNN; train an MLP on them"
            )
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
    model = keras.Sequential(
        [
            keras.Input(input_shape),
            *convolutions,
            keras.layers.Flatten(),
            *dense,
            with_weights(keras.layers.Dense, n_classes, activation="softmax"),
        ]
    )
    if start := settings.get("initialisation"):
        n_changed = len(network.get("filters", [])) or n_layers
        changed = [layer.kernel for layer in weighted(model)[1:n_changed]]
        generator = np.random.default_rng(seed.spawn(1)[0])
        made = initialisation.modular(
            list(map(np.asarray, changed)), start["modules"], start["across"], generator
        )
        for kernel, array in zip(changed, made, strict=True):
            kernel.assign(array)
    return model


def to_network(
    model: keras.Model,
    attributes: Mapping[str, Any] | None = None,
    *,
    input_scale: float | np.ndarray = weights.INPUT_SCALE,
    input_offset: float | np.ndarray = weights.INPUT_OFFSET,
) -> weights.Network:
    """What the network file holds of a Keras model; dropout leaves no trace.

    Parameters
    ----------
    model : keras.Model
    attributes : mapping, optional
        What is known of it.
    input_scale, input_offset : float, or array that fits an image
        It sees input_scale · x + input_offset of the data's values x.

    Raises
    ------
    StudyError
        If the model is no chain of layers that the file can say.
    """
    layers = [layer for layer in model.layers if type(layer) is not keras.layers.InputLayer]
    _check_chain(model, layers)
    kept = [layer for layer in layers if type(layer) is not keras.layers.Dropout]
    shape = tuple(model.input_shape[1:])
    scale, offset = (
        value if np.ndim(value) == 0 else np.reshape(value, shape)
        for value in (input_scale, input_offset)
    )
    return weights.Network(
        shape,
        tuple(map(_to_layer, kept)),
        attributes or {},
        input_scale=scale,
        input_offset=offset,
    )


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


_ACTIVATIONS = {getattr(keras.activations, name): name for name in chain_layers.ACTIVATIONS}


def _check_chain(model: keras.Model, layers: Sequence[keras.Layer]) -> None:
    """Every layer takes the one before it, and none is used twice."""
    how = "expected a chain of layers, each used once"
    if len({id(layer) for layer in layers}) < len(layers):
        twice = next(layer for layer in layers if layers.count(layer) > 1)
        raise StudyError(f"layer {twice.name}: is used more than once; {how}")
    if isinstance(model, keras.Sequential):
        return
    values = model.input
    for layer in layers:
        if layer.input is not values:
            raise StudyError(f"layer {layer.name}: takes more than the layer before it; {how}")
        values = layer.output
    if model.output is not values:
        raise StudyError(f"model {model.name}: its output is not its last layer's; {how}")


def _to_layer(layer: keras.Layer) -> weights.Layer:
    with errors.at(f"layer {layer.name}"):
        if type(layer) not in _KINDS:
            raise StudyError(
                f"found a {type(layer).__name__}, expected a dense, convolution, pool, flatten or "
                "dropout layer; write its network file yourself (see the README)"
            )
        for name, expected in _ONLY.items():
            value = getattr(layer, name, expected)
            if value != expected:
                raise StudyError(
                    f"found {name} {value!r}, expected {expected!r}, all that the file knows"
                )
        return weights.Layer(*_KINDS[type(layer)](layer))


_ONLY = {
    "data_format": "channels_last",
    "dilation_rate": (1, 1),
    "groups": 1,
    "quantization_mode": None,
    "lora_enabled": False,
}


def _dense(layer: keras.layers.Dense) -> tuple:
    return "dense", *_with_weights(layer)


def _convolution(layer: keras.layers.Conv2D) -> tuple:
    return "conv2d", *_with_weights(layer), layer.padding, layer.strides


def _with_weights(layer: keras.Layer) -> tuple:
    if layer.activation not in _ACTIVATIONS:
        name = getattr(layer.activation, "__name__", type(layer.activation).__name__)
        raise StudyError(
            f"found activation {name}, expected one of Keras's own "
            f"{', '.join(_ACTIVATIONS.values())}"
        )
    bias = np.asarray(layer.bias) if layer.use_bias else None
    return np.asarray(layer.kernel), bias, _ACTIVATIONS[layer.activation]


def _max_pool(layer: keras.layers.MaxPooling2D) -> tuple:
    return "max_pool2d", *_pool(layer)


def _average_pool(layer: keras.layers.AveragePooling2D) -> tuple:
    return "average_pool2d", *_pool(layer)


def _pool(layer: keras.Layer) -> tuple:
    return None, None, None, layer.padding, layer.strides, layer.pool_size


def _flatten(layer: keras.layers.Flatten) -> tuple:
    return ("flatten",)


# By their very types: a class derived from one may do something else.
_KINDS = {
    keras.layers.Dense: _dense,
    keras.layers.Conv2D: _convolution,
    keras.layers.MaxPooling2D: _max_pool,
    keras.layers.AveragePooling2D: _average_pool,
    keras.layers.Flatten: _flatten,
}
