"""Networks of the first version, which are chains, as graphs of layers."""

from math import prod

import numpy as np

from nn_modularity.errors import StudyError
from nn_modularity.networks import layers, network, shapes, weights


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
