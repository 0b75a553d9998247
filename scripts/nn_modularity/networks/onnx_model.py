"""ONNX files: read without trusting what they claim, constants worked out."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from nn_modularity.errors import StudyError

LARGEST_FILE = 2**31
LARGEST_GROWTH = 2**22
"""Values that an operator may make of nothing; beyond that, at most four for each that it takes."""
INLINE_BELOW = 64
LEARNING = "ai.onnx.ml"
"""Domain of scikit-learn's operators; those known here are of its first version."""
REAL = (
    *(TensorProto.UNDEFINED, TensorProto.FLOAT, TensorProto.FLOAT16),
    *(TensorProto.DOUBLE, TensorProto.BFLOAT16),
)
"""Types of outputs that may be a network's."""

IR_VERSION = 10

_BY_SHAPE = {"ConstantOfShape", "Expand", "Range", "Tile"}
FOLDABLE = _BY_SHAPE | {
    *("Abs", "Add", "And", "Cast", "Ceil", "Concat", "DequantizeLinear", "Div", "Equal", "Exp"),
    *("Flatten", "Floor", "Gather", "Greater", "GreaterOrEqual", "Identity", "Less", "LessOrEqual"),
    *("Log", "Max", "Min", "Mod", "Mul", "Neg", "Not", "Or", "Pow", "Reciprocal", "ReduceMax"),
    *("ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "Reshape", "Round", "Shape", "Size"),
    *("Slice", "Split", "Sqrt", "Squeeze", "Sub", "Transpose", "Trilu", "Unsqueeze", "Where"),
}
"""Operators that are worked out where all of their inputs are known."""


@dataclass(frozen=True, eq=False)
class Model:
    """An ONNX model's main graph.

    Attributes
    ----------
    nodes : tuple of NodeProto
        In an order in which they can run.
    constants : dict of arrays
        Weights and other known tensors, by name.
    inputs, outputs : dict
        Shape of each by name; None for a size that isn't fixed, no shape at all as None. Outputs
        of real numbers come first.
    opset : int
        Version of ONNX's own operators.
    types : dict
        NumPy's type of each input, by name; of a tensor inside the model, single precision.
    """

    nodes: tuple[NodeProto, ...]
    constants: Mapping[str, np.ndarray]
    inputs: Mapping[str, tuple[int | None, ...] | None]
    outputs: Mapping[str, tuple[int | None, ...] | None]
    opset: int
    types: Mapping[str, np.dtype]


def load(path: str | Path, external_data: bool = False) -> Model:
    """Read an ONNX file.

    Parameters
    ----------
    path : path
    external_data : bool
        Whether weights may come from files beside it.

    Raises
    ------
    StudyError
        If it is no ONNX model, claims more than it holds, or wants files that it mustn't have.
    """
    path = Path(path)
    proto = _parse(path)
    graph = proto.graph
    opsets = {each.domain: each.version for each in proto.opset_import}
    if proto.functions or graph.sparse_initializer:
        what = "functions of its own" if proto.functions else "sparse weights"
        raise StudyError(
            f"found {what}, expected plain operators and weights; export the model "
            "with its functions inlined and its weights dense"
        )
    constants = {}
    for tensor in graph.initializer:
        constants[tensor.name] = _constant(path, tensor, external_data)
    nodes = []
    for node in graph.node:
        value = _of_constant_node(path, node, external_data)
        if value is None:
            nodes.append(node)
        else:
            constants[node.output[0]] = value
    return Model(
        tuple(nodes),
        constants,
        {each.name: _shape(each) for each in graph.input if each.name not in constants},
        {each.name: _shape(each) for each in sorted(graph.output, key=_rank)},
        opsets.get("", opsets.get("ai.onnx", 1)),
        {each.name: _type(each) for each in graph.input if each.name not in constants},
    )


def part(model: Model, start: str | None, stop: str | None) -> Model:
    """The nodes between two tensors.

    Parameters
    ----------
    model : Model
    start : str or None
        Tensor to take as the input; the model's own input unless given.
    stop : str or None
        Tensor to take as the output; the model's first output unless given.

    Raises
    ------
    StudyError
        If there are no such tensors, or the output needs more than the input.
    """
    known = [name for node in model.nodes for name in node.output if name]
    for name in (start, stop):
        if name is not None and name not in known and name not in model.inputs:
            close = difflib.get_close_matches(name, [*model.inputs, *known], 3, 0)
            raise StudyError(
                f"found no tensor {name!r}; did you mean {' or '.join(map(repr, close))}?"
            )
    stop = stop or next(iter(model.outputs))
    for node in model.nodes:
        if stop in node.output and node.op_type == "ZipMap":  # scikit-learn's names of classes
            stop = node.input[0]
            break
    needed, nodes, inputs = {stop}, [], {}
    for node in reversed(model.nodes):
        if needed & set(node.output) - {start}:
            nodes.append(node)
            needed.update(tensors_taken(node))
    for name in (*model.inputs, *([start] if start else [])):
        if name in needed and (start is None or name == start):
            inputs[name] = model.inputs.get(name)
    left = needed - set(known) - set(model.constants) - set(inputs) - {""}
    if left:
        raise StudyError(
            f"{stop!r} needs {', '.join(sorted(left))} besides {start!r}; start at a "
            "tensor that all the rest is made of"
        )
    types = {name: model.types.get(name, np.dtype(np.float32)) for name in inputs}
    outputs = {stop: model.outputs.get(stop)}
    return Model(tuple(reversed(nodes)), model.constants, inputs, outputs, model.opset, types)


def to_proto(model: Model) -> tuple[onnx.ModelProto, dict[str, np.ndarray]]:
    """An ONNX model again.

    Returns
    -------
    proto : onnx.ModelProto
        Declares its weights as external.
    weights : dict of arrays
        By name.
    """
    taken = set().union(*(tensors_taken(node) for node in model.nodes))
    weights = {name: value for name, value in model.constants.items() if name in taken}
    graph = helper.make_graph(
        model.nodes,
        "part",
        [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(model.types[name]), shape
            )
            for name, shape in model.inputs.items()
        ],
        [_of_any_type(name) for name in model.outputs],
        [declared(name, value) for name, value in weights.items()],
    )
    opsets = [helper.make_opsetid("", model.opset), helper.make_opsetid(LEARNING, 1)]
    proto = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    return proto, {name: value for name, value in weights.items() if value.size >= INLINE_BELOW}


