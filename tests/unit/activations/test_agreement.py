"""Whether an imported network does what it did in its own framework."""

import numpy as np
import pytest

from nn_modularity.activations import agreement
from nn_modularity.errors import StudyError
from nn_modularity.networks import layers
from nn_modularity.networks.network import chain


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


NETWORK = chain(layers.Input((2, 3)), [layers.Flatten(), layers.Dense(normal(6, 4))])


def test_trial_images_are_of_the_networks_shape_and_seeded():
    one, other = (agreement.trial_images(NETWORK, 8, np.random.default_rng(3)) for _ in range(2))
    assert one.shape == (8, 2, 3)
    np.testing.assert_array_equal(one, other)
    assert one[:4].min() >= 0
    assert one[:4].max() < 1
    assert one[4:].min() < 0


def test_trial_tokens_are_in_the_table():
    network = chain(layers.Input((5,)), [layers.Embedding(normal(3, 2))])
    tokens = agreement.trial_images(network, 50, np.random.default_rng(0))
    assert set(np.unique(tokens)) == {0, 1, 2}


def test_a_difference_counts_relative_to_the_largest_output():
    images = normal(5, 2, 3)
    expected = images.reshape(5, 6) @ NETWORK.layers[2].kernel
    assert agreement.check(NETWORK, images, expected, "mine") < 1e-6
    largest = np.abs(expected).max()
    assert largest > 1
    slightly = expected.copy()
    slightly[0, 0] += 0.9e-5 * largest
    assert agreement.check(NETWORK, images, slightly, "mine") == pytest.approx(0.9e-5, rel=0.1)
    slightly[0, 0] += 0.2e-5 * largest
    with pytest.raises(StudyError, match=r"differ from those of mine by 1\.1e-05 of the largest"):
        agreement.check(NETWORK, images, slightly, "mine")
    slightly[0, 0] = np.nan
    with pytest.raises(StudyError, match="not finite"):
        agreement.check(NETWORK, images, slightly, "mine")
    with pytest.raises(StudyError, match=r"mine makes \(3,\) of an image, .* \(4,\)"):
        agreement.check(NETWORK, images, expected[:, :3], "mine")


def test_outputs_that_the_user_has_are_compared(tmp_path):
    images = normal(5, 2, 3)
    outputs = images.reshape(5, 6) @ NETWORK.layers[2].kernel
    path = tmp_path / "expected.npz"
    np.savez(path, inputs=images.reshape(5, 6), outputs=outputs)
    assert agreement.check_expected(NETWORK, path) < 1e-6
    np.savez(path, inputs=images, outputs=outputs + 1)
    with pytest.raises(StudyError, match=r"differ from those of .*expected\.npz"):
        agreement.check_expected(NETWORK, path)
    np.savez(path, inputs=images)
    with pytest.raises(StudyError, match="found inputs, expected inputs and outputs"):
        agreement.check_expected(NETWORK, path)
    np.savez(path, inputs=images[:, :1], outputs=outputs)
    with pytest.raises(StudyError, match=r"found inputs of \(1, 3\), expected \(2, 3\)"):
        agreement.check_expected(NETWORK, path)
    path.write_bytes(b"")
    with pytest.raises(StudyError, match="can't be read"):
        agreement.check_expected(NETWORK, path)


def test_images_that_a_network_gets_right_are_counted():
    images = normal(50, 2, 3)
    classes = (images.reshape(50, 6) @ NETWORK.layers[2].kernel).argmax(axis=1)
    classes[:7] = (classes[:7] + 1) % 4
    for shape in ((50, 2, 3), (50, 6)):
        assert agreement.misfit(NETWORK, images.reshape(shape), classes) == ""
        assert agreement.count_correct(NETWORK, images.reshape(shape), classes) == 43


def test_what_a_network_cant_be_tested_on_is_said():
    classes = np.array([0, 4])
    assert "makes 4 values" in agreement.misfit(NETWORK, normal(2, 2, 3), classes)
    assert "(3, 2)" in agreement.misfit(NETWORK, normal(2, 3, 2), classes // 4)
