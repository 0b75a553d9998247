"""ONNX import: what operators do on ONNX Runtime, layers do here."""

import re
import subprocess
import sys
from math import sqrt

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from nn_modularity.activations.agreement import check_onnx
from nn_modularity.activations.runtime import Runtime
from nn_modularity.errors import StudyError
from nn_modularity.networks import from_onnx, layers, network_file
from onnx_models import node, normal, run, save_model

INT = np.int64


def imported(path, **options):
    network = from_onnx.read(path, **options).network
    network_file.write(path.with_suffix(".h5"), network)
    return network_file.read(path.with_suffix(".h5"))


def compared(found):
    return check_onnx(found.network, found.original, np.random.default_rng(0))


def kinds(network):
    return [layer.kind for layer in network.layers]


def agrees(path, shape, images=None, **options):
    """Import a model; it gives the same on images that the import never saw."""
    network = imported(path, **options)
    images = normal(3, *shape) if images is None else images
    expected = run(path, images)
    (found,) = Runtime(network)(images)
    np.testing.assert_allclose(
        found.reshape(expected.shape), expected, atol=1e-5 * max(1, np.abs(expected).max())
    )
    return network


IMAGE = (3, 8, 9)
FLAT = (6,)
ROWS = (5, 6)
"""Shapes of an image (channels first), of features and of a sequence."""

