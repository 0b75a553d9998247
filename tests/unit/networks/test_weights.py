"""The network file: what is written comes back, and what is wrong is said."""

import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from nn_modularity import files
from nn_modularity.errors import StudyError
from nn_modularity.graphs import layered
from nn_modularity.networks import weights
from nn_modularity.networks.weights import Layer, Network


def kernel(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def small_mlp(*widths):
    widths = widths or (6, 5, 4)
    pairs = list(pairwise(widths))
    return weights.mlp(
        [kernel(*pair, seed=number) for number, pair in enumerate(pairs)],
        [kernel(n_out, seed=10 + number) for number, (_, n_out) in enumerate(pairs)],
        {"model": "LINE+DROPOUT", "instance": 3, "test_acc": 0.5},
    )


CNN = Network(
    (8, 8),
    (
        Layer("conv2d", kernel(3, 3, 1, 2), kernel(2), "relu", padding="same", strides=(1, 1)),
        Layer("max_pool2d", pool_size=(2, 2), strides=(2, 2), padding="valid"),
        Layer("conv2d", kernel(3, 3, 2, 3), kernel(3), "relu", padding="valid", strides=(2, 1)),
        Layer("average_pool2d", pool_size=(1, 2), strides=(1, 2), padding="same"),
        Layer("flatten"),
        Layer("dense", kernel(3, 4), kernel(4), "softmax"),
    ),
    {"test_acc": 0.75, "remark": "made for a test"},
    input_scale=np.array([[0.5], [0.25], [1], [1], [2], [1], [3], [4]]),
    input_offset=-1.5,
)


def assert_same_network(one, other):
    assert one.input_shape == other.input_shape
    assert one.attributes.keys() == other.attributes.keys()
    for name, value in one.attributes.items():
        np.testing.assert_array_equal(value, other.attributes[name])
    np.testing.assert_array_equal(one.input_scale, other.input_scale)
    np.testing.assert_array_equal(one.input_offset, other.input_offset)
    for mine, theirs in zip(one.layers, other.layers, strict=True):
        for name in ("kind", "activation", "padding", "strides", "pool_size", "order"):
            assert getattr(mine, name) == getattr(theirs, name)
        for name in ("kernel", "bias"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name))


@pytest.mark.parametrize("network", [small_mlp(), CNN], ids=["mlp", "cnn"])
def test_a_network_comes_back_as_it_was_written(tmp_path, network):
    weights.write(tmp_path / "network.h5", network)
    assert_same_network(weights.read(tmp_path / "network.h5"), network)


def numbered(n_layers):
    """A network whose layers have weights that tell them apart."""
    return weights.mlp([np.float32([[number + 1]]) for number in range(n_layers)])


def numbers_of(path):
    return [int(kernel[0, 0]) for kernel in weights.read(path).kernels]


@pytest.mark.parametrize("n_layers", [11, 100, 101, 1001])
def test_layers_come_back_in_order_however_many(tmp_path, n_layers):
    weights.write(tmp_path / "deep.h5", numbered(n_layers))
    assert numbers_of(tmp_path / "deep.h5") == list(range(1, n_layers + 1))


@pytest.mark.parametrize("name", ["dense_{}", "layer{}", "{}", "conv2d.{}"])
def test_names_of_ones_own_are_ordered_by_their_numbers(tmp_path, name):
    weights.write(tmp_path / "names.h5", numbered(12))
    with h5py.File(tmp_path / "names.h5", "r+") as file:
        for number in range(12):
            file["layers"].move(f"{number:02d}", "now" + name.format(number + 1))
    assert numbers_of(tmp_path / "names.h5") == list(range(1, 13))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("dense_1", "output"), "layers: 'output' does not end in a number, expected names"),
        (("dense_1", "conv_1"), "'conv_1' and 'dense_1' have the same number"),
        (("1", "01"), "have the same number"),
        (("a\nb", "1"), r"layers: 'a\\nb' does not end in a number"),
    ],
)
def test_names_that_say_no_order_are_refused(tmp_path, names, message):
    weights.write(tmp_path / "names.h5", numbered(2))
    with h5py.File(tmp_path / "names.h5", "r+") as file:
        for number, name in enumerate(names):
            file["layers"].move(f"{number:02d}", name)
    with pytest.raises(StudyError, match=message):
        weights.read(tmp_path / "names.h5")


