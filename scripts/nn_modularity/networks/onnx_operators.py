"""ONNX's operators as layers: one function an operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from math import prod
from typing import Any

import numpy as np
from onnx import NodeProto

from nn_modularity.errors import StudyError
from nn_modularity.networks import layers, onnx_model, shapes
from nn_modularity.networks.arranging import Arrangement, Value


@dataclass(frozen=True, eq=False)
class Scores:
    """Products of queries and keys on their way to a softmax.

    Attributes
    ----------
    query : Value
        (…, positions, width).
    key : Value
        (…, width, positions).
    scale : float
    causal : bool
    is_share : bool
        Whether the softmax was taken.
    """

    query: Value
    key: Value
    scale: float = 1.0
    causal: bool = False
    is_share: bool = False


Tensor = Value | Scores | np.ndarray | None


@dataclass
class Reading:
    """What there is while a model is read.

    Attributes
    ----------
    arrangement : Arrangement
    opset : int
    notes : list of str
        What was dropped or rewritten.
    """

    arrangement: Arrangement
    opset: int
    notes: list[str] = field(default_factory=list)


Handler = Callable[[Reading, NodeProto, dict, Sequence[Tensor]], list[Tensor]]
HANDLERS: dict[str, Handler] = {}

HELP = {
    **dict.fromkeys(
        ("LSTM", "GRU", "RNN", "DynamicQuantizeLSTM"),
        "recurrent layers are not known here; import what comes before it with `stop: {before}`",
    ),
    **dict.fromkeys(
        ("If", "Loop", "Scan"),
        "branches and loops are not known here; export the network with them traced or unrolled",
    ),
    **dict.fromkeys(
        (
            *("DynamicQuantizeLinear", "ConvInteger", "MatMulInteger", "QLinearConv"),
            *("QLinearMatMul", "QuantizeLinear"),
        ),
        "it computes with quantised whole numbers; import the network as it was before that",
    ),
}
"""Ways on where an operator isn't known."""


def apply(reading: Reading, node: NodeProto, inputs: Sequence[Tensor]) -> list[Tensor]:
    """What a node makes of its inputs.

    Raises
    ------
    StudyError
        If the operator, or the way it is used, has no layer.
    """
    try:
        is_known = all(each is None or isinstance(each, np.ndarray) for each in inputs)
        if is_known and node.op_type in onnx_model.FOLDABLE:
            return [*onnx_model.evaluate(node, inputs, reading.opset)]
        domains = ("", "ai.onnx", onnx_model.LEARNING)
        if node.domain not in domains or node.op_type not in HANDLERS:
            before = next((name for name in node.input if name), "")
            way = HELP.get(node.op_type, "import what comes before it with `stop: {before}`")
            raise StudyError(f"no layer is known for it; {way.format(before=before)}")
        return HANDLERS[node.op_type](reading, node, onnx_model.attributes(node), inputs)
    except StudyError as error:
        raise StudyError(f"{onnx_model.title(node)}: {error}") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # What is missing or of another type in a model shows where it is used.
        reason = str(error).splitlines()[0] if str(error) else ""
        raise StudyError(
            f"{onnx_model.title(node)}: can't be read ({type(error).__name__}: {reason}); is the "
            "model valid?"
        ) from None


def _handles(*operators: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(operators, handler))
        return handler

    return register


def _value(tensor: Tensor, what: str = "input") -> Value:
    if isinstance(tensor, Scores):
        raise StudyError("takes the scores of an attention; only softmax(q kᵀ) v is known")
    if not isinstance(tensor, Value):
        raise StudyError(f"found a known {what}, expected one that depends on the image")
    return tensor


def _known(tensor: Tensor, what: str) -> np.ndarray | None:
    if tensor is not None and not isinstance(tensor, np.ndarray):
        raise StudyError(f"found a {what} that depends on the image, expected known numbers")
    return tensor


def _weights(tensor: Tensor, what: str) -> np.ndarray | None:
    found = _known(tensor, what)
    return None if found is None else np.asarray(found, np.float32)


def _numbers(tensor: Tensor, what: str) -> list[int]:
    return [int(number) for number in np.ravel(_known(tensor, what))]


def _get(inputs: Sequence[Tensor], place: int) -> Tensor:
    return inputs[place] if place < len(inputs) else None


# --- Layers with weights ---------------------------------------------------------------------


@_handles("Gemm")
def _(reading, node, attributes, inputs):
    if attributes.get("transA"):
        raise StudyError("transposes its input, which mixes images")
    kernel = _weights(inputs[1], "kernel") * np.float32(attributes.get("alpha", 1.0))
    kernel = kernel.T if attributes.get("transB") else kernel
    bias = _weights(_get(inputs, 2), "bias")
    if bias is not None:
        bias = bias * np.float32(attributes.get("beta", 1.0))
        bias = np.broadcast_to(bias.reshape(-1), kernel.shape[1:]).copy()
    return [_dense(reading, node, _value(inputs[0]), kernel, bias, -1)]


