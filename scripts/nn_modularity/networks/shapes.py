"""The shapes that layers make, by arithmetic alone: nothing is allocated."""

from functools import singledispatch
from math import prod

from nn_modularity.errors import StudyError
from nn_modularity.networks import layers
from nn_modularity.networks.layers import Shape

LARGEST = 2**30
"""Values that one layer may make of one image."""


def output_shape(layer: layers.Layer, *shapes: Shape) -> Shape:
    """Shape of what a layer makes of one image.

    Parameters
    ----------
    layer : layers.Layer
    *shapes : tuple of int
        Of its inputs.

    Raises
    ------
    StudyError
        If the layer doesn't take such inputs, or makes more than `LARGEST` values. The message
        says what is wrong, not where.
    """
    fewest, most = layer.n_inputs
    if not fewest <= len(shapes) <= most:
        wanted = f"{fewest}" if fewest == most else f"{fewest} or more"
        raise StudyError(f"found {len(shapes)} inputs, expected {wanted}")
    shape = _shape(layer, *shapes)
    if prod(shape) > LARGEST:
        raise StudyError(
            f"makes {shape}, {prod(shape):,} values of one image; expected at most {LARGEST:,}. "
            "Give the network a smaller input."
        )
    return shape


def holds(image: Shape, input_shape: Shape) -> bool:
    """Whether images of a shape are inputs of another, as they are or flattened."""
    if prod(image) != prod(input_shape):
        return False
    axes = [[length for length in shape if length > 1] for shape in (image, input_shape)]
    return axes[0] == axes[1] or min(map(len, axes)) <= 1


def windows(
    length: int, size: int, stride: int, padding: tuple[int, int], dilation: int = 1
) -> int:
    """How many windows fit an axis."""
    reach = dilation * (size - 1) + 1
    found = (length + sum(padding) - reach) // stride + 1
    if found < 1:
        raise StudyError(f"takes windows of {reach}, but what comes before has {length} places")
    return found