ONE_OPERATOR = {
    "conv": (IMAGE, [node("Conv", "x w b", "y", pads=[1, 0, 2, 1], strides=[2, 1])],
             {"w": normal(4, 3, 3, 2), "b": normal(4)}),
    "conv groups": (IMAGE, [node("Conv", "x w", "y", group=3, dilations=[2, 1])],
                    {"w": normal(6, 1, 3, 2)}),
    "conv same": (IMAGE, [node("Conv", "x w", "y", auto_pad="SAME_UPPER", strides=[2, 2])],
                  {"w": normal(4, 3, 3, 2)}),
    "conv same lower": (IMAGE, [node("Conv", "x w", "y", auto_pad="SAME_LOWER", strides=[2, 3])],
                        {"w": normal(4, 3, 4, 4)}),
    "conv 1d": (ROWS, [node("Conv", "x w b", "y", pads=[1, 1])],
                {"w": normal(4, 5, 3), "b": normal(4)}),
    "conv transpose": (IMAGE, [node("ConvTranspose", "x w b", "y", strides=[2, 2],
                                    pads=[1, 1, 1, 1], output_padding=[1, 0])],
                       {"w": normal(3, 4, 3, 3), "b": normal(4)}),
    "gemm": (FLAT, [node("Gemm", "x w b", "y", alpha=0.5, beta=2.0, transB=1)],
             {"w": normal(4, 6), "b": normal(4)}),
    "gemm one bias": (FLAT, [node("Gemm", "x w b", "y")], {"w": normal(6, 4), "b": normal(1)}),
    "matmul": (ROWS, [node("MatMul", "x w", "y")], {"w": normal(6, 4)}),
    "matmul 3d": (ROWS, [node("MatMul", "x w", "y")], {"w": normal(1, 6, 4)}),
    "matmul left": (ROWS, [node("MatMul", "w x", "y")], {"w": normal(4, 5)}),
    "batch norm": (IMAGE, [node("BatchNormalization", "x s o m v", "y", epsilon=1e-3)],
                   {"s": normal(3), "o": normal(3), "m": normal(3), "v": np.abs(normal(3))}),
    "layer norm": (ROWS, [node("LayerNormalization", "x s o", "y", epsilon=1e-3)],
                   {"s": normal(6), "o": normal(6)}),
    "max pool": (IMAGE, [node("MaxPool", "x", "y", kernel_shape=[3, 2], strides=[2, 2],
                              pads=[1, 0, 0, 1])], {}),
    "max pool up": (IMAGE, [node("MaxPool", "x", "y", kernel_shape=[2, 2], strides=[3, 2],
                                 ceil_mode=1)], {}),
    "average pool": (IMAGE, [node("AveragePool", "x", "y", kernel_shape=[3, 2], strides=[2, 1],
                                  pads=[1, 0, 1, 1])], {}),
    "average pool up": (IMAGE, [node("AveragePool", "x", "y", kernel_shape=[3, 2], strides=[2, 2],
                                     ceil_mode=1)], {}),
    "average pool counting": (IMAGE, [node("AveragePool", "x", "y", kernel_shape=[3, 2],
                                           pads=[1, 0, 1, 1], count_include_pad=1)], {}),
    "global average pool": (IMAGE, [node("GlobalAveragePool", "x", "y")], {}),
    "global max pool": (IMAGE, [node("GlobalMaxPool", "x", "y")], {}),
    "mean of places": (IMAGE, [node("ReduceMean", "x a", "y", keepdims=0)], {"a": INT([2, 3])}),
    "mean of one axis": (IMAGE, [node("ReduceMean", "x a", "y")], {"a": INT([2])}),
    "mean of positions": (ROWS, [node("ReduceMean", "x a", "y", keepdims=0)], {"a": INT([1])}),
    "max of channels": (IMAGE, [node("ReduceMax", "x a", "y")], {"a": INT([1])}),
    "sum": (IMAGE, [node("ReduceSum", "x a", "y", keepdims=0)], {"a": INT([-1, -2, -3])}),
    "flatten": (IMAGE, [node("Flatten", "x", "y")], {}),
    "transpose": (IMAGE, [node("Transpose", "x", "y", perm=[0, 3, 1, 2])], {}),
    "reshape": (IMAGE, [node("Reshape", "x s", "y")], {"s": INT([0, 9, -1])}),
    "shuffle of channels": ((6, 4, 4), [node("Reshape", "x s", "a"),
                                        node("Transpose", "a", "b", perm=[0, 2, 1, 3, 4]),
                                        node("Reshape", "b t", "y")],
                            {"s": INT([-1, 2, 3, 4, 4]), "t": INT([-1, 6, 4, 4])}),
    "depth to space": ((8, 3, 4), [node("DepthToSpace", "x", "y", blocksize=2)], {}),
    "slice": (IMAGE, [node("Slice", "x a b c d", "y")],
              {"a": INT([1, -1]), "b": INT([6, -8]), "c": INT([2, 3]), "d": INT([2, -2])}),
    "split": (IMAGE, [node("Split", "x s", "a b", axis=2), node("Concat", "b a", "y", axis=2)],
              {"s": INT([3, 5])}),
    "gather": (IMAGE, [node("Gather", "x i", "y", axis=2)], {"i": INT([3, 0, 3])}),
    "gather one": (ROWS, [node("Gather", "x i", "y", axis=1)], {"i": INT(-1)}),
    "expand": ((3, 1, 1), [node("Expand", "x s", "y")], {"s": INT([1, 3, 2, 4])}),
    "tile": (ROWS, [node("Tile", "x s", "y")], {"s": INT([1, 2, 1])}),
    "pad": (IMAGE, [node("Pad", "x p", "y")], {"p": INT([0, 0, 1, 2, 0, 1, 0, -1])}),
    "pad by reflection": (IMAGE, [node("Pad", "x p", "y", mode="reflect")],
                          {"p": INT([0, 0, 1, 2, 0, 0, 0, 1])}),
    "resize": (IMAGE, [node("Resize", "x  s".replace("  ", " r "), "y", mode="nearest")],
               {"r": np.zeros(0, np.float32), "s": np.float32([1, 1, 2, 3])}),
    "prelu": (IMAGE, [node("PRelu", "x s", "y")], {"s": normal(3, 1, 1)}),
    "softmax of channels": (IMAGE, [node("Softmax", "x", "y", axis=1)], {}),
    "log softmax": (ROWS, [node("LogSoftmax", "x", "y")], {}),
    "clip": (IMAGE, [node("Clip", "x a b", "y")], {"a": np.float32(-0.5), "b": np.float32(1)}),
    "max": (IMAGE, [node("Max", "x a", "y")], {"a": np.float32(0.5)}),
    "min": (IMAGE, [node("Min", "x a", "y")], {"a": np.float32(0.5)}),
    "power": (IMAGE, [node("Pow", "x a", "y")], {"a": np.float32(2)}),
    "sub": (IMAGE, [node("Sub", "c x", "y")], {"c": normal(3, 1, 1)}),
    "div": (IMAGE, [node("Abs", "x", "a"), node("Add", "a o", "b"), node("Div", "x b", "y")],
            {"o": np.float32(1)}),
    "affine": (IMAGE, [node("Mul", "x s", "a"), node("Add", "o a", "y")],
               {"s": normal(3, 1, 1), "o": normal(1, 3, 8, 9)}),
    "sum of three": (IMAGE, [node("Relu", "x", "a"), node("Neg", "x", "b"),
                             node("Sum", "x a b", "y")], {}),
    "concat": (IMAGE, [node("Relu", "x", "a"), node("Tanh", "x", "b"),
                       node("Concat", "a b x", "y", axis=1)], {}),
    "concat of positions": (ROWS, [node("Relu", "x", "a"), node("Concat", "a x", "y", axis=1)], {}),
    "class token": (ROWS, [node("Shape", "x", "s", start=0, end=1),
                           node("Concat", "s t", "z", axis=0),
                           node("Expand", "c z", "d"), node("Concat", "d x", "y", axis=1)],
                    {"t": INT([1, 6]), "c": normal(1, 1, 6)}),
    "gate of channels": (IMAGE, [node("GlobalAveragePool", "x", "p"), node("Sigmoid", "p", "g"),
                                 node("Mul", "g x", "y")], {}),
    "gate of halves": (FLAT, [node("Split", "x", "a b", axis=1, num_outputs=2),
                              node("Sigmoid", "b", "g"), node("Mul", "a g", "y")], {}),
    "outer sum": (ROWS, [node("ReduceMean", "x a", "r"), node("ReduceMean", "x b", "c"),
                         node("Add", "r c", "y")], {"a": INT([1]), "b": INT([2])}),
    "square": (ROWS, [node("Mul", "x x", "y")], {}),
    "rows together": (ROWS, [node("Reshape", "x s", "a"), node("Gemm", "a w b", "c"),
                             node("Reshape", "c t", "y")],
                      {"s": INT([-1, 6]), "w": normal(6, 4), "b": normal(4), "t": INT([-1, 5, 4])}),
    "positions first": (ROWS, [node("Transpose", "x", "a", perm=[1, 0, 2]),
                               node("MatMul", "a w", "b"), node("Softmax", "b", "c"),
                               node("Transpose", "c", "y", perm=[1, 0, 2])], {"w": normal(6, 4)}),
    "dropout": (ROWS, [node("Dropout", "x", "a"), node("Cast", "a", "y", to=1)], {}),
    "shapes": (IMAGE, [node("Shape", "x", "s"), node("Gather", "s i", "n"),
                       node("Unsqueeze", "n z", "m"), node("Concat", "m k", "t", axis=0),
                       node("Reshape", "x t", "y")],
               {"i": INT(0), "z": INT([0]), "k": INT([-1])}),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE_OPERATOR)
