"""The network file's second version: what is written comes back, and what is wrong is said."""

import re
import subprocess
import sys
import time
from dataclasses import MISSING, fields
from pathlib import Path

import h5py
import numpy as np
import pytest

from nn_modularity import files
from nn_modularity.errors import StudyError
from nn_modularity.networks import layers, network_file
from nn_modularity.networks.network import Network, chain, without_dead_ends


def kernel(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def every_kind():
    """A network of all kinds of layers, each with all that it can have."""
    vector, positive = kernel(6), np.abs(kernel(6))
    made = [
        layers.Input((4, 5), 0.5, np.float32([[1]]), np.float32([[2]]), name="image"),
        layers.Reshape((4, 5, 1), inputs=(0,)),
        layers.Convolution(
            kernel(3, 2, 1, 6), vector, (1, 2), ((1, 1), (0, 1)), (1, 1), inputs=(1,), name="c 1"
        ),
        layers.BatchNorm(vector, positive, vector, vector, 1e-3, inputs=(2,)),
        layers.Activation("leaky_relu", 0.1, inputs=(3,)),
        layers.Convolution(kernel(1, 1, 3, 6), groups=2, inputs=(4,)),
        layers.PReLU(vector, inputs=(5,)),
        layers.Add(inputs=(4, 6)),
        layers.MaxPool((2, 1), (1, 1), ((1, 0), (0, 0)), inputs=(7,)),
        layers.AveragePool((2, 1), (1, 1), ((1, 0), (0, 0)), True, inputs=(7,)),
        layers.Concatenate(-1, inputs=(8, 9)),
        layers.TransposedConvolution(kernel(2, 2, 12, 6), vector, inputs=(10,)),
        layers.Slice((0, 0, 0), (4, 3, 6), (1, 1, 1), inputs=(11,)),
        layers.GlobalMaxPool(inputs=(12,)),
        layers.GlobalAveragePool(inputs=(12,)),
        layers.Multiply(inputs=(13, 14)),
        layers.Affine(np.float32(2), vector, inputs=(15,)),
        layers.Multiply(inputs=(12, 16)),
        layers.Reshape((12, 6), inputs=(17,)),
        layers.LayerNorm(vector, vector, 1e-6, inputs=(18,)),
        layers.Attention(
            *(kernel(6, 4), kernel(6, 4), kernel(6, 4), kernel(4, 6)),
            *(kernel(4), kernel(4), kernel(4), vector),
            n_heads=2,
            scale=0.5,
            causal=True,
            inputs=(19,),
        ),
        layers.RMSNorm(vector, 1e-6, inputs=(20,)),
        layers.Transpose((1, 0), inputs=(21,)),
        layers.Pad(((0, 1), (1, 0)), inputs=(22,)),
        layers.Rearrange(np.arange(-1, 83).reshape(12, 7), inputs=(23,)),
        layers.Flatten("channels_first", inputs=(24,)),
        layers.Dense(kernel(84, 3), kernel(3), inputs=(25,)),
    ]
    return Network(tuple(made), {"model": "mine", "test_acc": 0.5, "seed": 7})


def assert_same(one, other):
    assert dict(one.attributes) == dict(other.attributes)
    assert len(one.layers) == len(other.layers)
    for mine, theirs in zip(one.layers, other.layers, strict=True):
        assert type(mine) is type(theirs)
        for each in fields(mine):
            a, b = getattr(mine, each.name), getattr(theirs, each.name)
            assert type(a) is type(b)
            assert np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b


def test_every_kind_of_layer_comes_back_as_it_was_written(tmp_path):
    network = every_kind()
    used = {layer.kind for layer in network.layers}
    assert used == set(layers.KINDS) - {"embedding"}
    network_file.write(tmp_path / "network.h5", network)
    assert_same(network_file.read(tmp_path / "network.h5"), network)
    tokens = chain(layers.Input((3,)), [layers.Embedding(kernel(5, 2))])
    network_file.write(tmp_path / "network.h5", tokens)
    assert_same(network_file.read(tmp_path / "network.h5"), tokens)


def test_equal_networks_make_equal_bytes(tmp_path):
    network_file.write(tmp_path / "a.h5", every_kind())
    time.sleep(1.1)  # HDF5 keeps times in whole seconds
    network_file.write(tmp_path / "b.h5", every_kind())
    assert files.file_sha256(tmp_path / "a.h5") == files.file_sha256(tmp_path / "b.h5")


def test_layers_come_back_in_order_beyond_a_hundred(tmp_path):
    deep = chain(
        layers.Input((1,)), [layers.Dense(np.float32([[number]])) for number in range(150)]
    )
    network_file.write(tmp_path / "deep.h5", deep)
    found = network_file.read(tmp_path / "deep.h5")
    assert [float(layer.kernel[0, 0]) for layer in found.layers[1:]] == list(range(150))


def test_a_network_written_by_hand_is_read(tmp_path):
    with h5py.File(tmp_path / "hand.h5", "w") as file:
        file.attrs["format"] = np.bytes_("nn-modularity/network-2")  # as R, Julia and MATLAB write
        image = file.create_group("layers/0")
        image.attrs.update({"kind": np.bytes_("input"), "shape": np.int32([2, 2])})
        file.create_group("layers/5").attrs.update({"kind": "flatten"})
        dense = file.create_group("layers/10")
        dense.attrs.update({"kind": "dense"})
        dense["kernel"] = np.ones((4, 3))
        file.create_group("layers/12").attrs.update({"kind": "activation", "function": "relu"})
        file.create_group("layers/20").attrs.update({"kind": "add", "inputs": [10, 12]})
    network = network_file.read(tmp_path / "hand.h5")
    assert [layer.inputs for layer in network.layers] == [(), (0,), (1,), (2,), (2, 3)]
    assert network.layers[2].kernel.dtype == np.float32
    assert network.output_shape == (3,)


def test_arrays_of_one_value_are_the_value(tmp_path):
    """R, Julia and MATLAB have no other numbers."""
    network_file.write(tmp_path / "network.h5", every_kind())
    with h5py.File(tmp_path / "network.h5", "r+") as file:
        for holder in (file, *file["layers"].values()):
            for name, value in list(holder.attrs.items()):
                holder.attrs[name] = [value] if isinstance(value, str) else np.atleast_1d(value)
    assert_same(network_file.read(tmp_path / "network.h5"), every_kind())


def attribute(where, name, value):
    def change(file):
        file[where].attrs[name] = value

    return change


def without_attribute(where, name):
    def change(file):
        del file[where].attrs[name]

    return change


def array(where, value):
    def change(file):
        if where in file:
            del file[where]
        file[where] = value

    return change


def lacking(where):
    def change(file):
        del file[where]

    return change


def claims(shape, dtype="f4", **options):
    def change(file):
        del file["layers/26/kernel"]
        file.create_dataset("layers/26/kernel", shape, dtype, **options)

    return change


def outside(file):
    del file["layers/26/kernel"]
    file.create_dataset(
        "layers/26/kernel", (84, 3), "f4", external=[("/etc/hostname", 0, h5py.h5f.UNLIMITED)]
    )


def virtual(file):
    del file["layers/26/kernel"]
    layout = h5py.VirtualLayout((84, 3), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "kernel", (84, 3))
    file.create_virtual_dataset("layers/26/kernel", layout)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (attribute("/", "format", "nn-modularity/network-3"), "found format 'nn-modularity/netw"),
        (without_attribute("/", "format"), "found format None"),
        (lacking("layers"), r"found \[\], expected a group layers alone"),
        (array("extra", 1), r"found \['extra', 'layers'\], expected a group layers alone"),
        (array("layers/first", 1), "found .'first'., expected a number of its own"),
        (array("layers/1", 1), "expected a number of its own each"),
        (array("layers/99", 1), "99: found a dataset, expected a group"),
        (attribute("layers/02", "kind", "lstm"), "layers/02: found kind 'lstm', expected one of"),
        (without_attribute("layers/02", "kind"), "layers/02: found kind None"),
        (attribute("layers/02", "Padding", 1), "layers/02: found the attribute 'Padding', but con"),
        (attribute("layers/02", "padding", "same"), "found padding 'same', expected tuple"),
        (attribute("layers/02", "padding", [1, 1]), "found padding"),
        (attribute("layers/02", "padding", [[1, 1]]), "expected .before, after., 0 or more"),
        (attribute("layers/02", "strides", 2), "found strides .2,., expected 2 numbers"),
        (attribute("layers/02", "strides", [1, 0]), "expected numbers above 0"),
        (attribute("layers/02", "strides", [1.5, 2.0]), "found strides"),
        (attribute("layers/02", "groups", 4), "found 4 groups for 6 output channels"),
        (attribute("layers/02", "groups", True), "found groups True, expected int"),
        (attribute("layers/02", "bias", 1), "found the attribute 'bias'"),
        (array("layers/02/gamma", 1.0), "found the array 'gamma', but convolution has kernel, bi"),
        (lacking("layers/02/kernel"), "layers/02: convolution needs 'kernel'"),
        (array("layers/02/kernel", np.zeros((3, 6))), r"found kernel \(3, 6\), expected"),
        (array("layers/02/bias", np.zeros(5)), r"found bias \(5,\), expected \(6,\)"),
        (array("layers/02/bias", np.full(6, np.nan)), "bias: found numbers that are not finite"),
        (array("layers/02/bias", "text"), "bias: found values of type object"),
        (array("layers/02/bias", np.zeros(6, complex)), "bias: found values of type complex128"),
        (attribute("layers/04", "function", "swoosh"), "found the activation 'swoosh', expected"),
        (attribute("layers/04", "beta", 1.0), "leaky_relu: found the numbers"),
        (attribute("layers/04", "alpha", np.nan), "found alpha nan, expected"),
        (attribute("layers/25", "order", "rows_first"), "found order 'rows_first', expected one"),
        (attribute("layers/10", "axis", 1), "found axis 1, expected one counted from the last"),
        (attribute("layers/07", "inputs", [4]), r"layer 07 \(add\): found 1 inputs, expected 2 or"),
        (attribute("layers/07", "inputs", [4, 44]), "takes the output of layer 44, which isn't"),
        (attribute("layers/07", "inputs", [4, 9]), "expected layers before it"),
        (attribute("layers/20", "n_heads", 3), "found 3 heads for 4 columns of query"),
        (attribute("layers/00", "shape", [4, 6]), r"layer 01 \(reshape\): makes \(4, 5, 1\) of"),
        (attribute("layers/00", "shape", [4, -5]), "found shape .4, -5., expected numbers above"),
        (attribute("layers/00", "scale", 0.0), "found scale 0.0"),
        (array("layers/24/places", np.array([200])), "takes place 200 of what comes before"),
        (array("layers/26/kernel", np.zeros((9, 3))), r"layer 26 \(dense\): takes 9 channels, but"),
        (claims((2**20, 2**20)), "for which there is no room"),
        (claims((84, 3)), r"claims \(84, 3\), but only 0 bytes are stored"),
        (claims((2**15, 2**15), chunks=(8, 8)), "but only 0 bytes are stored"),
        (outside, "kernel: is kept in other files"),
        (virtual, "kernel: is kept in other files"),
        (array("layers/26/kernel", h5py.SoftLink("/layers/02")), "kernel: found a link"),
        (array("layers/27", h5py.ExternalLink("other.h5", "x")), "27: found a link, expected"),
    ],
)
def test_what_is_wrong_with_a_network_file_is_said(tmp_path, change, message):
    path = tmp_path / "network.h5"
    network_file.write(path, every_kind())
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(StudyError, match=rf"network\.h5.*{message}"):
        network_file.read(path)


