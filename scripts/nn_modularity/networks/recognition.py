"""Known functions that an ONNX model spells out in small steps, recognised by what they do.

Exporters write GELU, hard-swish, layer normalisation and others as chains of elementary
operators, each in its own way. Such a chain is worked out on test values and compared with the
functions known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from scipy import special

from nn_modularity.networks.onnx_model import Model, attributes, tensors_taken

REDUCTIONS = {"ReduceMax", "ReduceMean", "ReduceSum"}
LINEAR = {"Add", "Cast", "Div", "Identity", "Mul", "Neg", "Sub"}
STEPS = (
    REDUCTIONS
    | LINEAR
    | {
        *("Abs", "Clip", "Erf", "Exp", "HardSigmoid", "Log", "Max", "Min", "Pow", "Reciprocal"),
        *("Relu", "Sigmoid", "Softplus", "Sqrt", "Tanh"),
    }
)
"""Operators that a spelled-out function may consist of."""

MOST_STEPS = 16

_TEST_VALUES = np.random.default_rng(0).permutation(np.linspace(-12, 12, 240, dtype=np.float32))
_TEST_VALUES = _TEST_VALUES.reshape(2, 10, 12)
_TEST_VALUES[1] *= 1e-3  # small values show what stands in for ε

_FUNCTIONS = {
    "Gelu": lambda x: x * special.ndtr(x),
    "GeluTanh": lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    "HardSigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "HardSwish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "Mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "Relu": lambda x: np.maximum(x, 0),
    "SiLU": lambda x: x * special.expit(x),
    "Sigmoid": special.expit,
    "Softplus": lambda x: np.log1p(np.exp(x)),
}
_ATTRIBUTES = {"HardSigmoid": {"alpha": 1 / 6, "beta": 0.5}}
_FUNCTIONS_OF_AXIS = {
    "LogSoftmax": lambda x: special.log_softmax(x, axis=-1),
    "Softmax": lambda x: special.softmax(x, axis=-1),
}


@dataclass(frozen=True, eq=False)
class Chain:
    """Steps that make one tensor of one other.

    Attributes
    ----------
    places : tuple of int
        Of the nodes in the model, ascending.
    source, target : str
    """

    places: tuple[int, ...]
    source: str
    target: str


def rewrite(model: Model) -> tuple[Model, list[str]]:
    """Replace spelled-out functions by one operator each.

    Returns
    -------
    model : Model
        Beside ONNX's operators it may have ``SiLU``, ``GeluTanh``, ``LayerNormAlong`` and
        ``RMSNormAlong``; the last two have the attributes ``axis`` and ``epsilon``.
    notes : list of str
        What was read so, and how often.
    """
    steps = _Steps.of(model)
    taken: set[int] = set()
    new: dict[int, NodeProto] = {}
    counts: dict[str, int] = {}
    for last in reversed(range(len(model.nodes))):
        best = None
        for chain in _chains(steps, last, taken):
            node = _recognised(model, chain)
            best = (chain, node) if node is not None else best
        if best is not None:
            chain, node = best
            taken.update(chain.places)
            new[last] = node
            counts[node.op_type] = counts.get(node.op_type, 0) + 1
    nodes = [
        new.get(place, node)
        for place, node in enumerate(model.nodes)
        if place in new or place not in taken
    ]
    notes = [f"read {count} × {name}, written out in steps" for name, count in counts.items()]
    return replace(model, nodes=tuple(nodes)), notes


@dataclass(frozen=True, eq=False)
class _Steps:
    """How a model's nodes hang together.

    Attributes
    ----------
    model : Model
    makers : dict
        Place of the node that makes each tensor.
    users : dict
        Places of the nodes that take each tensor; −1 for the model's output.
    """

    model: Model
    makers: dict[str, int]
    users: dict[str, set[int]]

    @classmethod
    def of(cls, model: Model) -> _Steps:
        makers = {name: place for place, node in enumerate(model.nodes) for name in node.output}
        users: dict[str, set[int]] = {name: set() for name in makers}
        for place, node in enumerate(model.nodes):
            for name in tensors_taken(node):
                users.setdefault(name, set()).add(place)
        for name in model.outputs:
            users.setdefault(name, set()).add(-1)
        return cls(model, makers, users)

    def is_step(self, place: int) -> bool:
        """Whether a node may be a step of a spelled-out function."""
        node = self.model.nodes[place]
        if node.op_type not in STEPS or len(node.output) != 1:
            return False
        known = [self.model.constants.get(name) for name in node.input]
        if node.op_type in REDUCTIONS:
            axes = _axes(self.model, node)
            return axes is not None and len(axes) == 1 and attributes(node).get("keepdims", 1)
        return all(each is None or each.size == 1 for each in known)


def _chains(steps: _Steps, last: int, taken: set[int]) -> Iterator[Chain]:
    """Chains that end in a node, ever longer."""
    target = steps.model.nodes[last].output[0]
    inside: set[int] = set()
    ends = {target}
    while len(inside) < MOST_STEPS:
        places = {steps.makers[name] for name in ends if name in steps.makers} - taken
        places = [place for place in places if steps.is_step(place)]
        if not places:
            return
        place = max(places)
        node = steps.model.nodes[place]
        if place != last and not steps.users[node.output[0]] <= inside:
            return
        inside.add(place)
        ends.discard(node.output[0])
        ends.update(name for name in node.input if name and name not in steps.model.constants)
        operators = {steps.model.nodes[one].op_type for one in inside}
        if len(inside) > 1 and len(ends) == 1 and not operators <= LINEAR:
            yield Chain(tuple(sorted(inside)), next(iter(ends)), target)


def _recognised(model: Model, chain: Chain) -> NodeProto | None:
    """The one operator that does what a chain does, if it is known."""
    nodes = [model.nodes[place] for place in chain.places]
    axes = {_axes(model, node)[0] for node in nodes if node.op_type in REDUCTIONS}
    if len(axes) > 1:
        return None
    values = _worked_out(model, chain, nodes)
    if values is None:
        return None

    def node(operator: str, **numbers) -> NodeProto:
        name = nodes[-1].name
        return helper.make_node(operator, [chain.source], [chain.target], name, **numbers)

    x = _TEST_VALUES.astype(np.float64)
    if not axes:
        for name in _FUNCTIONS:
            if _are_close(values, _FUNCTIONS[name](x)):
                return node(name, **_ATTRIBUTES.get(name, {}))
        return None
    (axis,) = axes
    for name in _FUNCTIONS_OF_AXIS:
        if _are_close(values, _FUNCTIONS_OF_AXIS[name](x)):
            return node(name, axis=axis)
    centred = x - x.mean(axis=-1, keepdims=True)
    for epsilon in _small_numbers(model, nodes):
        for name, part in (("LayerNormAlong", centred), ("RMSNormAlong", x)):
            square = (part**2).mean(axis=-1, keepdims=True)
            if _are_close(values, part / np.sqrt(square + epsilon)):
                return node(name, axis=axis, epsilon=epsilon)
    return None


def _worked_out(model: Model, chain: Chain, nodes: list[NodeProto]) -> np.ndarray | None:
    """What a chain makes of the test values; None where ONNX's reference fails."""
    along_last = []
    for node in nodes:
        copy = NodeProto()
        copy.CopyFrom(node)
        if node.op_type in REDUCTIONS:
            _set_axis(copy)
        along_last.append(copy)
    used = {name for node in along_last for name in node.input} & set(model.constants)
    constants = [numpy_helper.from_array(model.constants[name], name) for name in sorted(used)]
    constants.append(numpy_helper.from_array(np.array([-1], np.int64), _LAST_AXIS))
    graph = helper.make_graph(
        along_last,
        "chain",
        [helper.make_tensor_value_info(chain.source, TensorProto.FLOAT, None)],
        [helper.make_tensor_value_info(chain.target, TensorProto.FLOAT, None)],
        constants,
    )
    opset = helper.make_opsetid("", model.opset)
    try:
        with np.errstate(all="ignore"):
            evaluator = ReferenceEvaluator(helper.make_model(graph, opset_imports=[opset]))
            (values,) = evaluator.run(None, {chain.source: _TEST_VALUES})
    except Exception:  # whatever NumPy raises where the chain is no function of one tensor
        return None
    return np.asarray(values) if np.shape(values) == _TEST_VALUES.shape else None


def _are_close(values: np.ndarray, expected: np.ndarray) -> bool:
    return np.allclose(values, expected, rtol=1e-4, atol=1e-5)


_LAST_AXIS = "the last axis"


def _set_axis(node: NodeProto) -> None:
    """Let a reduction work along the last axis, in the way that it says its axis."""
    for attribute in node.attribute:
        if attribute.name == "axes":
            attribute.ints[:] = [-1]
            return
    node.input[1] = _LAST_AXIS


def _axes(model: Model, node: NodeProto) -> list[int] | None:
    """Axes of a reduction, where they are known."""
    axes = attributes(node).get("axes")
    if axes is None and len(node.input) > 1 and node.input[1] in model.constants:
        axes = np.ravel(model.constants[node.input[1]]).tolist()
    return axes


def _small_numbers(model: Model, nodes: list[NodeProto]) -> list[float]:
    """What may be a chain's ε."""
    known = [
        model.constants[name] for node in nodes for name in node.input if name in model.constants
    ]
    found = {float(each.ravel()[0]) for each in known if each.size == 1}
    return [0.0, *(number for number in found if 0 < number < 0.1)]
