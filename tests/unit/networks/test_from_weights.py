"""Import of weights with a description, against PyTorch's formulas in NumPy."""

import struct
import zipfile

import numpy as np
import pytest
from safetensors.numpy import save_file
from scipy.signal import correlate

from nn_modularity.activations.runtime import Runtime
from nn_modularity.errors import StudyError
from nn_modularity.networks import from_weights

GENERATOR = np.random.default_rng(0)


def normal(*shape):
    return GENERATOR.normal(size=shape).astype(np.float32)


def linear(x, name, arrays):
    return x @ arrays[f"{name}.weight"].T + arrays[f"{name}.bias"]


def convolved(images, name, arrays, stride=1, padding=0):
    """PyTorch's convolution: (n, channels, height, width), kernels (out, in / groups, h, w)."""
    kernel, bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]
    images = np.pad(images, [(0, 0), (0, 0), *[(padding, padding)] * 2])
    groups = images.shape[1] // kernel.shape[1]
    made = []
    for out, one in enumerate(kernel):
        first = out // (len(kernel) // groups) * kernel.shape[1]
        part = images[:, first : first + kernel.shape[1]]
        made.append([correlate(image, one, "valid")[0][::stride, ::stride] for image in part])
    return np.moveaxis(np.array(made), 0, 1) + bias[:, None, None]


def pooled(images, summary):
    n, channels, height, width = images.shape
    views = images[:, :, : height // 2 * 2, : width // 2 * 2]
    return summary(views.reshape(n, channels, height // 2, 2, width // 2, 2), axis=(3, 5))


MLP = {
    "fc1.weight": normal(5, 12),
    "fc1.bias": normal(5),
    "fc2.weight": normal(3, 5),
    "fc2.bias": normal(3),
}
CNN = {
    "0.weight": normal(4, 2, 3, 3),
    "0.bias": normal(4),
    "1.weight": normal(4),
    "1.bias": normal(4),
    "1.running_mean": normal(4),
    "1.running_var": np.abs(normal(4)),
    "1.num_batches_tracked": np.int64(7),
    "4.weight": normal(6, 2, 2, 2),
    "4.bias": normal(6),
    "8.weight": normal(3, 24),
    "8.bias": normal(3),
}
MLP_STEPS = ["flatten", {"dense": "fc1"}, "relu", "dropout", {"dense": "fc2"}]
CNN_STEPS = [
    {"convolution": {"weights": 0, "padding": 1, "strides": 2}},
    {"batch_norm": {"weights": 1, "epsilon": 1e-3}},
    {"leaky_relu": 0.1},
    {"max_pool": 2},
    {"convolution": 4},
    {"average_pool": {"size": 2, "strides": 2}},
    "flatten",
    {"dense": 8},
]


def save(path, arrays):
    if path.suffix == ".npz":
        np.savez_compressed(path, **arrays)
    else:
        save_file({name: np.asarray(array) for name, array in arrays.items()}, path)
    return path


@pytest.mark.parametrize("ending", from_weights.ENDINGS)
def test_an_mlp_does_as_in_pytorch(tmp_path, ending):
    path = save(tmp_path / f"mlp{ending}", MLP)
    network, notes = from_weights.read(path, MLP_STEPS, (1, 3, 4))
    images = normal(4, 1, 3, 4)
    hidden = np.maximum(linear(images.reshape(4, -1), "fc1", MLP), 0)
    np.testing.assert_allclose(Runtime(network)(images)[0], linear(hidden, "fc2", MLP), atol=1e-5)
    assert notes == ("dropped dropout, which does nothing in use",)


@pytest.mark.parametrize("ending", from_weights.ENDINGS)
def test_a_cnn_does_as_in_pytorch(tmp_path, ending):
    path = save(tmp_path / f"cnn{ending}", CNN)
    network, notes = from_weights.read(path, CNN_STEPS, (2, 23, 22))
    images = normal(4, 2, 23, 22)
    x = convolved(images, "0", CNN, stride=2, padding=1)
    mean, variance, scale, offset = (
        CNN[f"1.{name}"][:, None, None]
        for name in ("running_mean", "running_var", "weight", "bias")
    )
    x = (x - mean) / np.sqrt(variance + 1e-3) * scale + offset
    x = pooled(np.where(x > 0, x, 0.1 * x), np.max)
    x = pooled(convolved(x, "4", CNN), np.mean).reshape(4, -1)
    np.testing.assert_allclose(Runtime(network)(images)[0], linear(x, "8", CNN), rtol=1e-5)
    assert notes == ()


def test_weights_that_no_layer_takes_are_said(tmp_path):
    path = save(tmp_path / "mlp.npz", MLP | {"head.weight": normal(2, 2)})
    _, notes = from_weights.read(path, MLP_STEPS, (1, 3, 4))
    assert "left out the weights 'head.weight'" in notes


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"dense": "fc3"}], r"entry 1 .*found no weights 'fc3.weight'; did you mean 'fc2.weight'"),
        ([{"dense": "fc1"}], r"takes 12 values, .* \(1, 3, 4\); is a flatten missing"),
        (["flatten", {"dense": "fc2"}], r"entry 2 .*takes 5 channels, but what comes before"),
        (["reul"], "'reul' is not known here; did you mean relu"),
        (["lstm"], "'lstm' is not known here; expected one of average_pool"),
        ([{"dense": "fc1", "relu": 1}], "is not known here"),
        ([{"convolution": "fc1"}], r"found weights \(5, 12\), expected \(n_out, n_in, "),
        ([{"max_pool": {"size": 2, "stride": 2}}], "'stride' is not known; max_pool has size, st"),
        ([{"max_pool": {"size": [2, 2, 2]}}], "found size .2, 2, 2., expected 2 whole numbers"),
        ([{"max_pool": 9}], "takes windows of 9, but what comes before has 3 places"),
        (["leaky_relu"], "leaky_relu: found the numbers none, expected .'alpha'."),
        ([{"dense": None}], "found None, expected the name"),
    ],
)
def test_a_wrong_description_is_said_by_its_entry(tmp_path, steps, message):
    path = save(tmp_path / "mlp.npz", MLP)
    with pytest.raises(StudyError, match=rf"mlp\.npz: layers, .*{message}") as raised:
        from_weights.read(path, steps, (1, 3, 4))
    assert "\n" not in str(raised.value)


