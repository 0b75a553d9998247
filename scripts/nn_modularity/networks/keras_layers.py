"""Keras's layers as ours: one function a class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import Any

import numpy as np

from nn_modularity.errors import StudyError
from nn_modularity.networks import layers, shapes
from nn_modularity.networks.arranging import Arrangement

Config = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Call:
    """One use of a layer.

    Attributes
    ----------
    config : dict
        Its settings.
    inputs : tuple of (int or float)
        Numbers of the layers that it takes; known numbers as floats.
    options : dict
        What it was called with besides.
    weights : callable
        Its arrays, in Keras's order; takes the names of the layers within that hold them.
    arrangement : Arrangement
    """

    config: Config
    inputs: tuple[int | float, ...]
    options: Config
    weights: Callable[..., list[np.ndarray]]
    arrangement: Arrangement

    @property
    def source(self) -> int:
        """The one layer that it takes."""
        if len(self.inputs) != 1 or not isinstance(self.inputs[0], int):
            raise StudyError(f"takes {len(self.inputs)} inputs, expected 1")
        return self.inputs[0]

    @property
    def shape(self) -> layers.Shape:
        """Shape of what it takes, for one image."""
        return self.arrangement.shapes[self.source]

    def add(self, layer: layers.Layer, *inputs: int) -> int:
        """Append a layer; takes the call's own input unless told otherwise."""
        return self.arrangement.add(layer, *(inputs or (self.source,)))

    def expect(self, found: Sequence[np.ndarray], n_expected: int) -> list[np.ndarray]:
        """Weights, as many as expected."""
        if len(found) != n_expected:
            raise StudyError(
                f"found {len(found)} arrays of weights, expected {n_expected}; layers of another "
                "make, quantised or adapted ones are not known here"
            )
        return list(found)


Handler = Callable[[Call], int]
HANDLERS: dict[str, Handler] = {}

FUNCTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "elu": ("elu", {"alpha": 1.0}),
    "exponential": ("exp", {}),
    "gelu": ("gelu", {}),
    "hard_sigmoid": ("hard_sigmoid", {"alpha": 1 / 6, "beta": 0.5}),
    "hard_silu": ("hard_swish", {}),
    "hard_swish": ("hard_swish", {}),
    "leaky_relu": ("leaky_relu", {"alpha": 0.2}),
    "linear": ("linear", {}),
    "log_softmax": ("log_softmax", {}),
    "mish": ("mish", {}),
    "relu": ("relu", {}),
    "relu6": ("relu6", {}),
    "selu": ("selu", {}),
    "sigmoid": ("sigmoid", {}),
    "silu": ("silu", {}),
    "softmax": ("softmax", {}),
    "softplus": ("softplus", {}),
    "softsign": ("softsign", {}),
    "swish": ("silu", {}),
    "tanh": ("tanh", {}),
}
"""Keras's names of activation functions, and what they are here."""

DROPPED = (
    *("ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise"),
    *("Identity", "SpatialDropout1D", "SpatialDropout2D"),
)
"""Layers that do nothing once a network is trained."""


def apply(kind: str, call: Call) -> int:
    """What a layer makes of its inputs: the number of the last layer that it becomes.

    Raises
    ------
    StudyError
        If the layer, or the way it is used, is not known here.
    """
    if kind not in HANDLERS:
        if kind in ("Lambda", "TFOpLambda", "SlicingOpLambda"):
            raise StudyError("is code, which is never run; write it with layers that Keras has")
        known = ", ".join(sorted(HANDLERS))
        raise StudyError(f"layers of the class {kind} are not known here; known are {known}")
    if call.config.get("data_format", "channels_last") not in (None, "channels_last"):
        raise StudyError("has its channels first; build it with data_format='channels_last'")
    return HANDLERS[kind](call)


def _handles(*kinds: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(kinds, handler))
        return handler

    return register


@_handles(*DROPPED)
def _(call):
    return call.source


# --- Layers with weights ---------------------------------------------------------------------