@_handles("MatMul")
def _(reading, node, attributes, inputs):
    left, right = inputs
    if isinstance(left, Scores):
        return [_attention(reading, node, left, _value(right))]
    if isinstance(left, Value) and isinstance(right, Value):
        return [Scores(left, right)]
    if isinstance(left, np.ndarray):
        kernel, value, axis = _weights(left, "kernel").T, _value(right), -2
    else:
        kernel, value, axis = _weights(right, "kernel"), _value(left), -1
    if kernel.ndim > 2 and set(kernel.shape[:-2]) == {1} and value.places.ndim >= kernel.ndim:
        kernel = kernel.reshape(kernel.shape[-2:])
    if kernel.ndim != 2:
        raise StudyError(f"multiplies by an array of shape {kernel.shape}, expected a matrix")
    return [_dense(reading, node, value, kernel, None, axis)]


def _dense(reading, node, value: Value, kernel, bias, axis: int) -> Value:
    arrangement = reading.arrangement
    rows = arrangement.rows(value, axis)
    layer = layers.Dense(np.ascontiguousarray(kernel), bias, name=_name(node))
    return arrangement.after_rows(arrangement.add(layer, rows.layer), rows, axis)


@_handles("Conv")
def _(reading, node, attributes, inputs):
    kernel, bias = _weights(inputs[1], "kernel"), _weights(_get(inputs, 2), "bias")
    size = kernel.shape[2:]
    _check_axes(size)
    value = _value(inputs[0]).moved(1, -1)
    strides = tuple(attributes.get("strides", (1,) * len(size)))
    dilation = tuple(attributes.get("dilations", (1,) * len(size)))
    layer = layers.Convolution(
        np.ascontiguousarray(np.moveaxis(kernel, (0, 1), (-1, -2))),
        bias,
        strides,
        _padding(attributes, value.shape[1:-1], size, strides, dilation),
        dilation,
        attributes.get("group", 1),
        name=_name(node),
    )
    return [_channels_last(reading, layer, value)]


@_handles("ConvTranspose")
def _(reading, node, attributes, inputs):
    kernel, bias = _weights(inputs[1], "kernel"), _weights(_get(inputs, 2), "bias")
    size = kernel.shape[2:]
    _check_axes(size)
    if attributes.get("group", 1) != 1 or set(attributes.get("dilations", [1])) != {1}:
        raise StudyError("has groups or dilation, which a transposed convolution has not here")
    if attributes.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        raise StudyError("has automatic padding; export it with explicit padding")
    value = _value(inputs[0]).moved(1, -1)
    strides = tuple(attributes.get("strides", (1,) * len(size)))
    pads = attributes.get("pads", (0,) * 2 * len(size))
    more = attributes.get("output_padding", (0,) * len(size))
    if "output_shape" in attributes or any(
        extra > pads[len(size) + axis] for axis, extra in enumerate(more)
    ):
        raise StudyError("has an output larger than what its windows cover")
    padding = tuple((pads[axis], pads[len(size) + axis] - extra) for axis, extra in enumerate(more))
    layer = layers.TransposedConvolution(
        np.ascontiguousarray(np.moveaxis(kernel, (0, 1), (-2, -1))),
        bias,
        strides,
        padding,
        name=_name(node),
    )
    return [_channels_last(reading, layer, value)]


@_handles("BatchNormalization")
def _(reading, node, attributes, inputs):
    if attributes.get("training_mode"):
        raise StudyError("is in training mode; export the network for inference")
    scale, offset, mean, variance = (_weights(each, "statistic") for each in inputs[1:])
    epsilon = float(attributes.get("epsilon", 1e-5))
    layer = layers.BatchNorm(mean, variance, scale, offset, epsilon, name=_name(node))
    return [_last_axis(reading, layer, _value(inputs[0]), 1)]


@_handles("LayerNormalization", "RMSNormalization")
def _(reading, node, attributes, inputs):
    value, scale = _value(inputs[0]), _weights(_get(inputs, 1), "scale")
    offset = _weights(_get(inputs, 2), "offset")
    if attributes.get("axis", -1) not in (-1, value.places.ndim - 1):
        raise StudyError("normalises more than the last axis")
    epsilon = float(attributes.get("epsilon", 1e-5))
    if node.op_type == "LayerNormalization":
        layer = layers.LayerNorm(scale, offset, epsilon, name=_name(node))
    else:
        layer = layers.RMSNorm(scale, epsilon, name=_name(node))
    return [_last_axis(reading, layer, value, -1)]