def test_operators_do_as_on_onnx_runtime(tmp_path, case):
    shape, nodes, constants = ONE_OPERATOR[case]
    path = save_model(tmp_path / "model.onnx", nodes, constants, shape)
    agrees(path, shape)
    assert compared(from_onnx.read(path)) <= 1e-5


@pytest.mark.parametrize(
    ("operator", "attributes"),
    [
        *((name, {}) for name in ("Abs", "Exp", "HardSwish", "Mish", "Relu", "Selu", "Sigmoid")),
        *(
            (name, {})
            for name in ("Softplus", "Softsign", "Tanh", "Erf", "Gelu", "Elu", "LeakyRelu")
        ),
        ("LeakyRelu", {}),
        ("HardSigmoid", {}),
        ("Neg", {}),
        ("Gelu", {"approximate": "tanh"}),
        ("Elu", {"alpha": 0.3}),
        ("LeakyRelu", {"alpha": 0.3}),
        ("HardSigmoid", {"alpha": 0.3, "beta": 0.4}),
    ],
)
def test_functions_do_as_on_onnx_runtime(tmp_path, operator, attributes):
    path = save_model(tmp_path / "m.onnx", [node(operator, "x", "y", **attributes)], {}, IMAGE)
    agrees(path, IMAGE)


@pytest.mark.parametrize("opset", [9, 11, 12])
def test_older_models_are_read(tmp_path, opset):
    bounds = {} if opset >= 11 else {"min": 0.0, "max": 6.0}
    clip = node("Clip", "a l h" if opset >= 11 else "a", "b", **bounds)
    nodes = [
        node("Conv", "x w", "a"),
        clip,
        node("ReduceMean", "b", "c", axes=[2, 3], keepdims=0),
        node("Unsqueeze", "c", "d", axes=[1]),
        node("Squeeze", "d", "e", axes=[1]),
        node("Softmax", "e", "y"),
    ]
    constants = {"w": normal(4, 3, 3, 3)}
    if opset >= 11:
        constants |= {"l": np.float32(0), "h": np.float32(6)}
    path = save_model(tmp_path / "m.onnx", nodes, constants, IMAGE, opset)
    assert "relu6" in [getattr(layer, "function", "") for layer in agrees(path, IMAGE).layers]


WRITTEN_OUT = {
    "hard_swish": ([node("Add", "x three", "a"), node("Clip", "a zero six", "b"),
                    node("Mul", "x b", "c"), node("Div", "c six", "y")], {}),
    "hard_sigmoid": ([node("Add", "x three", "a"), node("Clip", "a zero six", "b"),
                      node("Div", "b six", "y")], {}),
    "silu": ([node("Sigmoid", "x", "a"), node("Mul", "a x", "y")], {}),
    "gelu": ([node("Div", "x root", "a"), node("Erf", "a", "b"), node("Add", "b one", "c"),
              node("Mul", "x c", "d"), node("Mul", "d half", "y")], {"root": np.float32(sqrt(2))}),
    "gelu_tanh": ([node("Pow", "x three", "a"), node("Mul", "a k", "b"), node("Add", "x b", "c"),
                   node("Mul", "c s", "d"), node("Tanh", "d", "e"), node("Add", "e one", "f"),
                   node("Mul", "half x", "g"), node("Mul", "g f", "y")],
                  {"k": np.float32(0.044715), "s": np.float32(sqrt(2 / np.pi))}),
    "mish": ([node("Softplus", "x", "a"), node("Tanh", "a", "b"), node("Mul", "x b", "y")], {}),
    "softplus": ([node("Exp", "x", "a"), node("Add", "a one", "b"), node("Log", "b", "y")], {}),
}  # fmt: skip
NUMBERS = {name: np.float32(value) for name, value in
           {"zero": 0, "half": 0.5, "one": 1, "three": 3, "six": 6}.items()}  # fmt: skip


