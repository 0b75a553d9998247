"""The kinds of layers that a network is made of.

Arrays have their channels last, and no axis for the images: what one image becomes. A layer says
by number whose outputs it takes, so that branches and skips can be said.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from nn_modularity.errors import StudyError

Shape = tuple[int, ...]
Padding = tuple[tuple[int, int], ...]

ACTIVATIONS: dict[str, int] = {
    "abs": 0,
    "clip": 2,
    "elu": 1,
    "erf": 0,
    "exp": 0,
    "gelu": 0,
    "gelu_tanh": 0,
    "hard_sigmoid": 2,
    "hard_swish": 0,
    "leaky_relu": 1,
    "linear": 0,
    "log": 0,
    "log_softmax": 0,
    "mish": 0,
    "reciprocal": 0,
    "relu": 0,
    "relu6": 0,
    "selu": 0,
    "sigmoid": 0,
    "silu": 0,
    "softmax": 0,
    "softplus": 0,
    "softsign": 0,
    "sqrt": 0,
    "square": 0,
    "tanh": 0,
}
"""Activation functions, and how many numbers each needs: α, or α and β."""

FLATTEN_ORDERS = ("channels_last", "channels_first")


@dataclass(frozen=True, eq=False, kw_only=True)
class Layer:
    """What all layers have.

    Attributes
    ----------
    inputs : tuple of int
        Numbers of the layers whose outputs this one takes, all before it.
    name : str
        What the network's own framework calls it; may be empty.
    """

    kind: ClassVar[str] = ""
    n_inputs: ClassVar[tuple[int, float]] = (1, 1)
    inputs: tuple[int, ...] = ()
    name: str = ""

    if TYPE_CHECKING:  # a field of its kind, for which the code has asked

        def __getattr__(self, name: str) -> Any: ...


@dataclass(frozen=True, eq=False)
class Input(Layer):
    """The network's input: (x · scale − mean) / std of what the data holds.

    Attributes
    ----------
    shape : tuple of int
        Of one image, in the order in which the network's own framework takes it.
    scale : float
    mean, std : float32 arrays that fit `shape`, or None for 0 and 1
    """

    kind = "input"
    n_inputs = (0, 0)
    shape: Shape
    scale: float = 1.0
    mean: np.ndarray | None = None
    std: np.ndarray | None = None

    def __post_init__(self) -> None:
        _as_arrays(self, "mean", "std")
        _check_positive(self.shape, "shape", minimum_length=1)
        if not (np.isfinite(self.scale) and self.scale):
            raise StudyError(f"found scale {self.scale}, expected a number other than 0")
        if self.std is not None and not np.all(self.std):
            raise StudyError("found a std of 0, expected other numbers")


@dataclass(frozen=True, eq=False)
class Dense(Layer):
    """A fully connected layer, applied to the last axis.

    Attributes
    ----------
    kernel : (n_in, n_out) float32
    bias : (n_out,) float32 or None
    """

    kind = "dense"
    kernel: np.ndarray
    bias: np.ndarray | None = None

    def __post_init__(self) -> None:
        _check_kernel(self.kernel, (2,), "(n_in, n_out)")
        _check_vector(self.bias, self.kernel.shape[-1], "bias")


@dataclass(frozen=True, eq=False)
class Convolution(Layer):
    """A convolution over one or two axes.

    Attributes
    ----------
    kernel : (length, n_in / groups, n_out) or (height, width, n_in / groups, n_out) float32
        The output channels of a group are next to each other. A depthwise convolution has as
        many groups as input channels.
    bias : (n_out,) float32 or None
    strides, dilation : tuple of int
        One number an axis.
    padding : tuple of (before, after)
        Zeros around each axis.
    groups : int
    """

    kind = "convolution"
    kernel: np.ndarray
    bias: np.ndarray | None = None
    strides: tuple[int, ...] = ()
    padding: Padding = ()
    dilation: tuple[int, ...] = ()
    groups: int = 1

    def __post_init__(self) -> None:
        _check_kernel(self.kernel, (3, 4), "([height,] width, n_in, n_out)")
        n_axes = self.kernel.ndim - 2
        _default(self, strides=(1,) * n_axes, dilation=(1,) * n_axes, padding=((0, 0),) * n_axes)
        _check_positive(self.strides, "strides", n_axes)
        _check_positive(self.dilation, "dilation", n_axes)
        _check_padding(self.padding, n_axes)
        _check_vector(self.bias, self.kernel.shape[-1], "bias")
        if self.groups < 1 or self.kernel.shape[-1] % self.groups:
            raise StudyError(
                f"found {self.groups} groups for {self.kernel.shape[-1]} output channels, "
                "expected a number that divides them"
            )


@dataclass(frozen=True, eq=False)
class TransposedConvolution(Layer):
    """The transpose of a convolution over one or two axes, which widens an image.

    Attributes
    ----------
    kernel : (length, n_in, n_out) or (height, width, n_in, n_out) float32
    bias : (n_out,) float32 or None
    strides : tuple of int
    padding : tuple of (before, after)
        What is cut off of each axis.
    """

    kind = "transposed_convolution"
    kernel: np.ndarray
    bias: np.ndarray | None = None
    strides: tuple[int, ...] = ()
    padding: Padding = ()

    def __post_init__(self) -> None:
        _check_kernel(self.kernel, (3, 4), "([height,] width, n_in, n_out)")
        n_axes = self.kernel.ndim - 2
        _default(self, strides=(1,) * n_axes, padding=((0, 0),) * n_axes)
        _check_positive(self.strides, "strides", n_axes)
        _check_padding(self.padding, n_axes)
        _check_vector(self.bias, self.kernel.shape[-1], "bias")


@dataclass(frozen=True, eq=False)
class Embedding(Layer):
    """A row of a table for each whole number of the input.

    Attributes
    ----------
    kernel : (n_tokens, n_out) float32
    """

    kind = "embedding"
    kernel: np.ndarray

    def __post_init__(self) -> None:
        _check_kernel(self.kernel, (2,), "(n_tokens, n_out)")


@dataclass(frozen=True, eq=False)
class Attention(Layer):
    """Attention of several heads: softmax(scale · q kᵀ) v, by its four matrices.

    Takes one input (positions, n_in), or three: what queries, keys and values are made of.

    Attributes
    ----------
    query, key : (n_in, n_heads · width) float32
    value : (n_in, n_heads · value_width) float32
    output : (n_heads · value_width, n_out) float32
        The columns of a head are next to each other.
    query_bias, key_bias, value_bias, output_bias : vectors or None
    n_heads : int
    scale : float
    causal : bool
        Whether a position sees only itself and those before it.
    """

    kind = "attention"
    n_inputs = (1, 3)
    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    output: np.ndarray
    query_bias: np.ndarray | None = None
    key_bias: np.ndarray | None = None
    value_bias: np.ndarray | None = None
    output_bias: np.ndarray | None = None
    n_heads: int = 1
    scale: float = 1.0
    causal: bool = False

    def __post_init__(self) -> None:
        if len(self.inputs) == 2:
            raise StudyError("found 2 inputs, expected 1, or 3 (for queries, keys and values)")
        for name in ("query", "key", "value", "output"):
            kernel = getattr(self, name)
            _check_kernel(kernel, (2,), "(n_in, n_out)", name)
            _check_vector(getattr(self, f"{name}_bias"), kernel.shape[1], f"{name}_bias")
            if name != "output" and (self.n_heads < 1 or kernel.shape[1] % self.n_heads):
                raise StudyError(
                    f"found {self.n_heads} heads for {kernel.shape[1]} columns of {name}, "
                    "expected a number that divides them"
                )
        if self.query.shape[1] != self.key.shape[1] or self.value.shape[1] != len(self.output):
            raise StudyError(
                f"found query {self.query.shape}, key {self.key.shape}, value "
                f"{self.value.shape}, output {self.output.shape}; expected as many columns of "
                "query as of key, and of value as rows of output"
            )


@dataclass(frozen=True, eq=False)
class BatchNorm(Layer):
    """Normalisation by stored statistics: (x − mean) / √(variance + ε) · scale + offset.

    Attributes
    ----------
    mean, variance : (n_channels,) float32
    scale, offset : (n_channels,) float32, or None for 1 and 0
    epsilon : float
    """

    kind = "batch_norm"
    mean: np.ndarray
    variance: np.ndarray
    scale: np.ndarray | None = None
    offset: np.ndarray | None = None
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        for name in ("mean", "variance", "scale", "offset"):
            _check_vector(getattr(self, name), self.mean.shape[0] if self.mean.ndim else 0, name)
        if not self.epsilon >= 0 or np.any(self.variance + self.epsilon <= 0):
            raise StudyError(
                f"found a smallest variance of {self.variance.min(initial=np.inf):g} and epsilon "
                f"{self.epsilon:g}, expected a sum above 0"
            )


@dataclass(frozen=True, eq=False)
class LayerNorm(Layer):
    """Normalisation of the last axis by its own mean and variance.

    Attributes
    ----------
    scale, offset : (n_channels,) float32, or None for 1 and 0
    epsilon : float
    """

    kind = "layer_norm"
    scale: np.ndarray | None = None
    offset: np.ndarray | None = None
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        _check_norm(self)


@dataclass(frozen=True, eq=False)
class RMSNorm(Layer):
    """Division of the last axis by its root mean square.

    Attributes
    ----------
    scale : (n_channels,) float32, or None for 1
    epsilon : float
    """

    kind = "rms_norm"
    scale: np.ndarray | None = None
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        _check_norm(self)


@dataclass(frozen=True, eq=False)
class Affine(Layer):
    """Multiplication by known numbers and addition of known numbers: x · scale + offset.

    Attributes
    ----------
    scale, offset : float32 arrays that fit the input's shape, or None for 1 and 0
    """

    kind = "affine"
    scale: np.ndarray | None = None
    offset: np.ndarray | None = None

    def __post_init__(self) -> None:
        _as_arrays(self, "scale", "offset")


@dataclass(frozen=True, eq=False)
class Activation(Layer):
    """A function of single values, or a softmax of the last axis.

    Attributes
    ----------
    function : str
        One of `ACTIVATIONS`.
    alpha, beta : float or None
        ``leaky_relu`` and ``elu`` take α; ``hard_sigmoid`` is α x + β between 0 and 1; ``clip``
        keeps x between α and β.
    """

    kind = "activation"
    function: str
    alpha: float | None = None
    beta: float | None = None

    def __post_init__(self) -> None:
        if self.function not in ACTIVATIONS:
            raise StudyError(
                f"found the activation {self.function!r}, expected one of {', '.join(ACTIVATIONS)}"
            )
        found = [name for name in ("alpha", "beta") if getattr(self, name) is not None]
        expected = ["alpha", "beta"][: ACTIVATIONS[self.function]]
        if found != expected:
            raise StudyError(
                f"{self.function}: found the numbers {found or 'none'}, "
                f"expected {expected or 'none'}"
            )


@dataclass(frozen=True, eq=False)
class PReLU(Layer):
    """A leaky ReLU with a slope of its own for each channel.

    Attributes
    ----------
    slope : (n_channels,) float32
    """

    kind = "prelu"
    slope: np.ndarray

    def __post_init__(self) -> None:
        if self.slope.ndim != 1:
            raise StudyError(f"found slope {self.slope.shape}, expected one number a channel")


@dataclass(frozen=True, eq=False)
class Add(Layer):
    """The sum of the inputs."""

    kind = "add"
    n_inputs = (2, np.inf)


@dataclass(frozen=True, eq=False)
class Multiply(Layer):
    """The product of the inputs, value by value: a gate."""

    kind = "multiply"
    n_inputs = (2, np.inf)


@dataclass(frozen=True, eq=False)
class Concatenate(Layer):
    """The inputs one after another.

    Attributes
    ----------
    axis : int
        Counted from the last, −1.
    """

    kind = "concatenate"
    n_inputs = (2, np.inf)
    axis: int = -1

    def __post_init__(self) -> None:
        if self.axis >= 0:
            raise StudyError(f"found axis {self.axis}, expected one counted from the last, −1")


@dataclass(frozen=True, eq=False)
class Pool(Layer):
    """What pools have in common.

    Attributes
    ----------
    size, strides : tuple of int
        One number an axis; the strides are the size unless given.
    padding : tuple of (before, after)
    """

    size: tuple[int, ...]
    strides: tuple[int, ...] = ()
    padding: Padding = ()

    def __post_init__(self) -> None:
        n_axes = len(self.size)
        _default(self, strides=self.size, padding=((0, 0),) * n_axes)
        if n_axes not in (1, 2):
            raise StudyError(f"found the pool size {self.size}, expected 1 or 2 numbers")
        _check_positive(self.size, "size", n_axes)
        _check_positive(self.strides, "strides", n_axes)
        _check_padding(self.padding, n_axes)
        if any(max(pair) >= size for pair, size in zip(self.padding, self.size, strict=True)):
            raise StudyError(f"found padding {self.padding}, expected less than the pool's size")


@dataclass(frozen=True, eq=False)
class MaxPool(Pool):
    """The largest value of each window."""

    kind = "max_pool"


@dataclass(frozen=True, eq=False)
class AveragePool(Pool):
    """The mean of each window.

    Attributes
    ----------
    counts_padding : bool
        Whether zeros of the padding count as values.
    """

    kind = "average_pool"
    counts_padding: bool = False


@dataclass(frozen=True, eq=False)
class GlobalMaxPool(Layer):
    """The largest value of each channel."""

    kind = "global_max_pool"


@dataclass(frozen=True, eq=False)
class GlobalAveragePool(Layer):
    """The mean of each channel."""

    kind = "global_average_pool"


@dataclass(frozen=True, eq=False)
class Flatten(Layer):
    """All values in one axis.

    Attributes
    ----------
    order : {"channels_last", "channels_first"}
        Channels vary fastest (Keras), or slowest (PyTorch).
    """

    kind = "flatten"
    order: str = "channels_last"

    def __post_init__(self) -> None:
        if self.order not in FLATTEN_ORDERS:
            raise StudyError(
                f"found order {self.order!r}, expected one of {', '.join(FLATTEN_ORDERS)}"
            )


@dataclass(frozen=True, eq=False)
class Reshape(Layer):
    """The same values in the same order, in another shape."""

    kind = "reshape"
    shape: Shape

    def __post_init__(self) -> None:
        _check_positive(self.shape, "shape")


@dataclass(frozen=True, eq=False)
class Transpose(Layer):
    """The axes in another order: axis i of the output is axis order[i] of the input."""

    kind = "transpose"
    order: tuple[int, ...]

    def __post_init__(self) -> None:
        if sorted(self.order) != list(range(len(self.order))):
            raise StudyError(
                f"found order {self.order}, expected each axis once, counted from 0 "
                "(images have none)"
            )


@dataclass(frozen=True, eq=False)
class Pad(Layer):
    """Zeros around every axis, (before, after) each."""

    kind = "pad"
    padding: Padding

    def __post_init__(self) -> None:
        _check_padding(self.padding, len(self.padding))


@dataclass(frozen=True, eq=False)
class Slice(Layer):
    """A part of every axis: start, start + step, … before stop."""

    kind = "slice"
    start: tuple[int, ...]
    stop: tuple[int, ...]
    step: tuple[int, ...]

    def __post_init__(self) -> None:
        if len({len(self.start), len(self.stop), len(self.step)}) != 1:
            raise StudyError("found start, stop and step of different lengths")
        _check_positive(self.step, "step")
        pairs = zip(self.start, self.stop, strict=True)
        if not all(0 <= start < stop for start, stop in pairs):
            raise StudyError(
                f"found start {self.start} and stop {self.stop}, expected 0 ≤ start < stop"
            )


@dataclass(frozen=True, eq=False)
class Rearrange(Layer):
    """Values picked one by one.

    Attributes
    ----------
    places : int64 array of the output's shape
        Where each value stands among the input's (last axis fastest); −1 for a zero.
    """

    kind = "rearrange"
    places: np.ndarray

    def __post_init__(self) -> None:
        if self.places.min(initial=0) < -1:
            raise StudyError("found places below −1, expected places of the input, or −1 for 0")


KINDS: dict[str, type[Layer]] = {
    kind.kind: kind
    for kind in (
        Input,
        Dense,
        Convolution,
        TransposedConvolution,
        Embedding,
        Attention,
        BatchNorm,
        LayerNorm,
        RMSNorm,
        Affine,
        Activation,
        PReLU,
        Add,
        Multiply,
        Concatenate,
        MaxPool,
        AveragePool,
        GlobalMaxPool,
        GlobalAveragePool,
        Flatten,
        Reshape,
        Transpose,
        Pad,
        Slice,
        Rearrange,
    )
}

NORMS = (BatchNorm, LayerNorm, RMSNorm, Affine)
WITH_UNITS = (Dense, Convolution, TransposedConvolution, Embedding, Attention)
"""Kinds whose outputs are units of their own; all others pass units on."""


def _default(layer: Layer, **values) -> None:
    for name, value in values.items():
        if not getattr(layer, name):
            object.__setattr__(layer, name, value)


def _as_arrays(layer: Layer, *names: str) -> None:
    for name in names:
        value = getattr(layer, name)
        if value is not None:
            object.__setattr__(layer, name, np.asarray(value, np.float32))


def _check_kernel(kernel: np.ndarray, n_axes, layout: str, name: str = "kernel") -> None:
    if kernel.ndim not in n_axes or 0 in kernel.shape:
        raise StudyError(f"found {name} {kernel.shape}, expected {layout}, none of them 0")


def _check_vector(vector: np.ndarray | None, length: int, name: str) -> None:
    if vector is not None and vector.shape != (length,):
        raise StudyError(f"found {name} {vector.shape}, expected ({length},)")


def _check_norm(layer) -> None:
    for name in ("scale", "offset"):
        vector = getattr(layer, name, None)
        if vector is not None and vector.ndim != 1:
            raise StudyError(f"found {name} {vector.shape}, expected one number a channel")
    if not layer.epsilon >= 0:
        raise StudyError(f"found epsilon {layer.epsilon}, expected 0 or more")


def _check_positive(
    numbers: tuple[int, ...], name: str, length: int | None = None, minimum_length: int = 0
) -> None:
    if (length is not None and len(numbers) != length) or len(numbers) < minimum_length:
        raise StudyError(f"found {name} {numbers}, expected {length or minimum_length} numbers")
    if any(number < 1 for number in numbers):
        raise StudyError(f"found {name} {numbers}, expected numbers above 0")


def _check_padding(padding: Padding, n_axes: int) -> None:
    if len(padding) != n_axes or any(len(pair) != 2 or min(pair) < 0 for pair in padding):
        raise StudyError(
            f"found padding {padding}, expected (before, after), 0 or more, for each of "
            f"{n_axes} axes"
        )