@_handles("LayerNormAlong", "RMSNormAlong")
def _(reading, node, attributes, inputs):
    kind = layers.LayerNorm if node.op_type == "LayerNormAlong" else layers.RMSNorm
    layer = kind(epsilon=attributes["epsilon"], name=_name(node))
    return [_last_axis(reading, layer, _value(inputs[0]), attributes["axis"])]


# --- Functions of single values --------------------------------------------------------------

_PLAIN = {
    "Abs": "abs",
    "Erf": "erf",
    "Exp": "exp",
    "GeluTanh": "gelu_tanh",
    "HardSwish": "hard_swish",
    "Log": "log",
    "Mish": "mish",
    "Reciprocal": "reciprocal",
    "Relu": "relu",
    "Selu": "selu",
    "SiLU": "silu",
    "Sigmoid": "sigmoid",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Sqrt": "sqrt",
    "Tanh": "tanh",
}


@_handles(*_PLAIN)
def _(reading, node, attributes, inputs):
    return [_pointwise(reading, node, inputs[0], _PLAIN[node.op_type])]


@_handles("Elu", "LeakyRelu", "HardSigmoid", "Gelu")
def _(reading, node, attributes, inputs):
    if node.op_type == "Gelu":
        is_rough = attributes.get("approximate", "none") == "tanh"
        return [_pointwise(reading, node, inputs[0], "gelu_tanh" if is_rough else "gelu")]
    if node.op_type == "HardSigmoid":
        numbers = {"alpha": attributes.get("alpha", 0.2), "beta": attributes.get("beta", 0.5)}
        return [_pointwise(reading, node, inputs[0], "hard_sigmoid", **numbers)]
    name, default = ("elu", 1.0) if node.op_type == "Elu" else ("leaky_relu", 0.01)
    return [_pointwise(reading, node, inputs[0], name, alpha=attributes.get("alpha", default))]


@_handles("Clip")
def _(reading, node, attributes, inputs):
    low, high = (
        attributes.get(name) if bound is None else float(_known(bound, "bound"))
        for name, bound in (("min", _get(inputs, 1)), ("max", _get(inputs, 2)))
    )
    return [_clipped(reading, node, inputs[0], low, high)]


@_handles("Max", "Min")
def _(reading, node, attributes, inputs):
    values = [each for each in inputs if isinstance(each, Value)]
    bounds = [
        float(each.ravel()[0]) for each in inputs if isinstance(each, np.ndarray) and each.size == 1
    ]
    if len(values) != 1 or len(bounds) != len(inputs) - 1:
        raise StudyError("compares tensors, expected one tensor and single numbers")
    if node.op_type == "Max":
        return [_clipped(reading, node, values[0], max(bounds, default=None), None)]
    return [_clipped(reading, node, values[0], None, min(bounds, default=None))]


def _clipped(reading, node, value: Tensor, low: float | None, high: float | None) -> Tensor:
    largest = float(np.finfo(np.float32).max)
    low = -largest if low is None else max(float(low), -largest)
    high = largest if high is None else min(float(high), largest)
    if (low, high) == (-largest, largest):
        return value
    if (low, high) == (0, largest):
        return _pointwise(reading, node, value, "relu")
    if (low, high) == (0, 6):
        return _pointwise(reading, node, value, "relu6")
    return _pointwise(reading, node, value, "clip", alpha=low, beta=high)


@_handles("PRelu")
def _(reading, node, attributes, inputs):
    value, slope = _value(inputs[0]), _weights(inputs[1], "slope")
    if slope.size == 1:
        return [_pointwise(reading, node, value, "leaky_relu", alpha=float(slope.ravel()[0]))]
    if slope.size != max(slope.shape):
        raise StudyError(f"has slopes of shape {slope.shape}, expected one a channel")
    axis = int(np.argmax(slope.shape)) - slope.ndim
    return [_last_axis(reading, layers.PReLU(slope.ravel(), name=_name(node)), value, axis)]


@_handles("Softmax", "LogSoftmax")
def _(reading, node, attributes, inputs):
    if isinstance(inputs[0], Scores):
        if attributes.get("axis", -1) not in (-1, inputs[0].query.places.ndim - 1):
            raise StudyError("an attention's softmax is not over its keys")
        return [replace(inputs[0], is_share=True)]
    value = _value(inputs[0])
    axis = attributes.get("axis", -1 if reading.opset >= 13 else 1)
    if reading.opset < 13 and axis not in (-1, value.places.ndim - 1):
        raise StudyError("is taken over several axes; export with opset 13 or later")
    function = "softmax" if node.op_type == "Softmax" else "log_softmax"
    return [_last_axis(reading, layers.Activation(function, name=_name(node)), value, axis)]