def test_objects_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "mlp.npz", **MLP, evil=np.array([{}], object))
    with pytest.raises(StudyError, match="holds Python objects"):
        from_weights.read(tmp_path / "mlp.npz", MLP_STEPS, (1, 3, 4))


def claims_too_much(path):
    header = (
        b'{"fc1.weight":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}'
    )
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(16))


def zip_claims_too_much(path):
    with zipfile.ZipFile(path, "w") as archive, archive.open("fc1.weight.npy", "w") as file:
        file.write(b"\x93NUMPY\x01\x00v\x00")
        header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }"
        file.write(header.ljust(117).encode() + b"\n" + bytes(64))


@pytest.mark.parametrize(
    ("ending", "make"),
    [
        (".safetensors", claims_too_much),
        (".npz", zip_claims_too_much),
        (".safetensors", lambda path: path.write_bytes(b"\x80\x04pickle")),
        (".npz", lambda path: path.write_bytes(b"")),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, ending, make):
    path = tmp_path / f"mlp{ending}"
    make(path)
    with pytest.raises(StudyError, match=r"can't be read .*; save `state_dict\(\)`"):
        from_weights.read(path, MLP_STEPS, (1, 3, 4))


def test_weights_are_finite_numbers(tmp_path):
    path = save(tmp_path / "mlp.npz", MLP | {"fc1.bias": np.full(5, np.nan)})
    with pytest.raises(StudyError, match=r"fc1\.bias: found numbers that are not finite"):
        from_weights.read(path, MLP_STEPS, (1, 3, 4))
    path = save(tmp_path / "mlp.npz", MLP | {"fc1.bias": np.array(["a"] * 5)})
    with pytest.raises(StudyError, match=r"fc1\.bias: found values of type"):
        from_weights.read(path, MLP_STEPS, (1, 3, 4))