@pytest.mark.parametrize("function", WRITTEN_OUT)
def test_functions_written_out_in_steps_are_recognised(tmp_path, function):
    nodes, constants = WRITTEN_OUT[function]
    path = save_model(tmp_path / "m.onnx", nodes, NUMBERS | constants, IMAGE)
    network = agrees(path, IMAGE)
    assert kinds(network) == ["input", "activation"]
    assert network.layers[1].function == function


def layer_norm_in_steps(source, axis):
    return [
        node("ReduceMean", f"{source} axis", "mean"),
        node("Sub", f"{source} mean", "centred"),
        node("Pow", "centred two", "square"),
        node("ReduceMean", "square axis", "variance"),
        node("Add", "variance epsilon", "safe"),
        node("Sqrt", "safe", "root"),
        node("Div", "centred root", "normal"),
        node("Mul", "normal gamma", "scaled"),
        node("Add", "scaled beta", "y"),
    ], {
        "axis": INT([axis]),
        "two": np.float32(2),
        "epsilon": np.float32(1e-3),
    }


def test_layer_norms_written_out_in_steps_are_recognised(tmp_path):
    nodes, constants = layer_norm_in_steps("x", -1)
    constants |= {"gamma": normal(6), "beta": normal(6)}
    network = agrees(save_model(tmp_path / "m.onnx", nodes, constants, ROWS), ROWS)
    assert kinds(network) == ["input", "layer_norm"]
    assert network.layers[1].epsilon == pytest.approx(1e-3)
    np.testing.assert_array_equal(network.layers[1].scale, constants["gamma"])
    # Over the channels of an image
    nodes, constants = layer_norm_in_steps("x", 1)
    constants |= {"gamma": normal(3, 1, 1), "beta": normal(3, 1, 1)}
    network = agrees(save_model(tmp_path / "m.onnx", nodes, constants, IMAGE), IMAGE)
    assert kinds(network) == ["input", "transpose", "layer_norm", "transpose"]


def test_rms_norms_written_out_in_steps_are_recognised(tmp_path):
    nodes = [
        node("Mul", "x x", "square"),
        node("ReduceMean", "square axis", "mean"),
        node("Add", "mean epsilon", "safe"),
        node("Sqrt", "safe", "root"),
        node("Reciprocal", "root", "factor"),
        node("Mul", "x factor", "normal"),
        node("Mul", "normal gamma", "y"),
    ]
    constants = {"axis": INT([-1]), "epsilon": np.float32(1e-6), "gamma": normal(6)}
    network = agrees(save_model(tmp_path / "m.onnx", nodes, constants, ROWS), ROWS)
    assert kinds(network) == ["input", "rms_norm"]
    assert network.layers[1].epsilon == pytest.approx(1e-6)


def test_what_is_used_twice_is_no_step(tmp_path):
    nodes = [
        node("Sigmoid", "x", "a"),
        node("Mul", "a x", "b"),
        node("Add", "a b", "y"),
    ]
    network = agrees(save_model(tmp_path / "m.onnx", nodes, {}, IMAGE), IMAGE)
    assert kinds(network) == ["input", "activation", "multiply", "add"]


def test_normalisation_at_the_start_becomes_the_inputs(tmp_path):
    nodes = [
        node("Mul", "x s", "a"),
        node("Sub", "a m", "b"),
        node("Div", "b d", "c"),
        node("Conv", "c w", "y"),
    ]
    constants = {"s": np.float32(1 / 255), "m": normal(3, 1, 1), "d": np.abs(normal(3, 1, 1))}
    path = save_model(tmp_path / "m.onnx", nodes, constants | {"w": normal(2, 3, 3, 3)}, IMAGE)
    network = agrees(path, IMAGE, 255 * np.abs(normal(3, *IMAGE)))
    assert kinds(network) == ["input", "transpose", "convolution", "transpose"]
    assert network.layers[0].scale == pytest.approx(1 / 255)
    np.testing.assert_allclose(network.layers[0].mean, constants["m"])
    np.testing.assert_allclose(network.layers[0].std, constants["d"], rtol=1e-6)