def test_equal_networks_make_equal_bytes(tmp_path):
    weights.write(tmp_path / "a.h5", CNN)
    time.sleep(1.1)  # HDF5 keeps times in whole seconds
    weights.write(tmp_path / "b.h5", CNN)
    assert files.file_sha256(tmp_path / "a.h5") == files.file_sha256(tmp_path / "b.h5")


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6))
def test_widths_are_inputs_hidden_layers_and_outputs(widths):
    network = small_mlp(*widths)
    assert network.widths == tuple(widths)
    assert network.is_mlp
    assert [layer.activation for layer in network.layers[:-1]] == ["relu"] * (len(widths) - 2)
    assert network.layers[-1].activation == "softmax"


@pytest.mark.parametrize("network", [small_mlp(), CNN], ids=["mlp", "cnn"])
def test_units_are_the_neurons_of_the_graph(network):
    assert network.n_units == layered.from_network(network).n_neurons


def test_an_mlp_with_convolutions_is_none():
    assert not CNN.is_mlp
    assert [each.ndim for each in CNN.kernels] == [4, 4, 2]


def test_a_network_written_by_hand_is_read(tmp_path):
    with h5py.File(tmp_path / "hand.h5", "w") as file:
        file.attrs["format"] = "nn-modularity/network-1"
        file.attrs["input_shape"] = [2, 2]
        file.create_group("layers/00").attrs["kind"] = "flatten"
        dense = file.create_group("layers/01")
        dense.attrs.update({"kind": "dense", "activation": "linear"})
        dense["kernel"] = np.ones((4, 3))  # double precision, as PyTorch or NumPy may write
        dense["bias"] = np.zeros(3)
    network = weights.read(tmp_path / "hand.h5")
    assert network.widths == (4, 3)
    assert network.layers[1].kernel.dtype == np.float32


def without(name):
    def change(file):
        del file[name]

    return change


def without_attribute(where, name):
    def change(file):
        del file[where].attrs[name]

    return change


def with_attribute(where, name, value):
    def change(file):
        file[where].attrs[name] = value

    return change


def with_dataset(name, value, **how):
    def change(file):
        if name in file:
            del file[name]
        file.create_dataset(name, data=value, **how)

    return change


def with_other(name, make):
    def change(file):
        del file[name]
        make(file, name)

    return change