@_handles("Dense")
def _(call):
    kernel, bias = _kernel_and_bias(call)
    return _activated(call, call.add(layers.Dense(kernel, bias, name=_name(call))))


@_handles("Conv1D", "Conv2D", "Convolution1D", "Convolution2D")
def _(call):
    kernel, bias = _kernel_and_bias(call)
    return _activated(call, _convolved(call, kernel, bias, call.config.get("groups", 1)))


@_handles("DepthwiseConv1D", "DepthwiseConv2D")
def _(call):
    kernel, bias = _kernel_and_bias(call)
    return _activated(call, _convolved(call, *_depthwise(kernel, bias)))


@_handles("SeparableConv1D", "SeparableConv2D")
def _(call):
    has_bias = call.config.get("use_bias", True)
    depthwise, pointwise, *bias = call.expect(call.weights(), 2 + has_bias)
    number = _convolved(call, *_depthwise(depthwise, None))
    last = layers.Convolution(pointwise, *bias, name=_name(call))
    return _activated(call, call.add(last, number))


@_handles("Conv1DTranspose", "Conv2DTranspose")
def _(call):
    kernel, bias = _kernel_and_bias(call)
    kernel = np.swapaxes(kernel, -1, -2)
    n_axes = kernel.ndim - 2
    strides = _numbers(call, "strides", n_axes)
    if set(_numbers(call, "dilation_rate", n_axes)) != {1}:
        raise StudyError("has dilation, which a transposed convolution has not here")
    if call.config.get("output_padding") is not None:
        raise StudyError("has output_padding, which a transposed convolution has not here")
    padding = []
    for size, stride in zip(kernel.shape, strides, strict=False):
        if size < stride:
            raise StudyError(f"has strides {strides} beyond its kernel, which leaves gaps")
        cut = size - stride if call.config["padding"] == "same" else 0
        padding.append((cut // 2, cut - cut // 2))
    made = layers.TransposedConvolution(kernel, bias, strides, tuple(padding), name=_name(call))
    return _activated(call, call.add(made))


@_handles("Embedding")
def _(call):
    if call.config.get("mask_zero"):
        raise StudyError("hides tokens of number 0 from later layers, which is not known here")
    (table,) = call.expect(call.weights(), 1)
    return call.add(layers.Embedding(table, name=_name(call)))


@_handles("MultiHeadAttention")
def _(call):
    masks = {name for name, value in call.options.items() if value is not None}
    masks -= {"use_causal_mask", "training", "return_attention_scores"}
    if masks - {"query", "value", "key"} or call.options.get("return_attention_scores"):
        raise StudyError(f"is called with {', '.join(sorted(masks))}; masks are not known here")
    if call.config.get("attention_axes") not in (None, [1], 1):
        raise StudyError("attends along several axes, expected one")
    inputs = [one for one in call.inputs if isinstance(one, int)]
    query, value, *key = inputs
    parts = ("query_dense", "key_dense", "value_dense", "output_dense")
    has_bias = call.config.get("use_bias", True)
    arrays = call.expect(call.weights(parts), 8 if has_bias else 4)
    kernels, biases = (arrays[::2], arrays[1::2]) if has_bias else (arrays, [None] * 4)
    n_heads = call.config["num_heads"]
    flat = [kernel.reshape(len(kernel), -1) for kernel in kernels[:3]]
    flat.append(kernels[3].reshape(-1, kernels[3].shape[-1]))
    made = layers.Attention(
        *flat,
        *(None if bias is None else bias.ravel() for bias in biases),
        n_heads=n_heads,
        scale=float(kernels[0].shape[-1]) ** -0.5,
        causal=bool(call.options.get("use_causal_mask", False)),
        name=_name(call),
    )
    sources = (query, key[0] if key else value, value)
    return call.add(made, *(sources[:1] if len(set(sources)) == 1 else sources))


# --- Norms -----------------------------------------------------------------------------------


@_handles("BatchNormalization")
def _(call):
    _check_last_axis(call)
    scale, offset, rest = _scale_and_offset(call, 2)
    mean, variance = rest
    epsilon = float(call.config.get("epsilon", 1e-3))
    return call.add(layers.BatchNorm(mean, variance, scale, offset, epsilon, name=_name(call)))


@_handles("LayerNormalization")
def _(call):
    _check_last_axis(call)
    if call.config.get("rms_scaling"):
        raise StudyError("has rms_scaling; use RMSNormalization")
    scale, offset, _ = _scale_and_offset(call, 0)
    epsilon = float(call.config.get("epsilon", 1e-3))
    return call.add(layers.LayerNorm(scale, offset, epsilon, name=_name(call)))


@_handles("RMSNormalization")
def _(call):
    _check_last_axis(call)
    (scale,) = call.expect(call.weights(), 1)
    epsilon = float(call.config.get("epsilon", 1e-6))
    return call.add(layers.RMSNorm(scale, epsilon, name=_name(call)))


@_handles("Normalization")
def _(call):
    if call.config.get("invert"):
        raise StudyError("inverts a normalisation, which is not known here")
    mean, variance = call.config.get("mean"), call.config.get("variance")
    if mean is None:
        mean, variance = call.weights()[:2]
    mean, variance = np.asarray(mean, np.float32), np.asarray(variance, np.float32)
    shift = call.add(layers.Affine(offset=-mean, name=_name(call)))
    spread = np.maximum(np.sqrt(variance), np.float32(1e-7))
    return call.add(layers.Affine(scale=1 / spread, name=_name(call)), shift)


@_handles("Rescaling")
def _(call):
    scale, offset = (np.float32(call.config[name]) for name in ("scale", "offset"))
    number = call.add(layers.Affine(scale=scale, name=_name(call)))
    return (
        call.add(layers.Affine(offset=offset, name=_name(call)), number) if offset.any() else number
    )


# --- Functions -------------------------------------------------------------------------------


@_handles("Activation")
def _(call):
    return _activated(call, call.source)


@_handles("ReLU")
def _(call):
    config = call.config
    slope, top = config.get("negative_slope") or 0.0, config.get("max_value")
    if config.get("threshold"):
        raise StudyError("has a threshold, which a ReLU has not here")
    if slope and top is not None:
        raise StudyError("has a negative slope and a largest value, expected one of them")
    if slope:
        return _function(call, "leaky_relu", alpha=float(slope))
    if top is not None:
        return (
            _function(call, "clip", alpha=0.0, beta=float(top))
            if top != 6
            else _function(call, "relu6")
        )
    return _function(call, "relu")


@_handles("LeakyReLU")
def _(call):
    slope = call.config.get("negative_slope", call.config.get("alpha", 0.3))
    return _function(call, "leaky_relu", alpha=float(slope))


@_handles("ELU")
def _(call):
    return _function(call, "elu", alpha=float(call.config.get("alpha", 1.0)))


@_handles("PReLU")
def _(call):
    (slope,) = call.expect(call.weights(), 1)
    if slope.size != slope.shape[-1]:
        raise StudyError(f"has slopes of shape {slope.shape}; share them over places (shared_axes)")
    return call.add(layers.PReLU(slope.ravel(), name=_name(call)))


@_handles("Softmax")
def _(call):
    axis = call.config.get("axis", -1)
    if axis not in (-1, [-1], len(call.shape), [len(call.shape)]):
        raise StudyError(f"is taken along axis {axis}, expected the last")
    return _function(call, "softmax")


def _function(call: Call, name: str, **numbers: Any) -> int:
    return call.add(layers.Activation(name, **numbers, name=_name(call)))


def _activated(call: Call, number: int) -> int:
    """The layer's activation function behind a layer."""
    found = call.config.get("activation")
    if isinstance(found, dict):  # a function or a layer, as Keras writes it down
        inner = found.get("config")
        if isinstance(inner, dict) and found.get("class_name") in HANDLERS:
            return HANDLERS[found["class_name"]](
                Call({**inner, "name": _name(call)}, (number,), {}, call.weights, call.arrangement)
            )
        found = inner if isinstance(inner, str) else found.get("class_name")
    if found is None:
        return number
    if found not in FUNCTIONS:
        raise StudyError(
            f"has the activation {found!r}, expected one of {', '.join(sorted(FUNCTIONS))}"
        )
    name, numbers = FUNCTIONS[found]
    if name == "linear":
        return number
    return call.add(layers.Activation(name, **numbers, name=_name(call)), number)


# --- Pools and moves -------------------------------------------------------------------------


@_handles("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D")
def _(call):
    n_axes = len(call.shape) - 1
    size = _numbers(call, "pool_size", n_axes)
    strides = _numbers(call, "strides", n_axes) if call.config.get("strides") else size
    padding = _padding(call, size, strides, (1,) * n_axes)
    is_max = "Max" in call.config["class"]
    kind = layers.MaxPool if is_max else layers.AveragePool
    return call.add(kind(size, strides, padding, name=_name(call)))


@_handles(
    *("GlobalAveragePooling1D", "GlobalAveragePooling2D"),
    *("GlobalMaxPooling1D", "GlobalMaxPooling2D"),
)
def _(call):
    is_max = "Max" in call.config["class"]
    kind = layers.GlobalMaxPool if is_max else layers.GlobalAveragePool
    number = call.add(kind(name=_name(call)))
    if not call.config.get("keepdims"):
        return number
    ones = (1,) * (len(call.shape) - 1)
    return call.add(layers.Reshape((*ones, call.shape[-1]), name=_name(call)), number)


@_handles("Flatten")
def _(call):
    return call.add(layers.Flatten(name=_name(call))) if len(call.shape) > 1 else call.source


@_handles("Reshape")
def _(call):
    wanted = [int(size) for size in call.config["target_shape"]]
    if wanted.count(-1) == 1:
        rest = prod(size for size in wanted if size != -1)
        wanted[wanted.index(-1)] = prod(call.shape) // max(rest, 1)
    return call.add(layers.Reshape(tuple(wanted), name=_name(call)))


@_handles("Permute")
def _(call):
    order = tuple(int(axis) - 1 for axis in call.config["dims"])
    return call.add(layers.Transpose(order, name=_name(call)))


@_handles("ZeroPadding1D", "ZeroPadding2D")
def _(call):
    return call.add(layers.Pad((*_pairs(call, "padding"), (0, 0)), name=_name(call)))


@_handles("Cropping1D", "Cropping2D")
def _(call):
    pairs = (*_pairs(call, "cropping"), (0, 0))
    start = tuple(before for before, _ in pairs)
    stop = tuple(n - after for n, (_, after) in zip(call.shape, pairs, strict=True))
    return call.add(layers.Slice(start, stop, (1,) * len(stop), name=_name(call)))


@_handles("UpSampling1D", "UpSampling2D")
def _(call):
    if call.config.get("interpolation", "nearest") != "nearest":
        raise StudyError("enlarges by interpolation; only nearest neighbours are known")
    places = np.arange(prod(call.shape)).reshape(call.shape)
    for axis, factor in enumerate(_numbers(call, "size", len(call.shape) - 1)):
        places = np.repeat(places, factor, axis)
    return call.add(layers.Rearrange(places, name=_name(call)))


# --- Branches --------------------------------------------------------------------------------


@_handles("Add")
def _(call):
    return _joined(call, layers.Add, lambda number: {"offset": np.float32(number)})


@_handles("Multiply")
def _(call):
    return _joined(call, layers.Multiply, lambda number: {"scale": np.float32(number)})


@_handles("Subtract")
def _(call):
    one, other = call.inputs
    if isinstance(other, float):
        return call.add(layers.Affine(offset=np.float32(-other), name=_name(call)), one)
    negative = call.add(layers.Affine(scale=np.float32(-1), name=_name(call)), other)
    if isinstance(one, float):
        return call.add(layers.Affine(offset=np.float32(one), name=_name(call)), negative)
    return call.add(layers.Add(name=_name(call)), one, negative)


@_handles("Divide", "TrueDivide")
def _(call):
    one, other = call.inputs
    if isinstance(other, float) and other and isinstance(one, int):
        return call.add(layers.Affine(scale=np.float32(1 / other), name=_name(call)), one)
    raise StudyError("divides by what depends on the image, for which no layer is known")


@_handles("Average")
def _(call):
    number = call.add(layers.Add(name=_name(call)), *call.inputs)
    scale = np.float32(1 / len(call.inputs))
    return call.add(layers.Affine(scale=scale, name=_name(call)), number)


@_handles("Concatenate")
def _(call):
    axis = int(call.config.get("axis", -1))
    n_axes = len(call.arrangement.shapes[call.inputs[0]]) + 1
    axis = axis if axis < 0 else axis - n_axes
    return call.add(layers.Concatenate(axis, name=_name(call)), *call.inputs)


def _joined(call: Call, kind: type[layers.Layer], known: Callable[[float], dict]) -> int:
    values = [one for one in call.inputs if isinstance(one, int)]
    numbers = [one for one in call.inputs if isinstance(one, float)]
    number = values[0]
    if len(values) > 1:
        number = call.add(kind(name=_name(call)), *values)
    return reduce(
        lambda made, one: call.add(layers.Affine(**known(one), name=_name(call)), made),
        numbers,
        number,
    )


# --- What several share ----------------------------------------------------------------------


def _name(call: Call) -> str:
    return str(call.config.get("name", ""))


def _kernel_and_bias(call: Call) -> tuple[np.ndarray, np.ndarray | None]:
    has_bias = call.config.get("use_bias", True)
    kernel, *bias = call.expect(call.weights(), 1 + has_bias)
    return kernel, bias[0] if bias else None


def _scale_and_offset(call: Call, n_more: int):
    has_scale, has_offset = (call.config.get(name, True) for name in ("scale", "center"))
    found = call.expect(call.weights(), has_scale + has_offset + n_more)
    scale = found.pop(0) if has_scale else None
    offset = found.pop(0) if has_offset else None
    return scale, offset, found


def _check_last_axis(call: Call) -> None:
    axis = call.config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if axis not in (-1, len(call.shape)):
        raise StudyError(f"works along axis {axis}, expected the last")


def _numbers(call: Call, name: str, n_axes: int) -> tuple[int, ...]:
    found = call.config.get(name, 1)
    found = [found] * n_axes if isinstance(found, int) else found
    if len(found) != n_axes:
        raise StudyError(f"found {name} {found}, expected {n_axes} numbers")
    return tuple(int(number) for number in found)


def _pairs(call: Call, name: str) -> list[tuple[int, int]]:
    found = call.config[name]
    if len(call.shape) == 2 and not isinstance(found[0], (list, tuple)):
        found = [found]
    return [(int(before), int(after)) for before, after in found]


def _padding(call: Call, size, strides, dilation) -> layers.Padding:
    how = call.config.get("padding", "valid")
    if how == "valid":
        return ((0, 0),) * len(size)
    axes = zip(call.shape, size, strides, dilation, strict=False)
    if how == "causal":
        return tuple((step * (width - 1), 0) for _, width, _, step in axes)
    if how != "same":
        raise StudyError(f"found padding {how!r}, expected same, valid or causal")
    return tuple(shapes.same_padding(*axis) for axis in axes)


def _convolved(call: Call, kernel: np.ndarray, bias: np.ndarray | None, groups: int) -> int:
    size = kernel.shape[:-2]
    strides, dilation = (_numbers(call, name, len(size)) for name in ("strides", "dilation_rate"))
    padding = _padding(call, size, strides, dilation)
    return call.add(
        layers.Convolution(kernel, bias, strides, padding, dilation, groups, name=_name(call))
    )


def _depthwise(kernel: np.ndarray, bias: np.ndarray | None):
    """A kernel (…, n_in, multiplier) as that of a convolution of as many groups as channels."""
    n_in = kernel.shape[-2]
    return kernel.reshape(*kernel.shape[:-2], 1, -1), bias, n_in