def test_a_plain_network_has_its_plain_layers(tmp_path):
    nodes = [
        node("Conv", "x w1 b1", "a", pads=[1, 1, 1, 1]),
        node("BatchNormalization", "a s o m v", "b"),
        node("Relu", "b", "c"),
        node("MaxPool", "c", "d", kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", "d", "e"),
        node("MatMul", "e w2", "f"),
        node("Add", "b2 f", "g"),
        node("Softmax", "g", "y"),
    ]
    constants = {"w1": normal(4, 3, 3, 3), "b1": normal(4), "s": normal(4), "o": normal(4)}
    constants |= {"m": normal(4), "v": np.abs(normal(4)), "w2": normal(64, 5), "b2": normal(5)}
    network = agrees(save_model(tmp_path / "m.onnx", nodes, constants, IMAGE), IMAGE)
    assert kinds(network) == [
        *("input", "transpose", "convolution", "batch_norm", "activation", "max_pool", "flatten"),
        *("dense", "activation"),
    ]
    assert network.layers[6].order == "channels_first"
    assert network.layers[2].name == "/a"
    np.testing.assert_array_equal(network.layers[7].bias, constants["b2"])
    assert network.n_weights == sum(value.size for value in constants.values())


def test_a_skip_is_an_add(tmp_path):
    nodes = [
        node("Conv", "x w", "a", pads=[1, 1, 1, 1]),
        node("Relu", "a", "b"),
        node("Add", "b x", "c"),
        node("GlobalAveragePool", "c", "d"),
        node("Flatten", "d", "y"),
    ]
    path = save_model(tmp_path / "m.onnx", nodes, {"w": normal(3, 3, 3, 3)}, IMAGE)
    network = agrees(path, IMAGE)
    assert kinds(network) == [
        *("input", "transpose", "convolution", "activation", "add", "global_average_pool"),
    ]
    assert network.layers[4].inputs == (3, 1)


def multi_head(n_heads, positions, width, *, fused, causal=False, positions_first=False):
    """An attention as PyTorch writes it, and its weights."""
    wide = n_heads * width
    constants = {
        "w": normal(6, 3 * wide), "b": normal(3 * wide), "wo": normal(wide, 6), "bo": normal(6),
        "split": INT([0, -1, 3, n_heads, width]), "scale": np.float32(width**-0.25),
        "together": INT([0, -1, wide]), "i0": INT(0), "i1": INT(1), "i2": INT(2),
        "mask": np.triu(np.full((positions, positions), -np.inf, np.float32), 1),
    }  # fmt: skip
    if fused:
        nodes = [
            node("MatMul", "x w", "p"), node("Add", "b p", "qkv"),
            node("Reshape", "qkv split", "r"), node("Transpose", "r", "t", perm=[2, 0, 3, 1, 4]),
            node("Gather", "t i0", "q"), node("Gather", "t i1", "k"), node("Gather", "t i2", "v"),
        ]  # fmt: skip
    else:
        constants["apart"] = INT([0, -1, n_heads, width])
        nodes = []
        for place, name in enumerate("qkv"):
            part = slice(place * wide, (place + 1) * wide)
            constants |= {f"w{name}": constants["w"][:, part], f"b{name}": constants["b"][part]}
            nodes += [
                node("MatMul", f"x w{name}", f"p{name}"),
                node("Add", f"p{name} b{name}", f"s{name}"),
                node("Reshape", f"s{name} apart", f"r{name}"),
                node("Transpose", f"r{name}", name, perm=[0, 2, 1, 3]),
            ]  # fmt: skip
        del constants["w"], constants["b"], constants["split"]
    nodes += [
        node("Mul", "q scale", "q2"),
        node("Transpose", "k", "k2", perm=[0, 1, 3, 2]),
        node("Mul", "k2 scale", "k3"),
        node("MatMul", "q2 k3", "scores"),
        *([node("Add", "scores mask", "masked")] if causal else []),
        node("Softmax", "masked" if causal else "scores", "shares"),
        node("MatMul", "shares v", "found"),
        node("Transpose", "found", "back", perm=[0, 2, 1, 3]),
        node("Reshape", "back together", "columns"),
        node("MatMul", "columns wo", "out"),
        node("Add", "out bo", "y"),
    ]
    used = {name for each in nodes for name in each.input}
    return nodes, {name: value for name, value in constants.items() if name in used}


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("causal", [False, True])
def test_attention_is_one_layer_with_its_four_matrices(tmp_path, fused, causal):
    nodes, constants = multi_head(3, 5, 4, fused=fused, causal=causal)
    network = agrees(save_model(tmp_path / "m.onnx", nodes, constants, ROWS), ROWS)
    assert kinds(network) == ["input", "attention"]
    attention = network.layers[1]
    assert (attention.n_heads, attention.causal) == (3, causal)
    assert attention.scale == pytest.approx(0.5)
    assert attention.query.shape == (6, 12)
    np.testing.assert_array_equal(attention.output, constants["wo"])


def test_attention_that_is_masked_in_another_way_is_refused(tmp_path):
    nodes, constants = multi_head(3, 5, 4, fused=True, causal=True)
    constants["mask"] = normal(5, 5)
    path = save_model(tmp_path / "m.onnx", nodes, constants, ROWS)
    with pytest.raises(StudyError, match=r'Add "/masked": .* no causal mask'):
        from_onnx.read(path)


def test_tokens_are_looked_up(tmp_path):
    nodes = [node("Gather", "table x", "e"), node("MatMul", "e w", "y")]
    constants = {"table": normal(11, 4), "w": normal(4, 3)}
    inputs = {"x": (TensorProto.INT64, ["n", 7])}
    path = save_model(tmp_path / "m.onnx", nodes, constants, None, inputs=inputs)
    tokens = np.random.default_rng(0).integers(0, 11, (3, 7))
    network = agrees(path, (7,), tokens)
    assert kinds(network) == ["input", "embedding", "dense"]
    assert compared(from_onnx.read(path)) <= 1e-5


def test_one_hot_vectors_and_their_dense_layer_are_an_embedding(tmp_path):
    nodes = [
        node("Unsqueeze", "x last", "a"),
        node("Equal", "a classes", "b"),
        node("Cast", "b", "c", to=1),
        node("MatMul", "c w", "y"),
    ]
    constants = {"last": INT([-1]), "classes": np.arange(9, dtype=np.int64), "w": normal(9, 3)}
    inputs = {"x": (TensorProto.INT64, ["n", 7])}
    path = save_model(tmp_path / "m.onnx", nodes, constants, None, inputs=inputs)
    tokens = np.random.default_rng(0).integers(0, 9, (3, 7))
    network = agrees(path, (7,), tokens)
    assert kinds(network) == ["input", "embedding"]
    np.testing.assert_array_equal(network.layers[1].kernel, constants["w"])


def test_a_model_made_for_one_image_is_read(tmp_path):
    nodes = [node("Conv", "x w", "a"), node("Reshape", "a s", "y")]
    constants = {"w": normal(4, 3, 3, 3), "s": INT([1, 4, 42])}
    for batch in (1, "n"):
        path = save_model(tmp_path / "m.onnx", nodes, constants, IMAGE, batch=batch)
        network, images = imported(path), normal(3, *IMAGE)
        expected = np.concatenate([run(path, image[None]) for image in images])
        np.testing.assert_allclose(Runtime(network)(images)[0], expected, atol=1e-5)


def test_an_open_shape_is_asked_for(tmp_path):
    nodes = [node("Conv", "x w", "y")]
    inputs = {"x": (TensorProto.FLOAT, ["n", 3, "h", "w"])}
    path = tmp_path / "m.onnx"
    save_model(path, nodes, {"w": normal(4, 3, 3, 3)}, None, inputs=inputs)
    with pytest.raises(StudyError, match=r"'x' has \(3, None, None\).*say `input_shape"):
        from_onnx.read(path)
    with pytest.raises(StudyError, match=r"found input_shape \(4, 8, 9\), but 'x' has \(3, None"):
        from_onnx.read(path, (4, 8, 9))
    agrees(path, IMAGE, input_shape=IMAGE)


def test_a_classifier_of_scikit_learn_is_read_by_its_probabilities(tmp_path):
    """As skl2onnx writes it: scaled inputs, a label, then a mapping of classes."""
    nodes = [
        node("Scaler", "x", "s", domain="ai.onnx.ml", offset=[1.0, 2.0], scale=[0.5, 2.0]),
        node("MatMul", "s w", "a"),
        node("Add", "a b", "logits"),
        node("Softmax", "logits", "p"),
        node("ArgMax", "p", "label", axis=1),
        node("ZipMap", "p", "classes", domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2]),
    ]
    probability = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
    classes = helper.make_sequence_type_proto(
        helper.make_map_type_proto(TensorProto.INT64, probability)
    )
    graph = helper.make_graph(
        nodes,
        "classifier",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, ["n", 1]),
            helper.make_value_info("classes", classes),
        ],
        [
            onnx.numpy_helper.from_array(value, name)
            for name, value in {"w": normal(2, 3), "b": normal(3)}.items()
        ],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("ai.onnx.ml", 1)]
    path = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    found = from_onnx.read(path)
    assert kinds(found.network) == ["input", "dense", "activation"]
    assert compared(found) <= 1e-5