def declared(name: str, value: np.ndarray) -> TensorProto:
    """A weight of a model that is kept in memory: small ones within the model, others beside it.

    A model itself may have 2 GiB, its weights any size.
    """
    if value.size < INLINE_BELOW:
        return numpy_helper.from_array(value, name)
    tensor = TensorProto(
        name=name,
        data_type=helper.np_dtype_to_tensor_dtype(value.dtype),
        dims=value.shape,
        data_location=TensorProto.EXTERNAL,
    )
    tensor.external_data.add(key="location", value="memory")
    return tensor


def _of_any_type(name: str) -> onnx.ValueInfoProto:
    return onnx.ValueInfoProto(name=name)


def attributes(node: NodeProto) -> dict:
    """Attributes of a node as Python values; text as str."""
    found = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    return {
        name: value.decode() if isinstance(value, bytes) else value for name, value in found.items()
    }


def title(node: NodeProto) -> str:
    """What messages call a node: operator and name."""
    domain = f"{node.domain}." if node.domain not in ("", "ai.onnx") else ""
    return f'{domain}{node.op_type} "{node.name or next(iter(node.output), "")}"'


def evaluate(node: NodeProto, inputs: Sequence[Any], opset: int) -> list[np.ndarray]:
    """Work out one node by ONNX's own reference.

    Raises
    ------
    StudyError
        If its output would be much larger than its inputs, or it can't be worked out.
    """
    given = [value for value in inputs if value is not None]
    check_growth(_claims(node, given), sum(value.size for value in given))
    feed = {name: value for name, value in zip(node.input, inputs, strict=True) if name}
    graph = helper.make_graph(
        [node],
        "constant",
        [
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), None)
            for name, value in feed.items()
        ],
        [_of_any_type(name) for name in node.output],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    try:
        return [np.asarray(value) for value in ReferenceEvaluator(model).run(None, feed)]
    except Exception as error:  # the reference raises whatever NumPy does
        raise StudyError(f"can't be worked out: {error}") from None


def check_growth(n_made: int, n_taken: int) -> None:
    """Refuse what makes far more values than it takes."""
    most = LARGEST_GROWTH + 4 * n_taken
    if n_made > most:
        raise StudyError(f"makes {n_made:,} values of {n_taken:,}, expected at most {most:,}")


def _parse(path: Path) -> onnx.ModelProto:
    if not path.is_file():
        raise StudyError("no such file; expected an ONNX model there")
    if path.stat().st_size > LARGEST_FILE:
        raise StudyError(
            f"found {path.stat().st_size:,} bytes, expected at most {LARGEST_FILE:,}; "
            "keep the weights in a file beside it (external data)"
        )
    try:
        proto = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf's own, without a common ancestor
        raise StudyError(f"no ONNX model ({error}); export the network again") from None
    if not proto.graph.node:
        raise StudyError("found an ONNX model without operators, expected a network")
    return proto