@_handles("Neg")
def _(reading, node, attributes, inputs):
    return [_scaled(reading, node, inputs[0], np.float32(-1), None)]


@_handles("Pow")
def _(reading, node, attributes, inputs):
    exponent = _known(inputs[1], "exponent")
    names = {2.0: "square", 0.5: "sqrt", -1.0: "reciprocal"}
    if exponent.size != 1 or float(exponent.ravel()[0]) not in names:
        raise StudyError(f"raises to {exponent.ravel()[:3]}, expected 2, 0.5 or −1")
    return [_pointwise(reading, node, inputs[0], names[float(exponent.ravel()[0])])]


def _pointwise(reading, node, tensor: Tensor, function: str, **numbers: Any) -> Value:
    value = reading.arrangement.settled(_value(tensor))
    layer = layers.Activation(function, **numbers, name=_name(node))
    return Value(reading.arrangement.add(layer, value.layer), value.places)


# --- Sums and products -----------------------------------------------------------------------


@_handles("Add", "Sum")
def _(reading, node, attributes, inputs):
    return [reduce(lambda one, other: _added(reading, node, one, other), inputs)]


@_handles("Sub")
def _(reading, node, attributes, inputs):
    one, other = inputs
    if isinstance(other, np.ndarray):
        return [_added(reading, node, one, np.asarray(-other))]
    return [_added(reading, node, one, _scaled(reading, node, other, np.float32(-1), None))]


@_handles("Mul")
def _(reading, node, attributes, inputs):
    return [_multiplied(reading, node, *inputs)]


@_handles("Div")
def _(reading, node, attributes, inputs):
    one, other = inputs
    if isinstance(other, np.ndarray):
        return [_multiplied(reading, node, one, np.asarray(1 / np.asarray(other, np.float32)))]
    return [_multiplied(reading, node, one, _pointwise(reading, node, other, "reciprocal"))]


@_handles("Scaler")
def _(reading, node, attributes, inputs):
    offset, scale = (np.float32(attributes[name]) for name in ("offset", "scale"))
    shifted = _added(reading, node, inputs[0], -np.asarray(offset))
    return [_multiplied(reading, node, shifted, np.asarray(scale))]


def _added(reading, node, one: Tensor, other: Tensor) -> Tensor:
    if isinstance(one, np.ndarray):
        one, other = other, one
    if isinstance(one, Scores):
        return _masked(one, _known(other, "mask"))
    if isinstance(other, np.ndarray):
        return _scaled(reading, node, one, None, np.asarray(other, np.float32))
    return _joined(reading, node, layers.Add(name=_name(node)), _value(one), _value(other))


def _multiplied(reading, node, one: Tensor, other: Tensor) -> Tensor:
    if isinstance(one, np.ndarray):
        one, other = other, one
    if isinstance(one, Scores):
        factor = _known(other, "factor")
        if factor.size != 1:
            raise StudyError("scales an attention's scores by more than one number")
        return replace(one, scale=one.scale * float(factor.ravel()[0]))
    if isinstance(other, np.ndarray):
        return _scaled(reading, node, one, np.asarray(other, np.float32), None)
    one, other = _value(one), _value(other)
    if one.layer == other.layer and np.array_equal(one.places, other.places):
        return _pointwise(reading, node, one, "square")
    return _joined(reading, node, layers.Multiply(name=_name(node)), one, other)


def _scaled(reading, node, tensor: Tensor, scale, offset) -> Value:
    value, arrangement = _value(tensor), reading.arrangement
    number = scale if offset is None else offset
    if offset is None and number.size == 1 and value.places.ndim >= number.ndim:
        # All that the layer makes is scaled, whatever part of it is taken here.
        layer = layers.Affine(number.reshape(()), name=_name(node))
        return Value(arrangement.add(layer, value.layer), value.places)
    shape = np.broadcast_shapes(value.shape, number.shape)
    spread = Value(value.layer, np.broadcast_to(value.places, shape))
    value = arrangement.settled(spread if shape != value.shape else value)
    if offset is not None and not np.any(offset):
        return value
    number = arrangement.in_order(number, value)
    layer = layers.Affine(
        scale=None if scale is None else number,
        offset=None if offset is None else number,
        name=_name(node),
    )
    return Value(arrangement.add(layer, value.layer), value.places)


def _joined(reading, node, layer, one: Value, other: Value) -> Value:
    arrangement = reading.arrangement
    shape = np.broadcast_shapes(one.shape, other.shape)
    for first, second in ((one, other), (other, one)):
        if first.shape == shape and arrangement.is_permutation(first):
            number = arrangement.add(layer, first.layer, arrangement.aligned(second, first))
            return Value(number, first.places)
    spread = arrangement.settled(Value(one.layer, np.broadcast_to(one.places, shape)))
    number = arrangement.add(layer, spread.layer, arrangement.aligned(other, spread))
    return Value(number, spread.places)