def test_a_bias_of_one_unit_is_a_bias(tmp_path):
    nodes = [node("MatMul", "x w", "a"), node("Add", "a b", "y")]
    path = save_model(tmp_path / "m.onnx", nodes, {"w": normal(6, 1), "b": normal(1)}, FLAT)
    assert kinds(agrees(path, FLAT)) == ["input", "dense"]


def two_parts(path):
    nodes = [
        node("Conv", "x w", "a"),
        node("Relu", "a", "b"),
        node("LSTM", "c r s", "d", hidden_size=2),
        node("Tanh", "b", "y"),
    ]
    nodes.insert(2, node("Reshape", "b k", "c"))
    constants = {"w": normal(4, 3, 3, 3), "k": INT([42, -1, 4])}
    constants |= {"r": normal(1, 8, 4), "s": normal(1, 8, 2)}
    return save_model(path, nodes, constants, IMAGE, outputs=("d", "y"))


def test_an_unknown_operator_is_named_with_a_way_on(tmp_path):
    path = two_parts(tmp_path / "m.onnx")
    with pytest.raises(StudyError, match=r'm.onnx: LSTM "/d": .* recurrent .* `stop: c`'):
        from_onnx.read(path)


def test_a_part_of_a_model_can_be_taken(tmp_path):
    path = two_parts(tmp_path / "m.onnx")
    part = from_onnx.read(path, stop="b")
    assert kinds(part.network) == ["input", "transpose", "convolution", "activation", "transpose"]
    assert "left out the output 'd'" in part.notes
    assert compared(part) <= 1e-5
    part = from_onnx.read(path, (4, 6, 7), start="a", stop="y")
    assert [getattr(layer, "function", "") for layer in part.network.layers] == ["", "relu", "tanh"]
    assert compared(part) <= 1e-5
    with pytest.raises(StudyError, match=r"found no tensor 'bb'; did you mean 'b'"):
        from_onnx.read(path, stop="bb")
    with pytest.raises(StudyError, match=r"'d' needs x besides 'y'"):
        from_onnx.read(path, start="y", stop="d")