def test_a_network_that_makes_too_much_of_an_image_is_refused():
    huge = [layers.Pad(((0, 2**20), (0, 2**20), (0, 0)))]
    with pytest.raises(StudyError, match=r"layer 01 \(pad\): makes .* values of one image"):
        chain(layers.Input((28, 28, 1)), huge)


def test_a_network_needs_one_input_first():
    for made in ((), (layers.Flatten(),), (layers.Input((2,)), layers.Input((2,)))):
        with pytest.raises(StudyError, match="expected one input layer, the first"):
            Network(made)


def test_layers_that_lead_nowhere_are_left_out():
    made = (
        layers.Input((2,)),
        layers.Dense(kernel(2, 3), inputs=(0,)),
        layers.Dense(kernel(2, 4), inputs=(0,)),
        layers.Activation("relu", inputs=(2,)),
        layers.Activation("tanh", inputs=(1,)),
    )
    kept = Network(without_dead_ends(made, 3))
    assert [layer.kind for layer in kept.layers] == ["input", "dense", "activation"]
    assert [layer.inputs for layer in kept.layers] == [(), (0,), (1,)]
    assert kept.output_shape == (4,)


def test_a_network_counts_its_weights_and_units():
    network = chain(
        layers.Input((6, 6, 2)),
        [
            layers.Convolution(kernel(3, 3, 2, 4), kernel(4)),
            layers.Flatten(),
            layers.Dense(kernel(64, 5)),
        ],
    )
    assert network.n_weights == 72 + 4 + 320
    assert network.n_units == 72 + 64 + 5
    assert network.unit_layers == (1, 3)