@_handles("Concat")
def _(reading, node, attributes, inputs):
    arrangement, axis = reading.arrangement, attributes["axis"]
    values = [_value(each) for each in inputs if not isinstance(each, np.ndarray)]
    if len(values) == len(inputs) and len({value.layer for value in values}) == 1:
        return [Value(values[0].layer, np.concatenate([value.places for value in values], axis))]
    n_axes = values[0].places.ndim
    axis %= n_axes
    target = -1 if axis == 1 and n_axes > 2 else axis
    parts = [each if isinstance(each, np.ndarray) else each.moved(axis, target) for each in inputs]
    if len(values) == len(inputs):
        numbers = [arrangement.natural(value) for value in parts]
        layer = layers.Concatenate(target % n_axes - n_axes, name=_name(node))
        return [arrangement.whole(arrangement.add(layer, *numbers)).moved(target, axis)]
    return [_with_known_parts(reading, node, inputs, axis)]


def _with_known_parts(reading, node, inputs: Sequence[Tensor], axis: int) -> Value:
    """Known numbers before or after a tensor: room for them, then their sum."""
    places = [i for i, each in enumerate(inputs) if isinstance(each, Value)]
    if len(places) != 1:
        raise StudyError("joins known numbers with several tensors")
    value = inputs[places[0]]
    spread, numbers = [], []
    for each in inputs:
        if each is value:
            spread.append(value.places)
            numbers.append(np.zeros(value.shape, np.float32))
        else:
            shape = (*value.shape[:axis], each.shape[axis], *value.shape[axis + 1 :])
            spread.append(np.full(shape, -1, value.places.dtype))
            numbers.append(np.broadcast_to(np.asarray(each, np.float32), shape))
    padded = Value(value.layer, np.concatenate(spread, axis))
    return _scaled(reading, node, padded, None, np.concatenate(numbers, axis))


# --- Pools -----------------------------------------------------------------------------------


@_handles("MaxPool", "AveragePool")
def _(reading, node, attributes, inputs):
    if len(node.output) > 1:
        raise StudyError("gives the places of its maxima, which no layer takes")
    size = tuple(attributes["kernel_shape"])
    _check_axes(size)
    if set(attributes.get("dilations", [1])) != {1}:
        raise StudyError("has dilation, which a pool has not here")
    value = _value(inputs[0]).moved(1, -1)
    strides = tuple(attributes.get("strides", (1,) * len(size)))
    padding = _padding(attributes, value.shape[1:-1], size, strides, (1,) * len(size))
    is_max, counts = node.op_type == "MaxPool", bool(attributes.get("count_include_pad", 0))
    if attributes.get("ceil_mode"):
        more = _rounded_up(value.shape[1:-1], size, strides, padding)
        if more != padding and counts and not is_max:
            raise StudyError("rounds up and counts its padding; export it with ceil_mode 0")
        padding = more
    if is_max:
        layer = layers.MaxPool(size, strides, padding, name=_name(node))
    else:
        layer = layers.AveragePool(size, strides, padding, counts, name=_name(node))
    return [_channels_last(reading, layer, value)]