COMPOUND = np.zeros((), [("a", "f4"), ("b", "i4")])
VLEN = np.array([np.arange(3), np.arange(2)], dtype=object)
MLP_MISTAKES = [
    (with_attribute("/", "format", "keras"), "found format 'keras', expected"),
    (with_attribute("/", "format", ["a", "b"]), r"found format \('a', 'b'\), expected"),
    (without_attribute("/", "format"), "found format None, expected"),
    (without_attribute("/", "input_shape"), "input_shape is missing"),
    (with_attribute("/", "input_shape", "6"), "input_shape: found '6', expected whole"),
    (with_attribute("/", "input_shape", 6.5), "input_shape: found 6.5, expected whole"),
    (with_attribute("/", "input_shape", [-6]), r"input_shape: found \(-6,\), expected"),
    (with_attribute("/", "input_shape", [1, 1, 1, 6]), r"found \(1, 1, 1, 6\), expected"),
    (with_attribute("/", "input_shape", np.zeros(0)), "input_shape: found"),
    (with_attribute("/", "input_shape", [2**40]), "input_shape: found .* at most 1,073,741,824"),
    (with_attribute("/", "input_shape", h5py.Empty("i8")), "attribute input_shape: found neither"),
    (with_attribute("/", "input_scale", 0), "input_scale: found 0, expected other"),
    (with_attribute("/", "input_scale", np.nan), "input_scale: found nan, expected finite"),
    (with_attribute("/", "input_scale", "1/255"), "input_scale: found '1/255', expected finite"),
    (with_attribute("/", "input_offset", [1, 2]), r"input_offset: found \(2,\), expected one"),
    (with_attribute("/", "input_offset", 1j), "attribute input_offset: found neither text nor"),
    (with_attribute("/", "test_acc", 98.7), "test_acc: found 98.7, expected a share from 0 to 1"),
    (with_attribute("/", "test_acc", "good"), "test_acc: found 'good', expected a share"),
    (with_attribute("/", "test_acc", h5py.Empty("f8")), "attribute test_acc: found neither"),
    (with_attribute("/", "train_loss", np.nan), "train_loss: found nan, expected a number"),
    (without("layers"), "layers is missing"),
    (with_dataset("layers", [1, 2]), "layers: found a dataset, expected a group"),
    (with_dataset("layers/00", [1, 2]), "layers/00: found a dataset, expected a group"),
    (with_attribute("layers/00", "kind", "lstm"), "layers/00: found kind 'lstm', expected one"),
    (with_attribute("layers/00", "kind", COMPOUND), "layers/00: attribute kind: found neither"),
    (with_attribute("layers/00", "kind", 3), "layers/00: found kind 3, expected one of"),
    (without_attribute("layers/01", "kind"), "layers/01: found kind None"),
    (without_attribute("layers/00", "activation"), "needs the attribute 'activation'"),
    (with_attribute("layers/00", "activation", "swish"), "found activation 'swish', expected"),
    (with_attribute("layers/00", "activation", "ReLU"), "found activation 'ReLU', expected"),
    (with_attribute("layers/00", "activation", 1), "layers/00: found activation 1, expected"),
    (with_attribute("layers/00", "dilation", [2, 2]), "layers/00: found 'dilation', which"),
    (with_attribute("layers/00", "strides", [1, 1]), "found 'strides', which the format doesn't"),
    (with_dataset("layers/00/gamma", np.ones(5)), "layers/00: found 'gamma', which the format"),
    (without("layers/01/kernel"), "layers/01: a dense layer needs the dataset 'kernel'"),
    (without("layers/01/bias"), "needs the dataset 'bias'; write zeros where it has none"),
    (with_dataset("layers/00/bias", np.full(5, np.nan)), "layers/00: bias: found numbers that"),
    (with_dataset("layers/00/kernel", np.full((6, 5), np.inf)), "layers/00: kernel: found"),
    (with_dataset("layers/00/kernel", np.full((6, 5), 1e300)), "not finite as float32"),
    (with_dataset("layers/00/kernel", np.ones((6, 5)) * 1j), "kernel: found values of type compl"),
    (with_dataset("layers/00/kernel", np.full((6, 5), b"1")), "kernel: found values of type"),
    (with_dataset("layers/00/kernel", h5py.Empty("f4")), "kernel: found nothing, expected an"),
    (with_dataset("layers/00/kernel", VLEN, dtype=h5py.vlen_dtype(int)), "kernel: found values"),
    (with_dataset("layers/00/kernel", np.zeros((0, 5))), r"found kernel \(0, 5\), expected"),
    (with_dataset("layers/00/kernel", np.zeros(5)), r"found kernel \(5,\), expected \(in, out\)"),
    (with_other("layers/00/kernel", h5py.Group.create_group), "kernel: found a group, expected an"),
    (with_dataset("layers/00/bias", np.zeros(4)), r"kernel \(6, 5\) and bias \(4,\)"),
    (
        with_dataset("layers/00/bias", np.zeros(6)),
        r"kernel \(6, 5\) and bias \(6,\).*is the kernel transposed\?",
    ),
    (
        with_dataset("layers/01/kernel", np.zeros((7, 4))),
        r"layer 01 \(dense\): takes 7 values, but what comes before it has 5",
    ),
    (
        with_attribute("/", "input_shape", [28, 28]),
        r"layer 00 \(dense\): takes 6 values, but what comes before it has 784; check the order",
    ),
    (
        with_attribute("/", "input_shape", 5),
        r"takes 6 values, but what comes before it has 5; are the kernels transposed\?",
    ),
]


