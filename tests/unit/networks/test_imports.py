"""Networks of any framework, by their file."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from nn_modularity.activations import forward
from nn_modularity.activations.runtime import Runtime
from nn_modularity.errors import StudyError
from nn_modularity.networks import chains, imports, layers, network_file, weights
from nn_modularity.networks.network import Network, chain
from onnx_models import node, normal, run, save_model

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 1, 3, 4)).astype(np.float32)


def take(path, imported, attributes, scale=None, offset=0.0):
    """Import a network, as a job does."""
    imports.write(path, imports.scaled(imported, scale, -offset), attributes)


def onnx_mlp(path, *before):
    source = before[-1].output[0] if before else "x"
    nodes = [
        *before,
        node("Flatten", source, "f"),
        node("Gemm", "f w b", "h"),
        node("Relu", "h", "r"),
        node("MatMul", "r v", "y"),
    ]
    constants = {"w": normal(12, 5), "b": normal(5), "v": normal(5, 3)}
    constants |= {"m": np.float32(0.3), "d": np.float32(2)}
    return save_model(path, nodes, constants, (1, 3, 4))


def outputs_of_a_chain(network, pixels):
    scaled = network.input_scale * pixels.reshape(len(pixels), *network.input_shape)
    images = np.float32(scaled + network.input_offset).reshape(len(pixels), -1)
    return forward.intact(forward.steps(network), images).after[-1].T


def test_an_onnx_mlp_becomes_a_chain_that_takes_pixels(tmp_path):
    normalise = (node("Sub", "x m", "c"), node("Div", "c d", "n"))
    for before in ((), normalise):
        path = onnx_mlp(tmp_path / "m.onnx", *before)
        take(tmp_path / "n.h5", imports.read(path), {"model": "MINE"})
        network = weights.read(tmp_path / "n.h5")
        assert network.attributes == {"model": "MINE"}
        assert network.input_shape == (3, 4)
        expected = run(path, PIXELS / 255)
        np.testing.assert_allclose(outputs_of_a_chain(network, PIXELS), expected, atol=1e-5)


def test_a_scaling_that_is_said_is_kept(tmp_path):
    path = onnx_mlp(tmp_path / "m.onnx")
    scaling = {"scale": 1 / 127.5, "offset": -1.0}
    take(tmp_path / "n.h5", imports.read(path), {}, **scaling)
    expected = run(path, PIXELS / 127.5 - 1)
    network = weights.read(tmp_path / "n.h5")
    np.testing.assert_allclose(outputs_of_a_chain(network, PIXELS), expected, atol=1e-5)


def test_a_network_that_scales_pixels_itself_is_left_to_it(tmp_path):
    made = chain(layers.Input((4,), 1 / 255), [layers.Dense(normal(4, 3)), layers.LayerNorm()])
    take(tmp_path / "n.h5", imports.Imported(made, "Keras"), {})
    assert network_file.read(tmp_path / "n.h5").layers[0].scale == pytest.approx(1 / 255)
    tokens = chain(layers.Input((4,)), [layers.Embedding(normal(9, 3))])
    take(tmp_path / "n.h5", imports.Imported(tokens, "ONNX"), {})
    assert network_file.read(tmp_path / "n.h5").layers[0].scale == 1


def test_a_scaling_of_the_second_version_acts_before_the_networks_own(tmp_path):
    first = layers.Input((2, 3), 0.5, np.float32([[1], [2]]), np.float32([[3], [4]]))
    made = chain(first, [layers.Dense(normal(3, 4)), layers.LayerNorm()])
    scaling = {"scale": 0.1, "offset": 7.0}
    take(tmp_path / "n.h5", imports.Imported(made, "ONNX"), {}, **scaling)
    pixels = PIXELS.reshape(-1, 2, 3)
    (found,) = Runtime(network_file.read(tmp_path / "n.h5"))(pixels)
    np.testing.assert_allclose(found, Runtime(made)(0.1 * pixels + 7)[0], atol=1e-5)


def conv_chain():
    kernel = normal(3, 3, 1, 2)
    made = (
        weights.Layer("conv2d", kernel, normal(2), "relu", padding="same", strides=(1, 1)),
        weights.Layer("flatten"),
        weights.Layer("dense", normal(24, 3), normal(3), "softmax"),
    )
    return weights.Network((3, 4), made, {"test_acc": 0.5}, input_scale=np.full((3, 4), 0.1))


def test_a_network_file_stays_as_it_is(tmp_path):
    own = conv_chain()
    weights.write(tmp_path / "own.h5", own)
    take(tmp_path / "n.h5", imports.read(tmp_path / "own.h5"), {"model": "MINE"})
    found = weights.read(tmp_path / "n.h5")
    assert found.attributes == {"test_acc": 0.5, "model": "MINE"}
    np.testing.assert_array_equal(found.input_scale, np.full((3, 4), 0.1))
    for one, other in zip(found.kernels, own.kernels, strict=True):
        np.testing.assert_array_equal(one, other)
    graph = Network((layers.Input((4,), 1.0), layers.LayerNorm(inputs=(0,))))
    network_file.write(tmp_path / "two.h5", graph)
    take(tmp_path / "n.h5", imports.read(tmp_path / "two.h5"), {})
    assert network_file.read(tmp_path / "n.h5").layers[0].scale == 1
    with pytest.raises(StudyError, match="for a network file, which says its scaling itself"):
        imports.scaled(imports.read(tmp_path / "two.h5"), 1.0)


@pytest.mark.parametrize(
    ("name", "given_settings", "message"),
    [
        ("network.txt", {}, r"found the ending '\.txt', expected one of \.h5, \.hdf5, \.keras"),
        ("network.pth", {}, r"save `state_dict\(\)` as \.safetensors or \.npz"),
        ("weights.npz", {}, r"holds weights alone; say `layers: "),
        ("model.onnx", {"layers": ["relu"]}, "`layers`, which is for weights, but this is of th"),
        ("own.h5", {"stop": "a"}, "`stop`, which is for ONNX, but this is of the kind: network f"),
        ("own.h5", {"input_shape": [3]}, "which is for ONNX and Keras and weights"),
        ("weights.npz", {"external_data": True}, "`external_data`, which is for ONNX"),
        ("nothing.onnx", {}, "no such file"),
    ],
)
def test_what_cant_be_read_so_is_said(tmp_path, name, given_settings, message):
    onnx_mlp(tmp_path / "model.onnx")
    weights.write(tmp_path / "own.h5", conv_chain())
    np.savez(tmp_path / "weights.npz", a=np.ones(3))
    for other in ("network.txt", "network.pth"):
        (tmp_path / other).write_bytes(b"\x80\x04")
    with pytest.raises(StudyError, match=message) as raised:
        imports.read(tmp_path / name, **given_settings)
    assert str(tmp_path / name) in str(raised.value)


def test_a_summary_has_the_networks_sizes(tmp_path):
    network = imports.read(onnx_mlp(tmp_path / "m.onnx")).network
    assert imports.summary(network) == (
        "5 layers, 2 of them with units; 80 weights; 20 neurons; takes (1, 3, 4), makes (3,)"
    )


def test_chains_of_dense_layers_alone_are_of_the_first_version():
    dense, relu = layers.Dense(normal(6, 3)), layers.Activation("relu")
    for made in (
        [dense],
        [layers.Transpose((1, 0)), layers.Flatten(), dense, relu],
        [
            layers.Reshape((3, 2)),
            layers.Flatten("channels_first"),
            dense,
            relu,
            layers.Dense(normal(3, 2)),
        ],
    ):
        first = layers.Input((6,) if made == [dense] else (2, 3), 0.5, np.float32(1), np.float32(2))
        graph = chain(first, made)
        found = chains.to_chain(graph)
        pixels = normal(4, *graph.input_shape)
        expected = Runtime(graph)(pixels)[0]
        np.testing.assert_allclose(outputs_of_a_chain(found, pixels), expected, atol=1e-5)
    image = layers.Input((2, 3))
    flat = layers.Input((6,))
    for first, made in (
        (image, [layers.Dense(normal(3, 2))]),
        (flat, [layers.LayerNorm(), dense]),
        (flat, [relu, dense]),
        (flat, [dense, relu, layers.Activation("tanh")]),
        (flat, [dense, layers.Activation("leaky_relu", 0.1)]),
        (flat, [layers.Affine(np.float32(2))]),
    ):
        assert chains.to_chain(chain(first, made)) is None
    skip = Network((flat, layers.Dense(normal(6, 6), inputs=(0,)), layers.Add(inputs=(0, 1))))
    assert chains.to_chain(skip) is None


def spoiled(content, generator):
    """Bytes changed at random, and the end cut off at times."""
    content = bytearray(content)
    for _ in range(generator.integers(4)):
        content[generator.integers(len(content))] = generator.integers(256)
    if generator.random() < 0.3:
        del content[generator.integers(len(content)) :]
    return bytes(content)


@pytest.mark.parametrize("name", ["m.onnx", "n.h5", "w.npz", "w.safetensors"])
def test_a_spoiled_file_is_a_network_or_ends_in_one_line(tmp_path, name):
    generator = np.random.default_rng(0)
    path = tmp_path / name
    arrays = {"fc.weight": np.ones((5, 12), np.float32), "fc.bias": np.ones(5, np.float32)}
    reading = {}
    if name == "m.onnx":
        onnx_mlp(path)
    elif name == "n.h5":
        network_file.write(path, chains.to_graph(conv_chain()))
    else:
        reading = {"layers": ["flatten", {"dense": "fc"}], "input_shape": (1, 3, 4)}
        np.savez(path, **arrays) if path.suffix == ".npz" else save_file(arrays, path)
    content, said = path.read_bytes(), []
    for _ in range(60):
        path.write_bytes(spoiled(content, generator))
        try:
            imports.read(path, **reading)
        except StudyError as error:
            said.append(str(error))
    assert said
    assert all(str(path) in line and "\n" not in line for line in said)