def _rounded_up(lengths, size, strides, padding) -> layers.Padding:
    """Padding that gives the last, incomplete window its place."""
    found = []
    for length, width, stride, (before, after) in zip(lengths, size, strides, padding, strict=True):
        count = -(-(length + before + after - width) // stride) + 1
        if (count - 1) * stride >= length + before:
            count -= 1  # it would hold padding alone
        found.append((before, max(after, (count - 1) * stride + width - length - before)))
    return tuple(found)


@_handles("GlobalAveragePool", "GlobalMaxPool")
def _(reading, node, attributes, inputs):
    value = _value(inputs[0])
    axes = list(range(2, value.places.ndim))
    return [_reduced(reading, node, value, axes, True, node.op_type == "GlobalMaxPool")]


@_handles("ReduceMean", "ReduceMax", "ReduceSum")
def _(reading, node, attributes, inputs):
    value = _value(inputs[0])
    axes = attributes.get("axes")
    if axes is None and _get(inputs, 1) is not None:
        axes = _numbers(inputs[1], "axis")
    axes = axes or list(range(value.places.ndim))
    axes = sorted(axis % value.places.ndim for axis in axes)
    keeps = bool(attributes.get("keepdims", 1))
    found = _reduced(reading, node, value, axes, keeps, node.op_type == "ReduceMax")
    if node.op_type == "ReduceSum":
        count = prod(value.shape[axis] for axis in axes)
        found = _scaled(reading, node, found, np.float32(count), None)
    return [found]


def _reduced(reading, node, value: Value, axes: list[int], keeps: bool, is_max: bool) -> Value:
    """One number for all values along some axes."""
    arrangement = reading.arrangement
    kept = [axis for axis in range(value.places.ndim) if axis not in axes]
    if not kept or kept[0] != 0:
        raise StudyError("brings the values of different images together")
    shape = tuple(value.shape[axis] for axis in kept)
    n_kept = prod(shape[1:])
    if len(kept) == 2:
        order = [0, *axes, kept[1]]
        ordered = Value(value.layer, value.places.transpose(order))
    else:
        places = value.places.transpose([0, *axes, *kept[1:]])
        ordered = Value(value.layer, places.reshape(shape[0], -1, n_kept))
    kind = layers.GlobalMaxPool if is_max else layers.GlobalAveragePool
    number = arrangement.add(kind(name=_name(node)), arrangement.natural(ordered))
    places = arrangement.whole(number).places
    after = [1 if axis in axes else value.shape[axis] for axis in range(value.places.ndim)]
    return Value(number, places.reshape(after if keeps else shape))


# --- Moves -----------------------------------------------------------------------------------


@_handles(
    *("Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Slice", "Split", "Expand"),
    *("Tile", "DepthToSpace", "SpaceToDepth"),
)
def _(reading, node, attributes, inputs):
    value = _value(inputs[0])
    known = [_known(each, "size or place") for each in inputs[1:]]
    if node.op_type == "Expand":
        # A size of 1 leaves an axis as it is, and may stand for the images.
        wanted = np.broadcast_shapes(value.shape, tuple(_numbers(known[0], "size")))
        onnx_model.check_growth(prod(wanted), value.places.size)
        return [Value(value.layer, np.broadcast_to(value.places, wanted))]
    moved = onnx_model.evaluate(node, [value.places, *known], reading.opset)
    return [Value(value.layer, places) for places in moved]


@_handles("Gather")
def _(reading, node, attributes, inputs):
    axis = attributes.get("axis", 0)
    if isinstance(inputs[0], np.ndarray):
        table = _weights(inputs[0], "table")
        if table.ndim != 2 or axis != 0:
            raise StudyError(f"takes parts of an array of shape {table.shape}, expected rows")
        return [_looked_up(reading, node, table, _value(inputs[1]))]
    value, which = _value(inputs[0]), _known(inputs[1], "place")
    return [Value(value.layer, np.take(value.places, which, axis))]


def _looked_up(reading, node, table: np.ndarray, tokens: Value) -> Value:
    arrangement, width = reading.arrangement, table.shape[1]
    tokens = arrangement.settled(tokens)
    number = arrangement.add(layers.Embedding(table, name=_name(node)), tokens.layer)
    places = tokens.places[..., None] * width + np.arange(width, dtype=tokens.places.dtype)
    return Value(number, places)


@_handles("Equal")
def _(reading, node, attributes, inputs):
    """One-hot vectors, compared with 0, 1, 2, …: rows of an identity matrix."""
    value, known = inputs if isinstance(inputs[0], Value) else reversed(inputs)
    value, known = _value(value), _known(known, "number")
    places = np.broadcast_to(value.places, np.broadcast_shapes(value.shape, known.shape))
    n_classes = places.shape[-1]
    is_counted = known.size == n_classes and np.array_equal(known.ravel(), np.arange(n_classes))
    if n_classes > 2**14 or not is_counted or np.any(places != places[..., :1]):
        raise StudyError("compares values, which no layer does")
    table = np.eye(n_classes, dtype=np.float32)
    return [_looked_up(reading, node, table, Value(value.layer, places[..., 0]))]


@_handles("Pad")
def _(reading, node, attributes, inputs):
    value, mode = _value(inputs[0]), attributes.get("mode", "constant")
    pads = attributes.get("pads") or _numbers(_get(inputs, 1), "padding")
    fill = _known(_get(inputs, 2), "padding")
    fill = attributes.get("value", 0.0) if fill is None else float(fill.ravel()[0])
    if _get(inputs, 3) is not None:
        axes = [axis % value.places.ndim for axis in _numbers(inputs[3], "axis")]
    else:
        axes = list(range(value.places.ndim))
    if fill != 0 and mode == "constant":
        raise StudyError(f"pads with {fill:g}, expected 0")
    if prod(value.shape) and sum(map(abs, pads)) > 2**20:
        raise StudyError(f"pads by {pads}, more than an image may have")
    modes = {"constant": "constant", "reflect": "reflect", "edge": "edge", "wrap": "wrap"}
    widths = [(0, 0)] * value.places.ndim
    for place, axis in enumerate(axes):
        widths[axis] = (pads[place], pads[place + len(axes)])
    kept = tuple(
        slice(max(-before, 0), length + min(after, 0))
        for length, (before, after) in zip(value.shape, widths, strict=True)
    )
    widths = [(max(before, 0), max(after, 0)) for before, after in widths]
    options = {"constant_values": -1} if mode == "constant" else {}
    return [Value(value.layer, np.pad(value.places[kept], widths, modes[mode], **options))]


@_handles("Resize", "Upsample")
def _(reading, node, attributes, inputs):
    value = _value(inputs[0])
    if attributes.get("mode", "nearest") != "nearest":
        raise StudyError(
            f"enlarges by {attributes['mode']} interpolation; only nearest neighbours are known"
        )
    places = value.places
    if node.op_type == "Upsample":
        factors = attributes.get("scales") or _known(inputs[1], "factor").tolist()
    else:
        sizes = _known(_get(inputs, 3), "size")
        factors = _known(_get(inputs, 2), "factor")
        factors = sizes / np.array(places.shape) if sizes is not None else factors
    for axis, factor in enumerate(factors):
        if float(factor) != round(float(factor)) or not 1 <= factor <= 64:
            raise StudyError(f"enlarges by {factor}, expected a whole number")
        # Every rule for nearest neighbours repeats values where the factor is whole.
        places = np.repeat(places, int(factor), axis) if factor != 1 else places
    return [Value(value.layer, places)]


@_handles("Identity", "Dropout", "Cast")
def _(reading, node, attributes, inputs):
    if node.op_type == "Dropout":
        reading.notes.append(f"dropped {onnx_model.title(node)}, which does nothing in use")
    return [inputs[0]]


@_handles("Shape")
def _(reading, node, attributes, inputs):
    shape = np.array(_value(inputs[0]).shape, np.int64)
    return [shape[slice(attributes.get("start", 0), attributes.get("end"))]]


@_handles("Where")
def _(reading, node, attributes, inputs):
    condition, one, other = inputs
    if isinstance(one, Scores) and isinstance(condition, np.ndarray):
        return [_masked(one, np.where(condition, 0, _known(other, "mask")))]
    if isinstance(other, Scores) and isinstance(condition, np.ndarray):
        return [_masked(other, np.where(condition, _known(one, "mask"), 0))]
    raise StudyError("chooses between tensors, for which no layer is known")


# --- Attention -------------------------------------------------------------------------------

_HIDDEN = -1e4
"""What is added to scores that don't count is below this."""


def _masked(scores: Scores, mask: np.ndarray) -> Scores:
    if not np.any(mask):
        return scores
    mask = mask.reshape(-1, *mask.shape[-2:])
    if mask.ndim == 3 and len(mask) == 1 and mask.shape[1] == mask.shape[2]:
        seen = np.tri(mask.shape[1], dtype=bool)
        if not np.any(mask[0][seen]) and np.all(mask[0][~seen] < _HIDDEN):
            return replace(scores, causal=True)
    raise StudyError("adds to the scores of an attention what is no causal mask")


def _attention(reading, node, scores: Scores, value: Value) -> Value:
    """Attention whose output matrix is the identity, until a dense layer follows."""
    if not scores.is_share:
        raise StudyError("multiplies three tensors without a softmax")
    arrangement = reading.arrangement
    if scores.query.places.ndim < 3:
        raise StudyError("is an attention over images")
    key = scores.key.moved(-1, -2)
    heads = [_heads(arrangement, each) for each in (scores.query, key, value)]
    lead = scores.query.shape[:-2]
    if any(each.shape[:-2] != lead for each in (key, value)):
        raise StudyError("is an attention whose heads don't match")
    images = heads[0].image
    if any(not np.array_equal(each.image, images) for each in heads):
        raise StudyError("is an attention across images")
    first = np.flatnonzero(images == 0)
    n_heads = len(first)
    number_of = {
        tuple(map(tuple, (each.columns[lead_] for each in heads))): i
        for i, lead_ in enumerate(first)
    }
    names = [tuple(map(tuple, (each.columns[i] for each in heads))) for i in range(len(images))]
    if any(name not in number_of for name in names) or len(number_of) != n_heads:
        raise StudyError("is an attention whose heads differ from image to image")
    of_head = np.array([number_of[name] for name in names])
    scale, kernels, sources = scores.scale, [], []
    for place, each in enumerate(heads):
        columns = each.columns[first].ravel()
        factor, layer, kernel, bias = _behind(arrangement, each.layer, columns, place < 2)
        scale *= factor
        sources.append(_as_positions(arrangement, layer))
        kernels.append((kernel, bias))
    width = len(kernels[2][0][0])
    inputs = sources[:1] if len(set(sources)) == 1 else sources
    (query, query_bias), (key, key_bias), (values, values_bias) = kernels
    made = layers.Attention(
        query,
        key,
        values,
        np.eye(width, dtype=np.float32),
        query_bias,
        key_bias,
        values_bias,
        n_heads=n_heads,
        scale=scale,
        causal=scores.causal,
        name=_name(node),
    )
    number = arrangement.add(made, *inputs)
    n_positions, n_columns = scores.query.shape[-2], value.shape[-1]
    places = (
        images[:, None, None] * n_positions * width
        + np.arange(n_positions)[:, None] * width
        + of_head[:, None, None] * n_columns
        + np.arange(n_columns)
    )
    return Value(number, places.reshape(*lead, n_positions, n_columns))


@dataclass(frozen=True, eq=False)
class _Heads:
    """Queries, keys or values, decoded: which image and columns each head has.

    Attributes
    ----------
    layer : int
    image : (n_leads,) int
    columns : (n_leads, width) int
    """

    layer: int
    image: np.ndarray
    columns: np.ndarray


def _heads(arrangement: Arrangement, value: Value) -> _Heads:
    n_channels = arrangement.shapes[value.layer][-1]
    size = arrangement.size(value)
    flat = value.places.reshape(-1, *value.shape[-2:])
    image = flat[:, 0, 0] // size
    columns = flat[:, 0] % n_channels
    positions = np.arange(flat.shape[1])
    expected = (image * size)[:, None, None] + positions[:, None] * n_channels + columns[:, None]
    if size != n_channels * len(positions) or not np.array_equal(flat, expected):
        raise StudyError("is an attention whose positions are not those of one layer")
    return _Heads(value.layer, image, columns)


def _behind(arrangement: Arrangement, number: int, columns: np.ndarray, may_scale: bool):
    """The dense layer that makes some columns: factor, its input, kernel and bias."""
    factor = 1.0
    layer = arrangement.layers[number]
    while (
        may_scale
        and isinstance(layer, layers.Affine)
        and layer.offset is None
        and layer.scale.size == 1
    ):
        factor *= float(layer.scale.ravel()[0])
        (number,) = layer.inputs
        layer = arrangement.layers[number]
    if isinstance(layer, layers.Affine) and layer.scale is None and layer.offset.ndim == 1:
        (before,) = layer.inputs
        dense = arrangement.layers[before]
        if isinstance(dense, layers.Dense) and dense.bias is None:
            layer = replace(dense, bias=layer.offset)
    if isinstance(layer, layers.Dense):
        bias = None if layer.bias is None else layer.bias[columns]
        return factor, layer.inputs[0], layer.kernel[:, columns], bias
    n_channels = arrangement.shapes[number][-1]
    return factor, number, np.eye(n_channels, dtype=np.float32)[:, columns], None


def _as_positions(arrangement: Arrangement, number: int) -> int:
    """The layer as (positions, channels)."""
    whole = arrangement.whole(number)
    places = whole.places.reshape(len(whole.places), -1, whole.shape[-1])
    return arrangement.natural(Value(number, places))


# --- What several share ----------------------------------------------------------------------


def _name(node: NodeProto) -> str:
    return node.name or next(iter(node.output), "")


def _check_axes(size: Sequence[int]) -> None:
    if len(size) not in (1, 2):
        raise StudyError(f"works along {len(size)} axes, expected 1 or 2")


def _channels_last(reading, layer, value: Value) -> Value:
    """Apply a layer to a tensor that has its channels last; they come back after the images."""
    arrangement = reading.arrangement
    number = arrangement.add(layer, arrangement.natural(value))
    return arrangement.whole(number).moved(-1, 1)


def _last_axis(reading, layer, value: Value, axis: int) -> Value:
    """Apply a layer that works on the last axis, and leaves its width, to any axis."""
    arrangement = reading.arrangement
    rows = arrangement.rows(value, axis)
    return arrangement.after_rows(arrangement.add(layer, rows.layer), rows, axis)


def _padding(attributes, lengths, size, strides, dilation) -> layers.Padding:
    how = attributes.get("auto_pad", "NOTSET")
    axes = zip(lengths, size, strides, dilation, strict=True)
    if how in ("SAME_UPPER", "SAME_LOWER"):
        pairs = tuple(shapes.same_padding(*axis) for axis in axes)
        return pairs if how == "SAME_UPPER" else tuple(pair[::-1] for pair in pairs)
    pads = [0] * 2 * len(size) if how == "VALID" else attributes.get("pads", [0] * 2 * len(size))
    return tuple((pads[axis], pads[len(size) + axis]) for axis in range(len(size)))