def _constant(path: Path, tensor: TensorProto, external_data: bool) -> np.ndarray:
    where = tensor.name
    try:
        dtype = helper.tensor_dtype_to_np_dtype(tensor.data_type)
    except KeyError:
        raise StudyError(f"{where}: found values of type {tensor.data_type}, unknown") from None
    if tensor.data_location == TensorProto.EXTERNAL:
        return _from_beside(path, tensor, dtype, external_data)
    if prod(tensor.dims) > LARGEST_FILE:
        raise StudyError(f"{where}: claims {tuple(tensor.dims)}, more than the file holds")
    try:
        return numpy_helper.to_array(tensor)
    except Exception as error:
        raise StudyError(f"{where}: claims {tuple(tensor.dims)}, but {error}") from None


def _from_beside(path: Path, tensor: TensorProto, dtype, allowed: bool) -> np.ndarray:
    """Weights in another file, where the user asked for it and it lies beside the model."""
    where = tensor.name
    entry = {each.key: each.value for each in tensor.external_data}
    name = entry.get("location", "")
    if not allowed:
        raise StudyError(
            f"{where}: is kept in the file {name!r}; say `external_data: true` to read it"
        )
    beside = path.parent / name
    if Path(name).name != name or beside.resolve().parent != path.parent.resolve():
        raise StudyError(f"{where}: is kept in {name!r}, expected a file beside the model")
    if not beside.is_file():
        raise StudyError(f"{beside}: no such file, but {path} keeps {tensor.name!r} there")
    n_bytes = prod(tensor.dims) * dtype.itemsize
    try:
        offset, length = int(entry.get("offset", 0)), int(entry.get("length", n_bytes))
    except ValueError:
        offset = length = -1
    if offset < 0 or length != n_bytes or offset + length > beside.stat().st_size:
        raise StudyError(
            f"{where}: claims {tuple(tensor.dims)} at place {entry.get('offset', 0)} of {name!r}, "
            f"which has {beside.stat().st_size:,} bytes"
        )
    values = np.fromfile(beside, dtype, prod(tensor.dims), offset=offset)
    return values.reshape(tuple(tensor.dims))


def _of_constant_node(path: Path, node: NodeProto, external_data: bool) -> np.ndarray | None:
    if node.op_type != "Constant" or node.domain not in ("", "ai.onnx"):
        return None
    ((name, value),) = attributes(node).items()
    if name == "value":
        return _constant(path, value, external_data)
    if name in ("value_float", "value_floats"):
        return np.array(value, np.float32)
    if name in ("value_int", "value_ints"):
        return np.array(value, np.int64)
    raise StudyError(f"{title(node)}: found {name}, expected numbers")


def _type(value: onnx.ValueInfoProto) -> np.dtype:
    try:
        return helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
    except KeyError:
        raise StudyError(
            f"the input {value.name!r} is no tensor of numbers, expected one"
        ) from None


def _rank(value: onnx.ValueInfoProto) -> int:
    """How likely an output is the network's: real numbers, then maps of them, then labels."""
    if value.type.WhichOneof("value") not in (None, "tensor_type"):
        return 1
    return 0 if value.type.tensor_type.elem_type in REAL else 2


def _shape(value: onnx.ValueInfoProto) -> tuple[int | None, ...] | None:
    tensor = value.type.tensor_type
    if not tensor.HasField("shape"):
        return None
    # Exporters say "not fixed" by a name, by nothing, by 0 or by −1.
    return tuple(each.dim_value if each.dim_value > 0 else None for each in tensor.shape.dim)


def tensors_taken(node: NodeProto) -> set[str]:
    """Tensors that a node takes, those of its inner graphs included."""
    taken = set(node.input)
    for attribute in node.attribute:
        for inner in (attribute.g, *attribute.graphs):
            own = {each.name for each in (*inner.input, *inner.initializer)}
            own.update(name for one in inner.node for name in one.output)
            for one in inner.node:
                taken |= tensors_taken(one) - own
            taken |= {each.name for each in inner.output} - own
    return taken


def _claims(node: NodeProto, inputs: Sequence[np.ndarray]) -> int:
    """Number of values that an operator makes of constants."""
    operator = node.op_type
    if operator == "ConstantOfShape":
        return prod(map(int, inputs[0].ravel()))
    if operator == "Range":
        start, stop, step = (float(value.ravel()[0]) for value in inputs)
        return int(abs((stop - start) / step)) + 1 if step else 2**62
    if operator == "Tile":
        return inputs[0].size * prod(map(int, inputs[1].ravel()))
    if operator == "Expand":
        return prod(map(int, inputs[1].ravel())) * inputs[0].size
    if operator == "Gather":
        axis = attributes(node).get("axis", 0)
        return inputs[1].size * (inputs[0].size // max(inputs[0].shape[axis], 1))
    if operator == "Concat":
        return sum(value.size for value in inputs)
    try:
        return prod(np.broadcast_shapes(*(value.shape for value in inputs)))
    except ValueError:
        return max(value.size for value in inputs)