def test_several_inputs_are_refused(tmp_path):
    inputs = {name: (TensorProto.FLOAT, ["n", 3]) for name in ("x", "z")}
    path = save_model(tmp_path / "m.onnx", [node("Add", "x z", "y")], {}, None, inputs=inputs)
    with pytest.raises(StudyError, match="found the inputs x, z, expected one"):
        from_onnx.read(path)


@pytest.mark.parametrize(
    ("nodes", "constants", "message"),
    [
        ([node("MaxPool", "x", "y", kernel_shape=[2, 2], dilations=[2, 2])], {}, "has dilation"),
        ([node("MatMul", "x x", "y")], {}, "made by multiplying tensors"),
        ([node("Pad", "x p v", "y")], {"p": INT([0, 0, 1, 1] * 2), "v": np.float32(1)}, "pads wi"),
        ([node("Resize", "x r s", "y", mode="linear")],
         {"r": np.zeros(0, np.float32), "s": np.float32([1, 1, 2, 2])}, "by linear interpolation"),
        ([node("Reshape", "x s", "y")], {"s": INT([-1])}, "mixes"),
        ([node("ReduceMean", "x a", "y")], {"a": INT([0])}, "different images together"),
        ([node("Pow", "x e", "y")], {"e": np.float32(3)}, "raises to .3.0?., expected 2, 0.5"),
        ([node("TopK", "x k", "y i")], {"k": INT([1])}, 'TopK "/y i": no layer is known for it'),
        ([node("Reshape", "x s", "y")], {"s": INT([-1, 7])}, "can't be worked out"),
    ],
)  # fmt: skip
def test_what_has_no_layer_is_refused_in_one_line(tmp_path, nodes, constants, message):
    path = save_model(tmp_path / "m.onnx", nodes, constants, (3, 6, 6))
    with pytest.raises(StudyError, match=rf"m\.onnx: .*({message})") as raised:
        from_onnx.read(path)
    assert "\n" not in str(raised.value)


def dense_model(path):
    return save_model(path, [node("MatMul", "x w", "y")], {"w": normal(20, 5)}, (20,))


def rewritten(path, change):
    model = onnx.load(path)
    change(model)
    path.write_bytes(model.SerializeToString())


def as_external(location="weights.bin", offset="0", dims=(20, 5)):
    def change(model):
        (tensor,) = model.graph.initializer
        tensor.ClearField("raw_data")
        tensor.dims[:] = dims
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", location), ("offset", offset)):
            tensor.external_data.add(key=key, value=value)

    return change


