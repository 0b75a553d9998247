"""Forward passes of any network, on ONNX Runtime.

The network is written down as an ONNX model in memory; one thread, so that the same inputs give
the same bits. Chains of dense layers have an engine of their own, `forward`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce, singledispatch
from math import prod
from types import MappingProxyType

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from nn_modularity.errors import StudyError
from nn_modularity.networks import layers, onnx_model
from nn_modularity.networks.layers import Shape
from nn_modularity.networks.network import Network

OPSET = 20
CHUNK = 64
"""Images that go through a network together."""

_FUNCTIONS = {
    "abs": ("Abs", {}),
    "elu": ("Elu", {"alpha": "alpha"}),
    "erf": ("Erf", {}),
    "exp": ("Exp", {}),
    "gelu": ("Gelu", {}),
    "gelu_tanh": ("Gelu", {"approximate": "tanh"}),
    "hard_sigmoid": ("HardSigmoid", {"alpha": "alpha", "beta": "beta"}),
    "hard_swish": ("HardSwish", {}),
    "leaky_relu": ("LeakyRelu", {"alpha": "alpha"}),
    "linear": ("Identity", {}),
    "log": ("Log", {}),
    "log_softmax": ("LogSoftmax", {}),
    "mish": ("Mish", {}),
    "reciprocal": ("Reciprocal", {}),
    "relu": ("Relu", {}),
    "selu": ("Selu", {}),
    "sigmoid": ("Sigmoid", {}),
    "softmax": ("Softmax", {}),
    "softplus": ("Softplus", {}),
    "softsign": ("Softsign", {}),
    "sqrt": ("Sqrt", {}),
    "tanh": ("Tanh", {}),
}
"""ONNX's name of a function; its attributes are numbers of the layer, or words."""


class Runtime:
    """A network made ready for forward passes.

    Parameters
    ----------
    network : Network
    outputs : sequence of int, optional
        Numbers of the layers whose values are wanted; the last layer's unless given.

    Raises
    ------
    StudyError
        If ONNX Runtime can't run the network.
    """

    def __init__(self, network: Network, outputs: Sequence[int] | None = None) -> None:
        self.network = network
        self.outputs = tuple(outputs) if outputs is not None else (len(network.layers) - 1,)
        self._session = Session(*model(network, self.outputs), "network")

    def __call__(self, images: np.ndarray) -> tuple[np.ndarray, ...]:
        """Values of the wanted layers.

        Parameters
        ----------
        images : (n_images, *network.input_shape)
            As the data holds them; any type of number.

        Returns
        -------
        tuple of (n_images, *shape) float32
        """
        if images.shape[1:] != self.network.input_shape:
            raise StudyError(
                f"network: found images of {images.shape[1:]}, expected "
                f"{self.network.input_shape}; give the data the network's shape"
            )
        values = [
            np.empty((len(images), *self.network.shapes[number]), np.float32)
            for number in self.outputs
        ]
        for start_of_chunk in range(0, len(images), CHUNK):
            chunk = slice(start_of_chunk, start_of_chunk + CHUNK)
            found = self._session.run({"x": np.asarray(images[chunk], np.float32)})
            for all_images, some in zip(values, found, strict=True):
                all_images[chunk] = some
        return tuple(values)