@pytest.mark.parametrize(("change", "message"), MLP_MISTAKES)
def test_what_is_wrong_with_a_network_file_is_said(tmp_path, change, message):
    path = tmp_path / "network.h5"
    weights.write(path, small_mlp())
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(StudyError, match=rf"network\.h5: .*{message}") as caught:
        weights.read(path)
    assert "\n" not in str(caught.value)
    assert "delete" not in str(caught.value)
    assert str(caught.value).count(str(path)) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_attribute("layers/00", "padding", "SAME"), "found padding 'SAME', expected one of"),
        (with_attribute("layers/00", "padding", "causal"), "found padding 'causal', expected one"),
        (with_attribute("layers/00", "padding", 1), "layers/00: found padding 1, expected one of"),
        (with_attribute("layers/01", "padding", "Valid"), "layers/01: found padding 'Valid', exp"),
        (with_attribute("layers/00", "activation", "prelu"), "found activation 'prelu', expected"),
        (with_attribute("layers/00", "strides", 0), "found strides 0, expected two whole numbers"),
        (with_attribute("layers/00", "strides", [1, -1]), r"found strides \[1, -1\], expected"),
        (with_attribute("layers/00", "strides", [1, 1, 1]), r"found strides \[1, 1, 1\], exp"),
        (with_attribute("layers/00", "strides", 1.5), "found strides 1.5, expected two whole"),
        (with_attribute("layers/01", "pool_size", [0, 2]), r"found pool_size \[0, 2\], expected"),
        (with_attribute("layers/04", "order", "rows_first"), "found order 'rows_first', expected"),
        (
            with_attribute("layers/01", "pool_size", [9, 9]),
            r"layer 01 \(max_pool2d\): takes windows of 9, but what comes before has 8 places",
        ),
        (
            with_dataset("layers/00/kernel", np.ones((2, 1, 3, 3))),
            r"layers/00: found kernel \(2, 1, 3, 3\) and bias \(2,\).*transposed\?",
        ),
        (
            with_attribute("/", "input_shape", [3, 8, 8]),
            r"layer 00 \(conv2d\): takes 1 channels, but what comes before it is \(3, 8, 8\)",
        ),
        (
            with_attribute("/", "input_shape", 64),
            r"layer 00 \(conv2d\): takes an image .* what comes before it is flat \(64 values\)",
        ),
    ],
)
def test_what_a_convolution_or_pool_can_not_be_is_said(tmp_path, change, message):
    path = tmp_path / "network.h5"
    weights.write(path, Network(CNN.input_shape, CNN.layers))
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(StudyError, match=rf"network\.h5: .*{message}"):
        weights.read(path)


def test_one_number_of_strides_or_of_a_pool_counts_for_both_sides(tmp_path):
    path = tmp_path / "network.h5"
    weights.write(path, CNN)
    with h5py.File(path, "r+") as file:
        file["layers/00"].attrs["strides"] = 1
        file["layers/01"].attrs.update({"strides": 2.0, "pool_size": np.array([[2.0]])})
    assert_same_network(weights.read(path), CNN)


@pytest.mark.parametrize("change", ["flatten", "dense"])
def test_a_convolution_of_flat_values_is_refused(change):
    layers = {
        "flatten": [Layer("flatten")],
        "dense": [Layer("dense", kernel(64, 64))],
    }[change]
    again = Layer("conv2d", kernel(1, 1, 64, 2), padding="same", strides=(1, 1))
    with pytest.raises(StudyError, match=r"layer 01 \(conv2d\): takes an image .* flat"):
        Network((8, 8), (*layers, again))


@pytest.mark.parametrize("as_fixed", [np.bytes_, lambda text: np.array([text], dtype=object)])
def test_strings_are_read_as_r_julia_and_matlab_write_them(tmp_path, as_fixed):
    path = tmp_path / "network.h5"
    weights.write(path, CNN)
    with h5py.File(path, "r+") as file:
        for holder in (file, *file["layers"].values()):
            for name, value in list(holder.attrs.items()):
                if isinstance(value, str):
                    holder.attrs[name] = as_fixed(value)
                elif name != "input_scale":
                    holder.attrs[name] = np.atleast_2d(np.float64(value))  # numbers of MATLAB
    assert_same_network(weights.read(path), CNN)


