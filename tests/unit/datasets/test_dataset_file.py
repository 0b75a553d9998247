"""Datasets: what is drawn, mixed, converted and kept."""

import dataclasses

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from skimage.draw import circle_perimeter

from nn_modularity import files
from nn_modularity.datasets import dataset_file, generators, mixtures, published, sources
from nn_modularity.errors import StudyError

numbers = st.integers(0, 2**32 - 1)


def rng(seed=0):
    return np.random.default_rng(seed)


def dataset(n_train=30, n_test=20, seed=0, **others):
    """Random images that bear their set's and their own number in their first pixels."""
    random = rng(seed)
    parts = []
    for n in (n_train, n_test):
        X = random.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        X[:, 0, 0], X[:, 0, 1] = seed, np.arange(n)
        parts += [X, random.permutation(np.arange(n) % 10)]
    return dataset_file.Dataset(*parts, **{"source": f"set {seed}", **others})


# Generated sets


@given(numbers)
@settings(max_examples=10)
def test_line_images_are_full_columns_one_more_than_the_label(seed):
    X, y = generators.line(rng(seed), 200)
    assert np.isin(X, (0, 255)).all()
    assert (X[:, :1, :] == X).all()
    np.testing.assert_array_equal((X[:, 0] == 255).sum(axis=1), y + 1)


def test_circle_images_are_the_union_of_distinct_circles():
    # Every circle there is, cut off by the border, on the image and by brute force.
    circles = np.zeros((28 * 28, 28, 28), dtype=bool)
    for centre in range(28 * 28):
        circles[centre][circle_perimeter(*divmod(centre, 28), 4, shape=(28, 28))] = True
    X, y = generators.circle(rng(), 100)
    for image, label in zip(X == 255, y, strict=True):
        fitting = circles[~(circles & ~image).any(axis=(1, 2))]
        np.testing.assert_array_equal(fitting.any(axis=0), image)
        assert len(fitting) >= label + 1
        if label == 0:
            assert len(fitting) == 1
    assert set(np.unique(X)) == {0, 255}


def test_random_images_are_uniform_and_know_nothing_of_their_label():
    X, y = generators.random(rng(), 2000)
    assert stats.chisquare(np.bincount(X.ravel(), minlength=256)).pvalue > 1e-3
    means = [X[y == label].mean() for label in range(10)]
    assert max(means) - min(means) < 1.0


@pytest.mark.parametrize("name", generators.GENERATORS)
def test_labels_are_all_ten_classes_equally_often(name):
    _, y = generators.GENERATORS[name](rng(), 5000)
    assert len(np.bincount(y)) == 10
    assert stats.chisquare(np.bincount(y)).pvalue > 1e-3


@given(numbers, st.integers(20, 40))
def test_positions_of_one_image_are_distinct(seed, size):
    for row in generators.distinct_positions(rng(seed), 20, size):
        assert len(set(row)) == 10
        assert 0 <= row.min() <= row.max() < size


def test_every_pair_of_first_positions_is_equally_likely():
    first, second = generators.distinct_positions(rng(), 38_000, 20)[:, :2].T
    counts = np.bincount(20 * first + second, minlength=400).reshape(20, 20)
    assert (np.diag(counts) == 0).all()
    assert stats.chisquare(counts[~np.eye(20, dtype=bool)]).pvalue > 1e-3


@pytest.mark.parametrize("name", generators.GENERATORS)
def test_generated_sets_follow_from_the_seed_and_their_name(name):
    def generate(dataset="a", n_train=40, seed=1):
        return generators.generate(dataset, name, n_train, n_test=30, seed=seed)

    assert generate().sha256 == generate().sha256
    assert len({generate().sha256, generate(dataset="b").sha256, generate(seed=2).sha256}) == 3
    assert (generate().X_train[:30] != generate().X_test).any()
    np.testing.assert_array_equal(generate(n_train=50).X_test, generate().X_test)


# Mixtures