def test_reading_a_file_that_claims_too_much_takes_no_memory(tmp_path):
    """In a process of its own, whose peak is known."""
    path = tmp_path / "network.h5"
    network_file.write(path, every_kind())
    with h5py.File(path, "r+") as file:
        claims((2**14, 2**16), chunks=(2**14, 2**8), compression="gzip")(file)
        file["layers/26/kernel"][:, :1] = 1  # 4 GiB claimed, one chunk stored
    program = (
        "import resource, sys\n"
        "from nn_modularity.errors import StudyError\n"
        "from nn_modularity.networks import network_file\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    network_file.read(sys.argv[1])\n"
        "except StudyError as error:\n    print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, path],
        env={"PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert "bytes are stored" in found[0]
    assert int(found[1]) < 50_000  # kB


def test_the_readme_names_all_that_each_kind_has():
    """What each kind must have and may have, between backquotes in the table's columns."""
    text = (Path(__file__).parents[3] / "README.md").read_text()
    table = text[text.index("| kind | must") :].partition("\n\n")[0]
    documented = {}
    for row in table.splitlines()[2:]:
        kinds, *columns = (re.findall(r"`([a-z_]+)`", cell) for cell in row.split("|")[1:4])
        documented.update(dict.fromkeys(kinds, columns))
    assert set(documented) == set(layers.KINDS)
    for kind, (must, may) in documented.items():
        own = [each for each in fields(layers.KINDS[kind]) if each.name not in ("inputs", "name")]
        assert set(must) == {each.name for each in own if each.default is MISSING}
        named = {name for name in may if name not in layers.FLATTEN_ORDERS}
        assert named == {each.name for each in own if each.default is not MISSING}