def test_padded_text_is_the_text(tmp_path):
    weights.write(tmp_path / "network.h5", small_mlp())
    with h5py.File(tmp_path / "network.h5", "r+") as file:
        file["layers/00"].attrs["kind"] = np.bytes_("dense     ")  # as Fortran pads
    weights.read(tmp_path / "network.h5")


def test_attributes_that_other_software_leaves_are_passed_over(tmp_path):
    weights.write(tmp_path / "network.h5", small_mlp())
    with h5py.File(tmp_path / "network.h5", "r+") as file:
        file.attrs.update({"table": COMPOUND, "nothing": h5py.Empty("f4"), "me": file.ref})
        file["layers/00"].attrs.update({"CLASS": "GROUP", "TITLE": "", "name": "first"})
    assert_same_network(weights.read(tmp_path / "network.h5"), small_mlp())


def test_rows_behind_a_flatten_are_put_into_the_order_that_it_says(tmp_path):
    images = np.random.default_rng(0).random((3, 4, 5, 2))
    rows = kernel(40, 6)
    last, first = (
        Network((4, 5, 2), (Layer("flatten", order=order), Layer("dense", rows)))
        for order in ("channels_last", "channels_first")
    )
    expected = images.transpose(0, 3, 1, 2).reshape(3, -1) @ rows
    np.testing.assert_allclose(images.reshape(3, -1) @ first.kernels[0], expected, rtol=1e-6)
    np.testing.assert_array_equal(last.kernels[0], rows)
    weights.write(tmp_path / "network.h5", last)
    with h5py.File(tmp_path / "network.h5", "r+") as file:
        file["layers/00"].attrs["order"] = "channels_first"
    assert_same_network(weights.read(tmp_path / "network.h5"), first)


def test_the_order_of_a_flatten_needs_rows_to_put_in_order():
    pool = Layer("max_pool2d", padding="valid", strides=1, pool_size=1)
    before = Layer("conv2d", kernel(1, 1, 2, 2), padding="valid", strides=1)
    with pytest.raises(StudyError, match="'channels_first' needs a dense layer after it"):
        Network((2, 2, 2), (before, pool, Layer("flatten", order="channels_first")))


def test_files_from_before_scaling_could_be_said_are_divided_by_255(tmp_path):
    weights.write(tmp_path / "old.h5", small_mlp())
    with h5py.File(tmp_path / "old.h5", "r+") as file:
        del file.attrs["input_scale"], file.attrs["input_offset"]
        for group in file["layers"].values():
            group.attrs.pop("order", None)
    network = weights.read(tmp_path / "old.h5")
    assert (network.input_scale, network.input_offset) == (1 / 255, 0)