def same_padding(length: int, size: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Zeros that the padding "same" adds to an axis, the odd one at the end.

    There are as many windows as strides fit the axis, as TensorFlow and ONNX's SAME_UPPER have it.
    """
    reach = dilation * (size - 1) + 1
    total = max((-(-length // stride) - 1) * stride + reach - length, 0)
    return total // 2, total - total // 2


@singledispatch
def _shape(layer: layers.Layer, *shapes: Shape) -> Shape:
    return shapes[0]


@_shape.register
def _(layer: layers.Input) -> Shape:
    for name in ("mean", "std"):
        array = getattr(layer, name)
        if array is not None:
            _check_fits(layer.shape, array.shape, name)
    return layer.shape


@_shape.register
def _(layer: layers.Dense, shape: Shape) -> Shape:
    _check_channels(shape, layer.kernel.shape[0])
    return (*shape[:-1], layer.kernel.shape[1])


@_shape.register
def _(layer: layers.Convolution, shape: Shape) -> Shape:
    *size, n_in, n_out = layer.kernel.shape
    _check_axes(shape, len(size))
    _check_channels(shape, n_in * layer.groups)
    how = zip(shape, size, layer.strides, layer.padding, layer.dilation, strict=False)
    return (*(windows(*axis) for axis in how), n_out)


@_shape.register
def _(layer: layers.TransposedConvolution, shape: Shape) -> Shape:
    *size, n_in, n_out = layer.kernel.shape
    _check_axes(shape, len(size))
    _check_channels(shape, n_in)
    how = zip(shape, size, layer.strides, layer.padding, strict=False)
    after = [(length - 1) * stride + width - sum(cut) for length, width, stride, cut in how]
    if min(after) < 1:
        raise StudyError(f"cuts off all of an image of {shape}, expected less padding")
    return (*after, n_out)


@_shape.register(layers.MaxPool)
@_shape.register(layers.AveragePool)
def _(layer, shape: Shape) -> Shape:
    _check_axes(shape, len(layer.size))
    how = zip(shape, layer.size, layer.strides, layer.padding, strict=False)
    return (*(windows(*axis) for axis in how), shape[-1])


@_shape.register(layers.GlobalMaxPool)
@_shape.register(layers.GlobalAveragePool)
def _(layer, shape: Shape) -> Shape:
    return shape[-1:]


@_shape.register
def _(layer: layers.Embedding, shape: Shape) -> Shape:
    return (*shape, layer.kernel.shape[1])


@_shape.register
def _(layer: layers.Attention, *shapes: Shape) -> Shape:
    of_queries, of_keys, of_values = shapes * 3 if len(shapes) == 1 else shapes
    for shape, name in ((of_queries, "query"), (of_keys, "key"), (of_values, "value")):
        _check_axes(shape, 1)
        _check_channels(shape, len(getattr(layer, name)))
    if of_keys[0] != of_values[0]:
        raise StudyError(
            f"takes keys for {of_keys[0]} positions and values for {of_values[0]}, expected as many"
        )
    if layer.causal and of_keys[0] != of_queries[0]:
        raise StudyError("is causal, so expected as many queries as keys")
    return (of_queries[0], layer.output.shape[1])


@_shape.register(layers.BatchNorm)
@_shape.register(layers.LayerNorm)
@_shape.register(layers.RMSNorm)
@_shape.register(layers.PReLU)
def _(layer, shape: Shape) -> Shape:
    for name in ("mean", "scale", "offset", "slope"):
        vector = getattr(layer, name, None)
        if vector is not None:
            _check_channels(shape, len(vector))
    return shape


@_shape.register
def _(layer: layers.Affine, shape: Shape) -> Shape:
    for name in ("scale", "offset"):
        array = getattr(layer, name)
        if array is not None:
            _check_fits(shape, array.shape, name)
    return shape


@_shape.register(layers.Add)
@_shape.register(layers.Multiply)
def _(layer, *shapes: Shape) -> Shape:
    n_axes = max(map(len, shapes))
    aligned = [(1,) * (n_axes - len(shape)) + shape for shape in shapes]
    after = tuple(max(sizes) for sizes in zip(*aligned, strict=True))
    for shape in shapes:
        _check_fits(after, shape, "an input")
    return after


@_shape.register
def _(layer: layers.Concatenate, *shapes: Shape) -> Shape:
    if -layer.axis > min(map(len, shapes)):
        raise StudyError(f"joins axis {layer.axis} of {shapes}, which have fewer axes")
    rests = {(shape[: layer.axis], shape[len(shape) + layer.axis + 1 :]) for shape in shapes}
    if len(rests) > 1:
        raise StudyError(f"joins {shapes} along axis {layer.axis}, expected equal other axes")
    ((before, behind),) = rests
    return (*before, sum(shape[layer.axis] for shape in shapes), *behind)


@_shape.register
def _(layer: layers.Flatten, shape: Shape) -> Shape:
    return (prod(shape),)


@_shape.register
def _(layer: layers.Reshape, shape: Shape) -> Shape:
    if prod(layer.shape) != prod(shape):
        raise StudyError(f"makes {layer.shape} of {shape}, expected as many values")
    return layer.shape


@_shape.register
def _(layer: layers.Transpose, shape: Shape) -> Shape:
    _check_axes(shape, len(layer.order) - 1)
    return tuple(shape[axis] for axis in layer.order)


@_shape.register
def _(layer: layers.Pad, shape: Shape) -> Shape:
    _check_axes(shape, len(layer.padding) - 1)
    return tuple(length + sum(pair) for length, pair in zip(shape, layer.padding, strict=True))


@_shape.register
def _(layer: layers.Slice, shape: Shape) -> Shape:
    _check_axes(shape, len(layer.start) - 1)
    if any(stop > length for stop, length in zip(layer.stop, shape, strict=True)):
        raise StudyError(f"takes parts up to {layer.stop} of {shape}")
    how = zip(layer.start, layer.stop, layer.step, strict=True)
    return tuple(len(range(*part)) for part in how)


@_shape.register
def _(layer: layers.Rearrange, shape: Shape) -> Shape:
    if layer.places.max(initial=-1) >= prod(shape):
        raise StudyError(
            f"takes place {layer.places.max()} of what comes before, which has {prod(shape)} values"
        )
    return layer.places.shape


def _check_axes(shape: Shape, n_axes: int) -> None:
    if len(shape) != n_axes + 1:
        raise StudyError(
            f"takes {n_axes + 1} axes, the channels last, but what comes before is {shape}"
        )


def _check_channels(shape: Shape, n_channels: int) -> None:
    if not shape or shape[-1] != n_channels:
        raise StudyError(f"takes {n_channels} channels, but what comes before is {shape}")


def _check_fits(shape: Shape, part: Shape, name: str) -> None:
    aligned = (1,) * (len(shape) - len(part)) + tuple(part)
    if len(part) > len(shape) or any(
        size not in (1, length) for size, length in zip(aligned, shape, strict=True)
    ):
        raise StudyError(f"found {name} of {tuple(part)}, expected one that fits {shape}")