class Session:
    """An ONNX model ready to run, on one thread.

    Parameters
    ----------
    proto : onnx.ModelProto
        Declares its weights as external.
    weights : dict of arrays
        By name.
    name : str
        What messages call the model.

    Attributes
    ----------
    inputs : tuple of str
        Names of what it takes.

    Raises
    ------
    StudyError
        If ONNX Runtime refuses the model, with the first line of what it says.
    """

    def __init__(self, proto: onnx.ModelProto, weights: dict[str, np.ndarray], name: str) -> None:
        self.name = name
        self._weights = {key: np.ascontiguousarray(value) for key, value in weights.items()}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 4
        values = map(onnxruntime.OrtValue.ortvalue_from_numpy, self._weights.values())
        options.add_external_initializers(list(self._weights), list(values))
        with self._errors():
            self._session = onnxruntime.InferenceSession(
                proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )

        self.inputs = tuple(each.name for each in self._session.get_inputs())

    def run(self, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Values of all outputs."""
        with self._errors():
            return self._session.run(None, dict(inputs))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # ONNX Runtime's own exceptions have no common ancestor
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise StudyError(f"{self.name}: ONNX Runtime says: {reason}") from None


def model(
    network: Network,
    outputs: Sequence[int],
    given: Collection[int] = (),
    masks: Mapping[int, str] = MappingProxyType({}),
    inner_masks: Mapping[int, str] = MappingProxyType({}),
) -> tuple[onnx.ModelProto, dict[str, np.ndarray]]:
    """A network as an ONNX model, or a part of it.

    Parameters
    ----------
    network : Network
    outputs : sequence of int
        Numbers of the layers whose values it gives.
    given : collection of int
        Numbers of layers whose values it is given, as "v" and the number; what makes them is left
        out. Without them the model takes images, as "x".
    masks : mapping
        Names of inputs, by the numbers of the layers whose values they are multiplied by.
    inner_masks : mapping
        The same for the queries, keys and values of attentions, side by side.

    Returns
    -------
    model : onnx.ModelProto
        Its weights are declared as external.
    weights : dict of arrays
        By the names that the model has for them.
    """
    writer = _Writer()
    names: dict[int, str] = {}
    inputs = []
    for number in _needed(network, outputs, given):
        layer = network.layers[number]
        writer.number, writer.mask = number, inner_masks.get(number)
        before = [network.shapes[source] for source in layer.inputs]
        if number in given or number == 0:
            taken = [f"v{number}" if number in given else "x"]
            shape: list[str | int | None] = ["n", *network.shapes[number]]
            inputs.append(helper.make_tensor_value_info(taken[0], TensorProto.FLOAT, shape))
        else:
            taken = [names[source] for source in layer.inputs]
        names[number] = (
            taken[0]
            if number in given
            else _write(layer, writer, taken, before or [network.input_shape])
        )
        used = [inner_masks.get(number) if number not in given else None, masks.get(number)]
        inputs += [
            helper.make_tensor_value_info(mask, TensorProto.FLOAT, None) for mask in used if mask
        ]
        if number in masks:
            names[number] = writer("Mul", names[number], masks[number])
    for place, number in enumerate(outputs):
        writer.nodes.append(helper.make_node("Identity", [names[number]], [f"y{place}"]))
    graph = helper.make_graph(
        writer.nodes,
        "network",
        inputs,
        [
            helper.make_tensor_value_info(f"y{place}", TensorProto.FLOAT, None)
            for place in range(len(outputs))
        ],
        writer.declared,
    )
    opset = helper.make_opsetid("", OPSET)
    return helper.make_model(
        graph, opset_imports=[opset], ir_version=onnx_model.IR_VERSION
    ), writer.weights


def _needed(network: Network, outputs: Sequence[int], given: Collection[int]) -> list[int]:
    """Numbers of the layers that outputs are made of, from given values on, in order."""
    needed = set(outputs)
    for number in range(max(outputs), -1, -1):
        if number in needed and number not in given:
            needed.update(network.layers[number].inputs)
    return sorted(needed)


class _Writer:
    """Collects nodes and weights."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.declared: list[onnx.TensorProto] = []
        self.weights: dict[str, np.ndarray] = {}
        self.number = 0
        self.mask: str | None = None

    def __call__(self, operator: str, *inputs: str | np.ndarray | None, **attributes) -> str:
        """Add a node; arrays become weights, None is an input left out. Returns its output."""
        output = f"{self.number}.{len(self.nodes)}"
        names = [self._name(value, f"{output}.{place}") for place, value in enumerate(inputs)]
        while names and not names[-1]:
            names.pop()
        self.nodes.append(helper.make_node(operator, names, [output], **attributes))
        return output

    def _name(self, value: str | np.ndarray | None, new: str) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        self.declared.append(onnx_model.declared(new, value))
        if value.size >= onnx_model.INLINE_BELOW:
            self.weights[new] = value
        return new


def _integers(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def _dense(write: _Writer, x: str, kernel: np.ndarray, bias: np.ndarray | None) -> str:
    product = write("MatMul", x, kernel)
    return product if bias is None else write("Add", product, bias)


def _channels_first(write: _Writer, x: str, n_axes: int, operate) -> str:
    """Apply an operator of ONNX, which has channels first, to channels last."""
    places = list(range(1, n_axes + 1))
    after = operate(write("Transpose", x, perm=[0, n_axes + 1, *places]))
    return write("Transpose", after, perm=[0, *(place + 1 for place in places), 1])


def _pads(padding: layers.Padding) -> list[int]:
    return [before for before, _ in padding] + [after for _, after in padding]


@singledispatch
def _write(layer: layers.Layer, write: _Writer, x: list[str], shapes: list[Shape]) -> str:
    raise NotImplementedError(layer.kind)


@_write.register
def _(layer: layers.Input, write, x, shapes) -> str:
    value = x[0]
    if layer.scale != 1:
        value = write("Mul", value, np.float32(layer.scale).reshape(()))
    if layer.mean is not None:
        value = write("Sub", value, layer.mean)
    return value if layer.std is None else write("Div", value, layer.std)


@_write.register
def _(layer: layers.Dense, write, x, shapes) -> str:
    return _dense(write, x[0], layer.kernel, layer.bias)


@_write.register
def _(layer: layers.Convolution, write, x, shapes) -> str:
    n_axes = len(layer.strides)
    kernel = np.transpose(layer.kernel, (n_axes + 1, n_axes, *range(n_axes)))
    return _channels_first(
        write,
        x[0],
        n_axes,
        lambda value: write(
            "Conv",
            value,
            kernel,
            layer.bias,
            strides=layer.strides,
            dilations=layer.dilation,
            pads=_pads(layer.padding),
            group=layer.groups,
        ),
    )


@_write.register
def _(layer: layers.TransposedConvolution, write, x, shapes) -> str:
    n_axes = len(layer.strides)
    kernel = np.transpose(layer.kernel, (n_axes, n_axes + 1, *range(n_axes)))
    return _channels_first(
        write,
        x[0],
        n_axes,
        lambda value: write(
            "ConvTranspose",
            value,
            kernel,
            layer.bias,
            strides=layer.strides,
            pads=_pads(layer.padding),
        ),
    )


@_write.register
def _(layer: layers.Embedding, write, x, shapes) -> str:
    return write("Gather", layer.kernel, write("Cast", x[0], to=TensorProto.INT64), axis=0)


@_write.register
def _(layer: layers.Attention, write, x, shapes) -> str:
    sources, lengths = (x * 3, shapes * 3) if len(x) == 1 else (x, shapes)
    heads, start = [], 0
    for name, source, shape in zip(("query", "key", "value"), sources, lengths, strict=True):
        kernel = getattr(layer, name)
        columns = _dense(write, source, kernel, getattr(layer, f"{name}_bias"))
        if write.mask:
            own = _integers(start), _integers(start + kernel.shape[1])
            columns = write("Mul", columns, write("Slice", write.mask, *own, _integers(0)))
        start += kernel.shape[1]
        width = kernel.shape[1] // layer.n_heads
        apart = write("Reshape", columns, _integers(-1, shape[0], layer.n_heads, width))
        heads.append(
            write("Transpose", apart, perm=[0, 2, 3, 1] if name == "key" else [0, 2, 1, 3])
        )
    query, key, value = heads
    scores = write("Mul", write("MatMul", query, key), np.float32(layer.scale).reshape(()))
    if layer.causal:
        length = lengths[0][0]
        hidden = np.where(np.tri(length, dtype=bool), 0, -np.inf).astype(np.float32)
        scores = write("Add", scores, hidden)
    found = write("MatMul", write("Softmax", scores, axis=-1), value)
    together = write("Transpose", found, perm=[0, 2, 1, 3])
    columns = write("Reshape", together, _integers(-1, lengths[0][0], len(layer.output)))
    return _dense(write, columns, layer.output, layer.output_bias)


@_write.register
def _(layer: layers.BatchNorm, write, x, shapes) -> str:
    slope = (layer.variance.astype(np.float64) + layer.epsilon) ** -0.5
    slope = (slope if layer.scale is None else slope * layer.scale).astype(np.float32)
    value = write("Mul", write("Sub", x[0], layer.mean), slope)
    return value if layer.offset is None else write("Add", value, layer.offset)


@_write.register
def _(layer: layers.LayerNorm, write, x, shapes) -> str:
    scale = np.ones(shapes[0][-1], np.float32) if layer.scale is None else layer.scale
    return write("LayerNormalization", x[0], scale, layer.offset, axis=-1, epsilon=layer.epsilon)


@_write.register
def _(layer: layers.RMSNorm, write, x, shapes) -> str:
    mean = write("ReduceMean", write("Mul", x[0], x[0]), _integers(-1), keepdims=1)
    epsilon = np.float32(layer.epsilon).reshape(())
    value = write("Div", x[0], write("Sqrt", write("Add", mean, epsilon)))
    return value if layer.scale is None else write("Mul", value, layer.scale)


@_write.register
def _(layer: layers.Affine, write, x, shapes) -> str:
    value = x[0] if layer.scale is None else write("Mul", x[0], layer.scale)
    return value if layer.offset is None else write("Add", value, layer.offset)


@_write.register
def _(layer: layers.Activation, write, x, shapes) -> str:
    if layer.function in ("clip", "relu6"):
        limits = (0, 6) if layer.function == "relu6" else (layer.alpha, layer.beta)
        return write("Clip", x[0], *(np.float32(limit).reshape(()) for limit in limits))
    if layer.function == "silu":
        return write("Mul", x[0], write("Sigmoid", x[0]))
    if layer.function == "square":
        return write("Mul", x[0], x[0])
    operator, words = _FUNCTIONS[layer.function]
    attributes = {name: getattr(layer, word, word) for name, word in words.items()}
    return write(operator, x[0], **attributes)


@_write.register
def _(layer: layers.PReLU, write, x, shapes) -> str:
    return write("PRelu", x[0], layer.slope)


@_write.register(layers.Add)
@_write.register(layers.Multiply)
def _(layer, write, x, shapes) -> str:
    n_axes = max(map(len, shapes))
    aligned = [
        write("Reshape", value, _integers(-1, *(1,) * (n_axes - len(shape)), *shape))
        if len(shape) < n_axes
        else value
        for value, shape in zip(x, shapes, strict=True)
    ]
    operator = "Add" if isinstance(layer, layers.Add) else "Mul"
    return reduce(lambda one, other: write(operator, one, other), aligned)


@_write.register
def _(layer: layers.Concatenate, write, x, shapes) -> str:
    return write("Concat", *x, axis=layer.axis)


@_write.register(layers.MaxPool)
@_write.register(layers.AveragePool)
def _(layer, write, x, shapes) -> str:
    is_max = isinstance(layer, layers.MaxPool)
    counting = {} if is_max else {"count_include_pad": int(layer.counts_padding)}
    return _channels_first(
        write,
        x[0],
        len(layer.size),
        lambda value: write(
            "MaxPool" if is_max else "AveragePool",
            value,
            kernel_shape=layer.size,
            strides=layer.strides,
            pads=_pads(layer.padding),
            **counting,
        ),
    )


@_write.register(layers.GlobalMaxPool)
@_write.register(layers.GlobalAveragePool)
def _(layer, write, x, shapes) -> str:
    places = _integers(*range(1, len(shapes[0])))
    operator = "ReduceMax" if isinstance(layer, layers.GlobalMaxPool) else "ReduceMean"
    return write(operator, x[0], places, keepdims=0) if places.size else x[0]


@_write.register
def _(layer: layers.Flatten, write, x, shapes) -> str:
    value, n_axes = x[0], len(shapes[0])
    if layer.order == "channels_first" and n_axes > 1:
        value = write("Transpose", value, perm=[0, n_axes, *range(1, n_axes)])
    return write("Reshape", value, _integers(-1, prod(shapes[0])))


@_write.register
def _(layer: layers.Reshape, write, x, shapes) -> str:
    return write("Reshape", x[0], _integers(-1, *layer.shape))


@_write.register
def _(layer: layers.Transpose, write, x, shapes) -> str:
    return write("Transpose", x[0], perm=[0, *(axis + 1 for axis in layer.order)])


@_write.register
def _(layer: layers.Pad, write, x, shapes) -> str:
    return write("Pad", x[0], _integers(*_pads(((0, 0), *layer.padding))))


@_write.register
def _(layer: layers.Slice, write, x, shapes) -> str:
    axes = _integers(*range(1, len(layer.start) + 1))
    parts = (_integers(*part) for part in (layer.start, layer.stop))
    return write("Slice", x[0], *parts, axes, _integers(*layer.step))


@_write.register
def _(layer: layers.Rearrange, write, x, shapes) -> str:
    size = prod(shapes[0])
    value, places = write("Reshape", x[0], _integers(-1, size)), layer.places.ravel()
    if np.any(places < 0):
        value = write("Pad", value, _integers(0, 0, 0, 1))
        places = np.where(places < 0, size, places)
    picked = write("Gather", value, places, axis=1)
    return write("Reshape", picked, _integers(-1, *layer.places.shape))