def test_an_mlp_says_its_activations_and_scaling(tmp_path):
    normalised = weights.mlp(
        [kernel(12, 5), kernel(5, 4)],
        [None, kernel(4)],
        activations=["tanh", "linear"],
        input_shape=(2, 2, 3),
        input_scale=1 / (255 * np.array([0.229, 0.224, 0.225])),
        input_offset=-np.array([0.485, 0.456, 0.406]) / np.array([0.229, 0.224, 0.225]),
    )
    weights.write(tmp_path / "network.h5", normalised)
    network = weights.read(tmp_path / "network.h5")
    assert_same_network(network, normalised)
    assert [layer.activation for layer in network.layers] == ["tanh", "linear"]
    np.testing.assert_array_equal(network.layers[0].bias, 0)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: weights.mlp([]), "mlp: found no kernels"),
        (lambda: weights.mlp([np.ones(3)]), r"mlp: layer 00 \(dense\): found kernel \(3,\), exp"),
        (lambda: weights.mlp([np.ones((3, 2))], []), "mlp: found 0 biases for 1 kernels"),
        (
            lambda: weights.mlp([np.ones((3, 2))], activations=["relu"] * 2),
            "mlp: found 2 activations for 1 kernels",
        ),
        (
            lambda: weights.mlp([np.ones((3, 2))], activations=["leaky_relu"]),
            "found activation 'leaky_relu', expected one of linear, relu",
        ),
        (
            lambda: weights.mlp([np.ones((16, 64)), np.ones((10, 16))]),
            r"layer 01 \(dense\): takes 10 values.* has 64; are the kernels transposed\?",
        ),
        (
            lambda: weights.mlp([np.ones((16, 64))], [np.ones(16)]),
            r"layer 00 \(dense\): found kernel \(16, 64\) and bias \(16,\).*transposed\?",
        ),
        (
            lambda: weights.mlp([np.ones((4, 2))], input_scale=np.ones(3)),
            r"input_scale: found \(3,\), expected one number or what fits \(4,\)",
        ),
        (lambda: weights.mlp([np.full((4, 2), np.nan)]), "kernel: found float32 weights that are"),
        (lambda: weights.mlp([np.ones((4, 2))], [[0, None]]), "bias: found float32 numbers that"),
        (lambda: Layer("flatten", kernel(2, 2)), "found weights, but a flatten layer has none"),
        (lambda: Layer("dense", kernel(2, 2), strides=2), "found strides 2, but a dense layer"),
        (lambda: Layer("conv2d", kernel(2, 2, 1, 1), strides=1), "found padding None, expected"),
        (lambda: Network((4,), (Layer("flatten"),)), "found no dense or conv2d layer"),
    ],
)
def test_what_is_wrong_with_a_network_in_memory_is_said(made, message):
    with pytest.raises(StudyError, match=message):
        made()


def test_an_attribute_without_a_value_is_named(tmp_path):
    network = weights.mlp([kernel(3, 2)], attributes={"seed": None})
    with pytest.raises(StudyError, match=r"a\.h5: attribute seed: found None, expected text"):
        weights.write(tmp_path / "a.h5", network)
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "page.h5").write_text("<html>")
    with pytest.raises(StudyError, match=r"are not HDF5.*write it anew") as caught:
        weights.read(tmp_path / "page.h5")
    assert "delete" not in str(caught.value)


def as_link(make):
    return with_other("layers/00/kernel", make)