def test_weights_beside_the_model_are_read_only_if_asked_for(tmp_path):
    path = dense_model(tmp_path / "m.onnx")
    kernel = from_onnx.read(path).network.layers[1].kernel
    (tmp_path / "weights.bin").write_bytes(b"0123" + kernel.tobytes())
    rewritten(path, as_external(offset="4"))
    with pytest.raises(StudyError, match=r"is kept in the file 'weights.bin'; say `external_data"):
        from_onnx.read(path)
    found = from_onnx.read(path, external_data=True).network.layers[1].kernel
    np.testing.assert_array_equal(found, kernel)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (as_external("../weights.bin"), "expected a file beside the model|no valid ONNX model"),
        (as_external("/etc/hostname"), "expected a file beside the model|no valid ONNX model"),
        (as_external("link.bin"), "expected a file beside the model|no valid ONNX model"),
        (as_external("nothing.bin"), "no such file|no valid ONNX model"),
        (as_external(dims=(2**40, 5)), "claims .* which has 400 bytes"),
        (as_external(offset="4"), "claims .* which has 400 bytes"),
        (as_external(offset="-4"), "claims .* which has 400 bytes"),
    ],
)
def test_weights_from_elsewhere_are_refused(tmp_path, change, message):
    folder = tmp_path / "model"
    folder.mkdir()
    path = dense_model(folder / "m.onnx")
    for where in (tmp_path / "weights.bin", folder / "weights.bin"):
        where.write_bytes(normal(20, 5).tobytes())
    (folder / "link.bin").symlink_to(tmp_path / "weights.bin")
    rewritten(path, change)
    with pytest.raises(StudyError, match=message):
        from_onnx.read(path, external_data=True)


def claims_more(model):
    model.graph.initializer[0].dims[:] = [2**30, 5]


def claims_less(model):
    model.graph.initializer[0].dims[:] = [4, 5]


def makes_constants(model):
    """A tensor of 2⁴⁸ zeros."""
    model.graph.node.insert(0, helper.make_node("ConstantOfShape", ["huge"], ["zeros"]))
    model.graph.node.insert(1, helper.make_node("Add", ["x", "zeros"], ["x2"]))
    model.graph.node[2].input[0] = "x2"
    shape = onnx.numpy_helper.from_array(INT([2**24, 2**24]), "huge")
    model.graph.initializer.append(shape)


def spreads(model):
    model.graph.node.insert(0, helper.make_node("Tile", ["x", "times"], ["x2"]))
    model.graph.node[1].input[0] = "x2"
    model.graph.initializer.append(onnx.numpy_helper.from_array(INT([1, 2**40]), "times"))


def pads(model):
    model.graph.node.insert(0, helper.make_node("Pad", ["x", "pads"], ["x2"]))
    model.graph.node[1].input[0] = "x2"
    model.graph.initializer.append(onnx.numpy_helper.from_array(INT([0, 0, 0, 2**40]), "pads"))


def expands(model):
    model.graph.node.insert(0, helper.make_node("Expand", ["x", "size"], ["x2"]))
    model.graph.node[1].input[0] = "x2"
    size = onnx.numpy_helper.from_array(INT([2**40, 1, 1]), "size")
    model.graph.initializer.append(size)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (claims_more, "w: claims .1073741824, 5."),
        (claims_less, "w: claims .4, 5."),
        (makes_constants, "makes 281,474,976,710,656 values of 2"),
        (spreads, "makes .* values of 42"),
        (pads, "pads by"),
        (expands, "makes .* values of 40"),
    ],
)
def test_nothing_is_allocated_by_what_a_model_claims(tmp_path, change, message):
    path = dense_model(tmp_path / "m.onnx")
    rewritten(path, change)
    program = (
        "import resource, sys\n"
        "from nn_modularity.errors import StudyError\n"
        "from nn_modularity.networks import from_onnx\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    from_onnx.read(sys.argv[1])\n"
        "except StudyError as error:\n    print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path],
        env={"PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
        check=True,
    )
    error, peak = done.stdout.splitlines()
    assert re.search(message, error)
    assert int(peak) < 100_000  # kB


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no ONNX model|no valid ONNX model|without operators"),
        (b"<html>not here</html>", "no ONNX model"),
        (b"\x80\x04\x95pickle", "no ONNX model"),
    ],
)
def test_what_is_no_model_is_said(tmp_path, content, message):
    (tmp_path / "m.onnx").write_bytes(content)
    with pytest.raises(StudyError, match=rf"m\.onnx: ({message}|found an ONNX model without)"):
        from_onnx.read(tmp_path / "m.onnx")
    with pytest.raises(StudyError, match="no such file"):
        from_onnx.read(tmp_path / "nothing.onnx")


def test_a_model_cut_short_is_refused(tmp_path):
    path = dense_model(tmp_path / "m.onnx")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(StudyError, match=r"m\.onnx"):
        from_onnx.read(path)


def test_a_difference_is_refused(tmp_path):
    found = from_onnx.read(dense_model(tmp_path / "m.onnx"))
    kernel = found.network.layers[1].kernel.copy()
    kernel[0, 0] += 1e-3
    changed = from_onnx.Network(
        (found.network.layers[0], layers.Dense(kernel, inputs=(0,))),
    )
    wrong = from_onnx.Imported(changed, found.original, ())
    with pytest.raises(StudyError, match="outputs differ from those of ONNX Runtime by"):
        compared(wrong)
