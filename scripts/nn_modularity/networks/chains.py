"""Networks of the first version, which are chains, as graphs of layers, and back."""

from dataclasses import replace
from math import prod

import numpy as np

from nn_modularity.errors import StudyError
from nn_modularity.networks import chain_layers, layers, network, shapes, weights


def to_graph(chain: weights.Network) -> network.Network:
    """A network of the first version as a graph of layers, of the same function.

    Padding is made explicit, and an activation becomes a layer of its own. An image of two axes
    that a convolution or pool takes gets one channel.

    Raises
    ------
    StudyError
        If the layers don't fit together.
    """
    made: list[layers.Layer] = []
    shape = chain.input_shape
    if len(shape) == 2 and chain.layers and chain.layers[0].kind not in ("flatten", "dense"):
        made.append(layers.Reshape((*shape, 1)))
        shape = (*shape, 1)
    for number, layer in enumerate(chain.layers):
        if layer.kind == "dense" and len(shape) > 1:
            made.append(layers.Flatten())
            shape = (prod(shape),)
        try:
            converted = _convert(layer, shape)
            shape = shapes.output_shape(converted, shape)
        except StudyError as error:
            raise StudyError(f"network: layer {number} ({layer.kind}): {error}") from None
        made.append(converted)
        if layer.activation not in (None, "linear"):
            made.append(layers.Activation(layer.activation))
    return network.chain(_input(chain), made, chain.attributes)


def to_chain(graph: network.Network) -> weights.Network | None:
    """A graph of layers as a network of the first version, of the same function.

    Returns
    -------
    weights.Network or None
        None for all but dense layers one after another, with activations that the first version
        has.
    """
    if any(layer.inputs != (number,) for number, layer in enumerate(graph.layers[1:])):
        return None
    first, rest = graph.input, list(graph.layers[1:])
    order = np.arange(prod(first.shape)).reshape(first.shape)
    while rest and isinstance(rest[0], layers.Flatten | layers.Reshape | layers.Transpose):
        order = _moved(rest[0], order)
        rest.pop(0)
    if order.ndim > 1:
        return None
    made: list[weights.Layer] = []
    for layer in rest:
        if isinstance(layer, layers.Dense):
            kernel = layer.kernel if made else layer.kernel[np.argsort(order)]
            made.append(weights.Layer("dense", kernel, layer.bias, "linear"))
        elif (
            isinstance(layer, layers.Activation)
            and layer.function in chain_layers.ACTIVATIONS
            and made
            and made[-1].activation == "linear"
        ):
            made[-1] = replace(made[-1], activation=layer.function)
        else:
            return None
    shape = first.shape[1:] if len(first.shape) == 3 and first.shape[0] == 1 else first.shape
    if not made or len(shape) > 3:
        return None
    std = np.asarray(1 if first.std is None else first.std, np.float64)
    mean = np.asarray(0 if first.mean is None else first.mean, np.float64)
    scaling = (_scaling(array, first.shape, shape) for array in (first.scale / std, -mean / std))
    return weights.Network(shape, tuple(made), graph.attributes, *scaling)


def _moved(
    layer: layers.Flatten | layers.Reshape | layers.Transpose, values: np.ndarray
) -> np.ndarray:
    """One image's values as a layer moves them."""
    if isinstance(layer, layers.Transpose):
        return values.transpose(layer.order)
    if isinstance(layer, layers.Reshape):
        return values.reshape(layer.shape)
    is_first = layer.order == "channels_first" and values.ndim > 1
    return (np.moveaxis(values, -1, 0) if is_first else values).ravel()


def _scaling(
    numbers: np.ndarray | np.float64, before: layers.Shape, after: layers.Shape
) -> float | np.ndarray:
    """Factors or summands of the inputs, for images without a leading axis of length 1."""
    if numbers.size == 1:
        return float(numbers.ravel()[0])
    return np.broadcast_to(numbers, before).reshape(after)


def _input(chain: weights.Network) -> layers.Input:
    """scale · x + offset, as (x − mean) / std where scale and offset are arrays."""
    scale, offset = chain.input_scale, chain.input_offset
    if isinstance(scale, float):
        return layers.Input(chain.input_shape, scale, mean=-np.asarray(offset))
    return layers.Input(chain.input_shape, mean=-offset / scale, std=1 / scale)


def _convert(layer: weights.Layer, shape: layers.Shape) -> layers.Layer:
    if layer.kind == "flatten":
        return layers.Flatten()
    if layer.kind == "dense":
        return layers.Dense(layer.kernel, layer.bias)
    if layer.kind == "conv2d":
        padding = _padding(layer, layer.kernel.shape[:2], shape)
        return layers.Convolution(layer.kernel, layer.bias, layer.strides, padding)
    kind = layers.MaxPool if layer.kind == "max_pool2d" else layers.AveragePool
    return kind(layer.pool_size, layer.strides, _padding(layer, layer.pool_size, shape))


def _padding(layer: weights.Layer, size: tuple[int, int], shape: layers.Shape) -> layers.Padding:
    if layer.padding == "valid":
        return ((0, 0), (0, 0))
    how = zip(shape, size, layer.strides, strict=False)
    return tuple(shapes.same_padding(*axis) for axis in how)