@pytest.mark.parametrize(
    "change",
    [
        as_link(lambda file, name: file.__setitem__(name, h5py.SoftLink("/layers/01/kernel"))),
        as_link(lambda file, name: file.__setitem__(name, h5py.ExternalLink("secret.h5", "/x"))),
        as_link(
            lambda file, name: file.create_dataset(
                name, (6, 5), "f4", external=[("secret.bin", 0, 120)]
            )
        ),
        as_link(
            lambda file, name: file.create_virtual_dataset(
                name, h5py.VirtualLayout((6, 5), "f4"), fillvalue=1
            )
        ),
        with_other(
            "layers/00",
            lambda file, name: file.__setitem__(name, h5py.ExternalLink("secret.h5", "/")),
        ),
        with_other("layers", lambda file, name: file.__setitem__(name, h5py.SoftLink("/"))),
    ],
)
def test_nothing_outside_the_file_is_read(tmp_path, change, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("secret.bin").write_bytes(np.ones(30, "f4").tobytes())
    with h5py.File("secret.h5", "w") as file:
        file["x"] = np.ones((6, 5))
    weights.write("network.h5", small_mlp())
    with h5py.File("network.h5", "r+") as file:
        change(file)
    with pytest.raises(StudyError, match=r"found a link, expected|kept in other files"):
        weights.read("network.h5")


@pytest.mark.parametrize(
    "claim",
    [
        {"shape": (100_000, 10_000), "compression": "gzip", "chunks": (100, 100)},
        {"shape": (10**6, 10**6), "chunks": (1000, 1000)},
        {"shape": (6, 5), "maxshape": (None, None), "chunks": (30_000, 30_000)},
        {"shape": (30_000, 30_000)},
    ],
)
def test_what_a_file_claims_is_not_believed(tmp_path, claim):
    """It is read in a process that may take 500 MB more than it has."""
    weights.write(tmp_path / "network.h5", small_mlp())
    with h5py.File(tmp_path / "network.h5", "r+") as file:
        del file["layers/00/kernel"]
        file.create_dataset("layers/00/kernel", dtype="f4", **claim)
    code = (
        "import resource, sys; from nn_modularity.networks import weights\n"
        "from nn_modularity.errors import StudyError\n"
        "room = int(open('/proc/self/statm').read().split()[0]) * 4096 + 500_000_000\n"
        "resource.setrlimit(resource.RLIMIT_AS, (room, room))\n"
        "try: weights.read(sys.argv[1])\n"
        "except StudyError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "network.h5"],
        env={**os.environ, "PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
    )
    assert "network.h5: layers/00: kernel: " in done.stdout, done.stderr
    assert "HDF5 can't read it" not in done.stdout


SCALARS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    st.binary(min_size=1, max_size=8).map(np.bytes_),
    st.complex_numbers(),
    st.sampled_from(["dense", "conv2d", "flatten", "same", "valid", "relu", "channels_first"]),
    st.sampled_from([COMPOUND, h5py.Empty("f4"), h5py.Empty("S3"), np.void(b"opaque")]),
    st_numpy.arrays(
        st.sampled_from(["u1", "i8", "f2", "f4", "f8", "c8", "S3", "?"]),
        st_numpy.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4),
    ),
)
PLACES = ["/", "layers", *(f"layers/0{number}" for number in range(6))]
ATTRIBUTES = ["format", "input_shape", "input_scale", "input_offset", "kind", "activation"]
ATTRIBUTES += ["padding", "strides", "pool_size", "order", "test_acc", "train_loss", "other"]
DATASETS = ["layers", "layers/00", "layers/07", "layers/a"]
DATASETS += [f"layers/0{layer}/{name}" for layer in (0, 1, 2, 5) for name in ("kernel", "bias")]
CHANGES = st.one_of(
    st.tuples(st.just("set"), st.sampled_from(PLACES), st.sampled_from(ATTRIBUTES), SCALARS),
    st.tuples(st.just("unset"), st.sampled_from(PLACES), st.sampled_from(ATTRIBUTES)),
    st.tuples(st.just("put"), st.sampled_from(DATASETS), SCALARS),
    st.tuples(st.just("delete"), st.sampled_from(DATASETS)),
    st.tuples(st.just("group"), st.sampled_from(DATASETS)),
    st.tuples(st.just("link"), st.sampled_from(DATASETS), st.sampled_from(["/", "/layers/00"])),
)


def apply(file, change):
    """Change a file as far as it can be changed so."""
    what, where, *rest = change
    try:
        if what == "set":
            file[where].attrs[rest[0]] = rest[1]
        elif what == "unset":
            file[where].attrs.pop(rest[0], None)
        else:
            if where in file:
                del file[where]
            if what == "put":
                file[where] = rest[0]
            elif what == "group":
                file.create_group(where)
            elif what == "link":
                file[where] = h5py.SoftLink(rest[0])
    except (KeyError, TypeError, ValueError, AttributeError, OSError, RuntimeError):
        pass  # what HDF5 doesn't write needs no reader


def read_or_refuse(path):
    try:
        return weights.read(path), None
    except StudyError as error:
        return None, str(error)


@given(st.sampled_from(["mlp", "cnn"]), st.lists(CHANGES, min_size=1, max_size=4))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_a_spoiled_file_is_refused_or_makes_a_graph(kind, changes):
    network = {"mlp": small_mlp(), "cnn": CNN}[kind]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.h5"
        weights.write(path, network)
        with h5py.File(path, "r+") as file:
            for change in changes:
                apply(file, change)
        found, message = read_or_refuse(path)
        if found is None:
            assert message.startswith(f"{path}: ")
            assert message.isprintable()
            assert len(message) < 600
        else:
            assert np.isfinite(layered.from_network(found).degrees).all()
            weights.write(path, found)
            assert_same_network(weights.read(path), found)