def numbered(mixture, part):
    X = getattr(mixture, f"X_{part}")
    return list(zip(X[:, 0, 0].tolist(), X[:, 0, 1].tolist(), strict=True))


@given(numbers, st.integers(10, 40), st.integers(10, 40), st.booleans())
@settings(max_examples=30)
def test_every_image_of_a_mixture_keeps_its_pixels_its_label_and_its_set(seed, n, m, separated):
    parts = dataset(n, seed=0), dataset(m, seed=1)
    mixture = mixtures.mix("a-b", *parts, of=("a", "b"), separated=separated, seed=seed)
    for part in ("train", "test"):
        X, y, split = (getattr(mixture, name.format(part)) for name in ("X_{}", "y_{}", "{}_split"))
        for image, label, flag, (of, number) in zip(
            X, y, split, numbered(mixture, part), strict=True
        ):
            assert of == flag
            np.testing.assert_array_equal(image, getattr(parts[of], f"X_{part}")[number])
            assert label == getattr(parts[of], f"y_{part}")[number]


def test_a_mixture_holds_every_image_of_both_sets_once():
    parts = dataset(seed=0), dataset(40, seed=1)
    mixture = mixtures.mix("a-b", *parts, of=("a", "b"), separated=False, seed=0)
    assert sorted(numbered(mixture, "train")) == [
        *((0, number) for number in range(30)),
        *((1, number) for number in range(40)),
    ]
    assert len(mixture.X_test) == 40


def test_a_separated_mixture_holds_classes_0_to_4_of_the_first_and_5_to_9_of_the_second():
    parts = dataset(seed=0), dataset(seed=1)
    mixture = mixtures.mix("a-b", *parts, of=("a", "b"), separated=True, seed=0)
    np.testing.assert_array_equal(mixture.y_train >= 5, mixture.train_split)
    np.testing.assert_array_equal(mixture.y_test >= 5, mixture.test_split)
    assert np.bincount(mixture.y_train).tolist() == [3] * 10
    assert len(set(numbered(mixture, "train"))) == 30


def test_a_mixture_is_shuffled_by_its_seed_and_name():
    parts = dataset(seed=0), dataset(seed=1)

    def order(name="a-b", seed=0):
        mixture = mixtures.mix(name, *parts, of=("a", "b"), separated=False, seed=seed)
        return tuple(numbered(mixture, "train"))

    assert order() == order()
    assert len({order(), order(seed=1), order(name="a-c"), tuple(sorted(order()))}) == 4


@pytest.mark.parametrize(("first", "second"), [(True, True), (True, False), (False, True)])
def test_a_mixture_is_complete_only_if_both_sets_are(first, second):
    parts = dataset(seed=0, complete=first), dataset(seed=1, complete=second)
    mixture = mixtures.mix("a-b", *parts, of=("a", "b"), separated=False, seed=0)
    assert mixture.complete == (first and second)


# Published sets


def test_colour_becomes_luminance_and_28_pixels_a_side():
    pure = np.zeros((5, 32, 32, 3), dtype=np.uint8)
    for image, colour in enumerate([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255,) * 3, (0,) * 3]):
        pure[image] = colour
    grey = published.grey_28(pure)
    assert grey.shape == (5, 28, 28)
    assert (grey == np.array([54, 182, 18, 255, 0])[:, None, None]).all()


def test_resizing_interpolates_between_pixel_centres():
    colour = rng().integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    luminance = colour @ np.array([0.2125, 0.7154, 0.0721])
    # Pixel i of 28 is centred at (i + ½) · 32/28 − ½ of 32: interpolate along both axes.
    at = (np.arange(28) + 0.5) * 32 / 28 - 0.5
    below, share = np.floor(at).astype(int), at - np.floor(at)
    weights = np.zeros((28, 32))
    weights[np.arange(28), below] = 1 - share
    weights[np.arange(28), below + 1] = share
    expected = weights @ luminance @ weights.T
    np.testing.assert_allclose(published.grey_28(colour), expected, atol=0.51)


