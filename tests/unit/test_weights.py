"""The network file."""

import h5py
import numpy as np
import pytest

from nn_modularity import weights
from nn_modularity.errors import StudyError


@pytest.fixture
def network():
    rng = np.random.default_rng(0)
    return weights.mlp([rng.normal(size=(6, 4)), rng.normal(size=(4, 3))], attributes={"seed": 7})


def test_what_is_written_is_read(tmp_path, network):
    weights.write(tmp_path / "network.h5", network)
    read = weights.read(tmp_path / "network.h5")
    assert read.input_shape == (6,)
    assert read.widths == (6, 4, 3)
    assert read.attributes == {"seed": 7}
    for ours, theirs in zip(read.layers, network.layers, strict=True):
        assert ours.activation == theirs.activation
        np.testing.assert_array_equal(ours.kernel, theirs.kernel)
        np.testing.assert_array_equal(ours.bias, theirs.bias)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda file: file.attrs.__setitem__("format", "else"), 'expected "nn-modularity'),
        (lambda file: file["layers/00"].attrs.__setitem__("kind", "dence"), "layers/00: .*dence"),
        (lambda file: file["layers/01"].attrs.__delitem__("activation"), "'activation'"),
        (lambda file: file["layers/01"].__delitem__("bias"), "'bias'"),
        (lambda file: file["layers/00/kernel"].__setitem__((0, 0), np.nan), "not finite"),
        (lambda file: file.attrs.__setitem__("input_shape", [5]), "takes 6 values"),
        (lambda file: file.__delitem__("layers"), "layers is missing"),
    ],
)
def test_a_spoiled_file_is_refused_by_name(tmp_path, network, spoil, message):
    path = tmp_path / "network.h5"
    weights.write(path, network)
    with h5py.File(path, "r+") as file:
        spoil(file)
    with pytest.raises(StudyError, match=message) as error:
        weights.read(path)
    assert "network.h5" in str(error.value)
