"""The network file: what is written comes back, and what is wrong is said."""

import time
from itertools import pairwise

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn_modularity import files
from nn_modularity.errors import StudyError
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
)


def assert_same_network(one, other):
    assert one.input_shape == other.input_shape
    assert dict(one.attributes) == dict(other.attributes)
    for mine, theirs in zip(one.layers, other.layers, strict=True):
        for name in ("kind", "activation", "padding", "strides", "pool_size"):
            assert getattr(mine, name) == getattr(theirs, name)
        for name in ("kernel", "bias"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name))


@pytest.mark.parametrize("network", [small_mlp(), CNN], ids=["mlp", "cnn"])
def test_a_network_comes_back_as_it_was_written(tmp_path, network):
    weights.write(tmp_path / "network.h5", network)
    assert_same_network(weights.read(tmp_path / "network.h5"), network)


def test_layers_come_back_in_order_beyond_ten(tmp_path):
    network = small_mlp(*range(3, 17))
    weights.write(tmp_path / "deep.h5", network)
    assert weights.read(tmp_path / "deep.h5").widths == tuple(range(3, 17))


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


def with_dataset(name, value):
    def change(file):
        del file[name]
        file[name] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_attribute("/", "format", "keras"), "found format 'keras', expected"),
        (without_attribute("/", "format"), "found format None, expected"),
        (without_attribute("/", "input_shape"), "input_shape is missing"),
        (without("layers"), "layers is missing"),
        (with_attribute("layers/00", "kind", "lstm"), "layers/00: found kind 'lstm', expected one"),
        (without_attribute("layers/01", "kind"), "layers/01: found kind None"),
        (without_attribute("layers/00", "activation"), "needs the attribute 'activation'"),
        (without("layers/01/kernel"), "layers/01: a dense layer needs the dataset 'kernel'"),
        (without("layers/01/bias"), "layers/01: a dense layer needs the dataset 'bias'"),
        (with_dataset("layers/00/bias", np.full(5, np.nan)), "layers/00/bias: found weights that"),
        (with_dataset("layers/00/kernel", np.full((6, 5), np.inf)), "layers/00/kernel: found"),
        (with_dataset("layers/00/bias", np.zeros(4)), r"kernel \(6, 5\) and bias \(4,\)"),
        (with_dataset("layers/00/kernel", np.zeros(5)), "expected 2 kernel dimensions"),
        (
            with_dataset("layers/01/kernel", np.zeros((7, 4))),
            "dense layer 1 takes 7 values, but what comes before it has 5",
        ),
        (
            with_attribute("/", "input_shape", [28, 28]),
            "dense layer 0 takes 6 values, but what comes before it has 784",
        ),
    ],
)
def test_what_is_wrong_with_a_network_file_is_said(tmp_path, change, message):
    path = tmp_path / "network.h5"
    weights.write(path, small_mlp())
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(StudyError, match=rf"network\.h5.*{message}"):
        weights.read(path)


def test_a_network_without_weights_is_refused(tmp_path):
    weights.write(tmp_path / "empty.h5", Network((4,), (Layer("flatten"),)))
    with pytest.raises(StudyError, match="no dense or conv2d layer"):
        weights.read(tmp_path / "empty.h5")


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "page.h5").write_text("<html>")
    with pytest.raises(StudyError, match="are not HDF5"):
        weights.read(tmp_path / "page.h5")