def test_cifar_batches_are_joined_in_order():
    members = {
        name: bytes([batch]) + bytes([10 * batch]) * 3072
        for batch, name in enumerate(published.PUBLISHED["cifar10"].members, start=1)
    }
    made = published.whole(published.PUBLISHED["cifar10"], dict(reversed(members.items())), "here")
    assert made.y_train.tolist() == [1, 2, 3, 4, 5]
    assert made.X_train[:, 0, 0].tolist() == [10, 20, 30, 40, 50]
    assert made.y_test.tolist() == [6]
    assert made.complete


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    return sources.from_embedded(sources.Search("mnist", tmp_path_factory.mktemp("raw")))


def test_embedded_digits_are_split_by_class_and_each_used_once(embedded):
    made, again, other = (
        published.embedded_subset(embedded.members, embedded.source, rng(seed))
        for seed in (0, 0, 1)
    )
    assert not made.complete
    assert np.bincount(made.y_train).tolist() == [400] * 10
    assert np.bincount(made.y_test).tolist() == [100] * 10
    images = np.concatenate([made.X_train, made.X_test]).reshape(5000, -1)
    labelled = np.column_stack([images, np.concatenate([made.y_train, made.y_test])])
    lines = embedded.members[published.EMBEDDED_MEMBER].splitlines()
    assert sorted(map(bytes, labelled.astype(np.uint8))) == sorted(
        bytes(map(int, line.split(b","))) for line in lines
    )
    # In the file the classes follow each other; the first images must hold all of them.
    assert set(made.y_train[:200]) == set(made.y_test[:200]) == set(range(10))
    assert made.sha256 == again.sha256 != other.sha256


# The file


@pytest.mark.parametrize(
    "made",
    [
        dataset(),
        dataset(complete=False),
        generators.generate("line", "line", 20, 10, seed=3),
        mixtures.mix("a-b", dataset(seed=0), dataset(seed=1), ("a", "b"), True, seed=0),
    ],
    ids=["complete", "subset", "generated", "mixture"],
)
def test_a_dataset_is_read_as_it_was_written(tmp_path, made):
    dataset_file.write(tmp_path / "a.h5", made)
    found = dataset_file.read(tmp_path / "a.h5")
    assert found.arrays.keys() == made.arrays.keys()
    for name, array in made.arrays.items():
        np.testing.assert_array_equal(found.arrays[name], array)
        assert found.arrays[name].dtype == array.dtype
    assert (found.source, found.complete) == (made.source, made.complete)
    assert found.parameters == made.parameters


def test_the_file_has_the_arrays_and_attributes_of_the_design(tmp_path):
    made = mixtures.mix("a-b", dataset(seed=0), dataset(seed=1), ("a", "b"), False, seed=7)
    dataset_file.write(tmp_path / "a.h5", made)
    with h5py.File(tmp_path / "a.h5") as file:
        assert {name: array.dtype for name, array in file.items()} == {
            "X_train": np.uint8,
            "X_test": np.uint8,
            "y_train": np.int64,
            "y_test": np.int64,
            "train_split": bool,
            "test_split": bool,
        }
        assert {"source", "sha256", "complete", "of", "separated", "seed"} <= set(file.attrs)
        content = {name: array[()] for name, array in file.items()}
        assert file.attrs["sha256"] == files.content_sha256(content)


