"""The layers of a chain, as the network file's first version has them, and whether they fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from nn_modularity import errors, untrusted
from nn_modularity.errors import StudyError
from nn_modularity.networks import shapes

KINDS = ("dense", "conv2d", "max_pool2d", "average_pool2d", "flatten")
WITH_WEIGHTS = ("dense", "conv2d")
PADDINGS = ("valid", "same")
ORDERS = ("channels_last", "channels_first")
ACTIVATIONS = (
    "linear",
    "relu",
    "relu6",
    "tanh",
    "sigmoid",
    "softmax",
    "softplus",
    "silu",
    "gelu",
    "selu",
)
"""Activation functions, by Keras's names. Those that take a number need the second version."""
_KERNELS = {"dense": "(in, out)", "conv2d": "(height, width, in, out)"}
ATTRIBUTES = {
    "dense": ("activation",),
    "conv2d": ("activation", "padding", "strides"),
    "max_pool2d": ("pool_size", "strides", "padding"),
    "average_pool2d": ("pool_size", "strides", "padding"),
    "flatten": ("order",),
}
_DEFAULTS = {"activation": "linear", "order": "channels_last"}
_CHOICES = {"activation": ACTIVATIONS, "padding": PADDINGS, "order": ORDERS}


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of a network.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    kernel : (n_in, n_out) or (height, width, n_in, n_out) float32, or None
        Weights of a ``dense`` or ``conv2d`` layer.
    bias : (n_out,) float32, or None
        Of a layer with weights, zeros unless given.
    activation : str or None
        Of a layer with weights, one of `ACTIVATIONS`; ``linear`` unless given.
    padding : {"same", "valid"} or None
        Of convolutions and pools.
    strides, pool_size : (int, int) or None
        Of convolutions, strides; of pools, both.
    order : {"channels_last", "channels_first"} or None
        Of a ``flatten``: whether channels vary fastest (Keras; unless given) or slowest (PyTorch)
        in the values that it makes.

    Raises
    ------
    StudyError
        If a layer of that kind can't have these. The message says what is wrong, not where.
    """

    kind: str
    kernel: np.ndarray | None = None
    bias: np.ndarray | None = None
    activation: str | None = None
    padding: str | None = None
    strides: tuple[int, int] | None = None
    pool_size: tuple[int, int] | None = None
    order: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise StudyError(f"found kind {self.kind!r}, expected one of {', '.join(KINDS)}")
        if self.kind in WITH_WEIGHTS:
            _check_kernel(self.kind, self.kernel)
            if self.bias is None:
                object.__setattr__(self, "bias", np.zeros(self.kernel.shape[-1], np.float32))
            _check_bias(self.kernel, self.bias)
        elif self.kernel is not None or self.bias is not None:
            raise StudyError(f"found weights, but a {self.kind} layer has none")
        for name in ("activation", "padding", "strides", "pool_size", "order"):
            value = getattr(self, name)
            if name not in ATTRIBUTES[self.kind]:
                if value is not None:
                    raise StudyError(f"found {name} {value!r}, but a {self.kind} layer has none")
                continue
            value = _DEFAULTS.get(name) if value is None else value
            object.__setattr__(self, name, _checked(name, value))


def chained(shape: tuple[int, ...], layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """The layers, checked to fit together, with rows of dense kernels in the order (h, w, c)."""
    fitting: list[Layer] = []
    image = None  # of which a flatten has put the channels first
    for number, layer in enumerate(layers):
        with errors.at(f"layer {number:02d} ({layer.kind})"):
            after = shape_after(layer, shape, layers)
            if layer.kind == "flatten" and layer.order == "channels_first":
                image = shape if len(shape) == 3 else image
                layer = replace(layer, order="channels_last")
            elif layer.kind == "dense" and image is not None:
                height, width, channels = image
                rows = layer.kernel.reshape(channels, height, width, -1).transpose(1, 2, 0, 3)
                layer = replace(layer, kernel=rows.reshape(layer.kernel.shape))
                image = None
        fitting.append(layer)
        shape = after
    if image is not None:
        raise StudyError("a flatten with order 'channels_first' needs a dense layer after it")
    return tuple(fitting)


def shape_after(layer: Layer, shape: tuple[int, ...], layers: Sequence[Layer]) -> tuple[int, ...]:
    """Shape of what a layer makes of one image."""
    if layer.kind == "flatten":
        return (prod(shape),)
    if layer.kind == "dense":
        if layer.kernel.shape[0] != prod(shape):
            raise StudyError(
                f"takes {layer.kernel.shape[0]} values, but what comes before it has "
                f"{prod(shape)}{_transposed(layer.kernel, prod(shape), layers)}"
            )
        return layer.kernel.shape[1:]
    if len(shape) == 1:
        raise StudyError(
            f"takes an image (height, width, channels), but what comes before it is flat "
            f"({shape[0]} values)"
        )
    height, width, channels = (*shape, 1)[:3]
    if layer.kind == "conv2d" and layer.kernel.shape[2] != channels:
        hint = (
            "; PyTorch keeps (out, in, height, width)" if layer.kernel.shape[1] == channels else ""
        )
        raise StudyError(
            f"takes {layer.kernel.shape[2]} channels, but what comes before it is "
            f"{(height, width, channels)}, the channels last{hint}"
        )
    is_pool = layer.kind != "conv2d"
    size = layer.pool_size if is_pool else layer.kernel.shape[:2]
    axes = []
    for length, window, stride in zip((height, width), size, layer.strides, strict=True):
        is_same = layer.padding == "same"
        padding = shapes.same_padding(length, window, stride) if is_same else (0, 0)
        axes.append(shapes.windows(length, window, stride, padding))
    after = (*axes, channels if is_pool else layer.kernel.shape[3])
    if prod(after) > shapes.LARGEST:
        raise StudyError(f"makes {after}, expected at most {shapes.LARGEST:,} values of one image")
    return after


def count_units(shape: tuple[int, ...], layers: Sequence[Layer]) -> int:
    """Values of one image in the input and in the layers that have weights."""
    n_units = prod(shape)
    for layer in layers:
        shape = shape_after(layer, shape, layers)
        n_units += prod(shape) if layer.kind in WITH_WEIGHTS else 0
    return n_units


def _check_kernel(kind: str, kernel: np.ndarray | None) -> None:
    expected = _KERNELS[kind]
    if kernel is None or kernel.ndim != expected.count(",") + 1 or 0 in kernel.shape:
        found = "none" if kernel is None else kernel.shape
        raise StudyError(f"found kernel {found}, expected {expected}, no side of them 0")
    if kernel.dtype.kind not in "fiu" or not np.isfinite(kernel).all():
        raise StudyError(f"kernel: found {kernel.dtype} weights that are not finite real numbers")


def _check_bias(kernel: np.ndarray, bias: np.ndarray) -> None:
    if bias.shape != kernel.shape[-1:]:
        hint = ""
        if bias.shape == kernel.shape[:1]:
            hint = "; is the kernel transposed? PyTorch keeps (out, in)"
        raise StudyError(
            f"found kernel {kernel.shape} and bias {bias.shape}, expected a bias as long as the "
            f"kernel's last side{hint}"
        )
    if bias.dtype.kind not in "fiu" or not np.isfinite(bias).all():
        raise StudyError(f"bias: found {bias.dtype} numbers that are not finite real numbers")


def _checked(name: str, value: Any) -> Any:
    """An attribute of a layer in its one form."""
    if name in _CHOICES:
        if not isinstance(value, str) or value not in _CHOICES[name]:
            expected = ", ".join(_CHOICES[name])
            shown = untrusted.shown(value)
            raise StudyError(f"found {name} {shown}, expected one of {expected}")
        return value
    sizes = None if value is None else untrusted.whole_numbers(value)
    if sizes is None or len(sizes) > 2 or min(sizes) < 1:
        shown = untrusted.shown(value)
        raise StudyError(f"found {name} {shown}, expected two whole numbers from 1 on")
    return sizes if len(sizes) == 2 else sizes * 2


def _transposed(kernel: np.ndarray, n_in: int, layers: Sequence[Layer]) -> str:
    """A question, where transposed kernels would fit."""
    dense = [layer.kernel.shape for layer in layers if layer.kind == "dense"]
    would_chain = all(before[0] == after[1] for before, after in pairwise(dense))
    if kernel.shape[1] == n_in or (would_chain and len(dense) > 1):
        return "; are the kernels transposed? PyTorch keeps (out, in), expected (in, out)"
    return "; check the order of the network's layers"
