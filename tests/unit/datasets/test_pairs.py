"""Datasets of pairs of images, pair by pair."""

import numpy as np
import pytest
from skimage.transform import resize

from nn_modularity.datasets import pairs
from nn_modularity.datasets.dataset_file import Dataset
from nn_modularity.errors import StudyError


def source(n=60):
    generator = np.random.default_rng(0)
    parts = {}
    for part in ("train", "test"):
        y = np.arange(n) % 10
        x = generator.integers(0, 50, (n, 8, 8), dtype=np.uint8)
        x[np.arange(n), 0, 0] = np.arange(n)  # says which image it is
        x[0, 4, 4] = 255
        parts |= {f"X_{part}": x, f"y_{part}": y}
    return Dataset(**parts, source="made", class_names=tuple("abcdefghij"))


def numbers(stacked):
    """Which image each channel shows."""
    return stacked[:, 0, 0, 0].astype(int), stacked[:, 0, 0, 1].astype(int)


def test_independent_pairs_have_the_sum_of_their_classes():
    found = pairs.pair("new", source(), "made", "stacked", False, seed=1)
    first, second = numbers(found.X_train)
    np.testing.assert_array_equal(found.y_train, (first % 10 + second % 10) % 10)
    np.testing.assert_array_equal(found.X_train[..., 0], source().X_train[first])
    assert np.unique(first).size > 20
    assert found.class_names == ()
    assert found.n_classes == 10


def test_pairs_of_the_same_class_show_every_image_first_once():
    found = pairs.pair("new", source(), "made", "stacked", True, seed=1)
    first, second = numbers(found.X_test)
    np.testing.assert_array_equal(np.sort(first), np.arange(60))
    np.testing.assert_array_equal(first % 10, second % 10)
    np.testing.assert_array_equal(found.y_test, first % 10)
    assert found.class_names == source().class_names
    assert not np.array_equal(first, second)


def test_halves_are_narrowed_images_side_by_side():
    found = pairs.pair("new", source(), "made", "halves", True, seed=1)
    stacked = pairs.pair("new", source(), "made", "stacked", True, seed=1)
    assert found.X_train.shape == (60, 8, 8)
    assert found.X_train.max() == 255
    narrow = [resize(x.astype(float), (8, 4), anti_aliasing=True) for x in source().X_train]
    brightest = max(image.max() for image in narrow)
    for pair, number in zip(found.X_train, numbers(stacked.X_train)[1], strict=True):
        np.testing.assert_array_equal(pair[:, 4:], np.rint(narrow[number] * 255 / brightest))


def test_the_same_seed_makes_the_same_pairs():
    one, same, other = (pairs.pair("new", source(), "m", "halves", False, s) for s in (1, 1, 2))
    assert one.sha256 == same.sha256 != other.sha256


def test_only_grey_images_in_classes_make_pairs():
    flat = Dataset(
        np.zeros((4, 3), np.uint8), np.arange(4), np.zeros((4, 3), np.uint8), np.arange(4), "made"
    )
    with pytest.raises(StudyError, match=r"of uint8 samples \(3,\), expected grey images"):
        pairs.pair("new", flat, "made", "halves", False, seed=1)