def test_the_same_dataset_makes_the_same_bytes(tmp_path):
    for name in ("a.h5", "b.h5"):
        dataset_file.write(tmp_path / name, dataset())
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_altered_content_is_refused(tmp_path):
    dataset_file.write(tmp_path / "a.h5", dataset())
    with h5py.File(tmp_path / "a.h5", "a") as file:
        file["y_test"][0] ^= 1
    with pytest.raises(StudyError, match=r"a\.h5: found .* bytes without their checksum"):
        dataset_file.read(tmp_path / "a.h5")
    arrays, said = dataset().arrays, {"source": "noise", "complete": True, "sha256": "0" * 64}
    files.write_arrays(tmp_path / "b.h5", arrays, said)
    with pytest.raises(StudyError, match=r"b\.h5: found content with the SHA-256 .*, expected"):
        dataset_file.read(tmp_path / "b.h5")
    arrays["y_test"] = np.full_like(arrays["y_test"], 200)
    files.write_arrays(tmp_path / "b.h5", arrays, said)
    with pytest.raises(StudyError, match=r"b\.h5: y_test: found classes .* have it made again"):
        dataset_file.read(tmp_path / "b.h5")


OTHER_TASKS = {
    "names": {
        "class_names": tuple(
            ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "ä"]
        )
    },
    "more classes": {"n_classes": 1000},
    "labels": {
        "task": "multi-label",
        "n_classes": 3,
        "y_train": np.zeros((30, 3), bool),
        "y_test": np.ones((20, 3), bool),
    },
    "values": {
        "task": "regression",
        "n_classes": 1,
        "y_train": np.zeros((30, 1), np.float32),
        "y_test": np.ones((20, 1), np.float32),
    },
    "features": {
        "X_train": np.ones((30, 5), np.float32),
        "X_test": np.ones((20, 5), np.float32),
        "scale": 1.0,
        "mean": np.arange(5, dtype=np.float32),
        "std": np.ones(1, np.float32),
    },
}


@pytest.mark.parametrize("changes", OTHER_TASKS.values(), ids=OTHER_TASKS)
def test_what_differs_from_the_studys_own_sets_is_said_and_read(tmp_path, changes):
    made = dataclasses.replace(dataset(), **changes)
    dataset_file.write(tmp_path / "a.h5", made)
    found = dataset_file.read(tmp_path / "a.h5")
    assert found.arrays.keys() == made.arrays.keys()
    for name, array in made.arrays.items():
        np.testing.assert_array_equal(found.arrays[name], array)
    for name in ("task", "n_classes", "class_names", "scale"):
        assert getattr(found, name) == getattr(made, name)
    assert found.sha256 == made.sha256


def test_the_studys_own_sets_say_no_more_than_they_did(tmp_path):
    dataset_file.write(tmp_path / "a.h5", dataset())
    with h5py.File(tmp_path / "a.h5") as file:
        assert set(file) == {"X_train", "y_train", "X_test", "y_test"}
        assert set(file.attrs) == {"source", "complete", "sha256"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X_train": np.ones((30, 5))}, "X_train: found float64"),
        ({"X_train": np.full((30, 28, 28), np.nan, np.float32)}, "23,520 values that are not fin"),
        ({"X_test": np.zeros((20, 14, 14), np.uint8)}, r"test images \(14, 14\)"),
        ({"X_test": np.zeros((0, 28, 28), np.uint8)}, "at least one sample"),
        ({"y_test": np.zeros(19, np.int64)}, r"int64 \(19,\), expected int64 \(20,\)"),
        ({"y_train": np.zeros(30, np.uint8)}, "y_train: found uint8"),
        ({"y_train": np.full(30, 10)}, "found classes 10 to 10, expected 0 to 9"),
        ({"task": "guess"}, "found a guess of 10 classes"),
        ({"n_classes": 10**9}, "of 1000000000 classes"),
        ({"class_names": ("a",) * 10}, "found 1 names of classes, expected 10"),
        ({"scale": 0.0}, "scale: found 0.0"),
        ({"mean": np.zeros(3, np.float32)}, r"mean: found \(3,\), expected what fits \(28, 28\)"),
        ({"std": np.zeros(1, np.float32)}, "std: found .* other than 0"),
    ],
)
def test_what_is_no_dataset_is_refused_in_words(changes, message):
    with pytest.raises(StudyError, match=message):
        dataclasses.replace(dataset(), **changes)
