"""The published datasets: what they consist of, how to tell them, how to turn them into 28×28 grey.

Every member is known by the SHA-256 of its *unpacked* bytes, so that it is the same dataset
whoever compressed it. Those of Fashion-MNIST are computed from the publisher's files; those of
MNIST and CIFAR-10 are the ones that independent projects publish for the same files.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from skimage.color import rgb2gray
from skimage.transform import resize

from nn_modularity import logs
from nn_modularity.datasets import raw_files
from nn_modularity.datasets.dataset_file import IMAGE_SHAPE, N_CLASSES, Dataset

EMBEDDED_MEMBER = "mnist_5k.csv"
EMBEDDED_TEST_IMAGES_PER_CLASS = 100

Members = Mapping[str, bytes]


@dataclass(frozen=True)
class Published:
    """A published dataset.

    Attributes
    ----------
    title : str
    members : mapping
        SHA-256 of each member's unpacked bytes.
    archives : tuple of str
        The files that the publisher serves.
    mirrors : tuple of str
        Folders on the web that hold the archives, best first.
    decode : callable
        Images and classes of the members: ``X_train, y_train, X_test, y_test``.
    also : str
        Another form that a user's files may have, for messages.
    system : Path or None
        Where a distribution installs the files.
    package : str or None
        The package that does.
    """

    title: str
    members: Mapping[str, str]
    archives: tuple[str, ...]
    mirrors: tuple[str, ...]
    decode: Callable[[Members], tuple[np.ndarray, ...]]
    also: str
    system: Path | None = None
    package: str | None = None


def decode_idx_set(members: Members) -> tuple[np.ndarray, ...]:
    """Images (n, 28, 28) and classes (n,) of the four IDX members, train then test."""
    return tuple(raw_files.decode_idx(members[name]) for name in raw_files.NPZ_MEMBERS.values())


def decode_cifar_set(members: Members) -> tuple[np.ndarray, ...]:
    """Grey images (n, 28, 28) and classes (n,) of CIFAR-10's batches, train then test."""
    batches = {
        name: raw_files.decode_cifar(content)
        for name, content in sorted(members.items())
        if name.endswith(".bin")
    }
    test_X, test_y = batches.pop("test_batch.bin")
    train_y = np.concatenate([y for _, y in batches.values()])
    progress = logs.progress(batches.values(), description="to 28×28 grey", unit="batch")
    train_X = np.concatenate([grey_28(X) for X, _ in progress])
    return train_X, train_y, grey_28(test_X), test_y


def grey_28(X: np.ndarray) -> np.ndarray:
    """Colour images resized to 28×28 and turned to grey.

    Parameters
    ----------
    X : (n, 32, 32, 3) uint8

    Returns
    -------
    (n, 28, 28) uint8
        scikit-image's anti-aliased bilinear resizing, then its luminance
        (0.2125 R + 0.7154 G + 0.0721 B), 0 to 255, rounded.
    """
    grey = np.empty((len(X), *IMAGE_SHAPE), dtype=np.uint8)
    for colour_image, grey_image in zip(X, grey, strict=True):
        small = resize(colour_image, IMAGE_SHAPE, order=1, anti_aliasing=True)
        grey_image[:] = np.rint(rgb2gray(small) * 255)
    return grey


def to_dataset(
    published: Published, members: Members, source: str, rng: np.random.Generator
) -> Dataset:
    """Dataset of a published set's members, whole or the embedded subset.

    Parameters
    ----------
    published : Published
    members : mapping
        Verified members; see `sources.Found`.
    source : str
        Where they were found.
    rng : numpy.random.Generator
        Splits the embedded subset; a whole set is split as published.
    """
    if EMBEDDED_MEMBER in members:
        return embedded_subset(members[EMBEDDED_MEMBER], source, rng)
    X_train, y_train, X_test, y_test = published.decode(members)
    return Dataset(
        X_train, y_train.astype(np.int64), X_test, y_test.astype(np.int64), source=source
    )


def embedded_subset(content: bytes, source: str, rng: np.random.Generator) -> Dataset:
    """Training and test set of the 5,000 embedded digits of MNIST.

    Parameters
    ----------
    content : bytes
        CSV: 784 grey values and the class in every line, 500 lines a class.
    source : str
    rng : numpy.random.Generator
        Chooses 100 images of every class as test set; the others, shuffled, are the training set.

    Returns
    -------
    Dataset
        4,000 and 1,000 images, not complete.
    """
    table = np.loadtxt(io.BytesIO(content), delimiter=",", dtype=np.uint8)
    X, y = table[:, :-1].reshape(-1, *IMAGE_SHAPE), table[:, -1].astype(np.int64)
    of_class = [rng.permutation(np.flatnonzero(y == label)) for label in range(N_CLASSES)]
    n_test = EMBEDDED_TEST_IMAGES_PER_CLASS
    test = rng.permutation(np.concatenate([rows[:n_test] for rows in of_class]))
    train = rng.permutation(np.concatenate([rows[n_test:] for rows in of_class]))
    return Dataset(X[train], y[train], X[test], y[test], source=source, complete=False)


IDX_ARCHIVES = tuple(f"{name}.gz" for name in raw_files.NPZ_MEMBERS.values())

PUBLISHED = {
    "mnist": Published(
        title="MNIST",
        members={
            "train-images-idx3-ubyte": (
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
            ),
            "train-labels-idx1-ubyte": (
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
            ),
            "t10k-images-idx3-ubyte": (
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
            ),
            "t10k-labels-idx1-ubyte": (
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
            ),
        },
        archives=IDX_ARCHIVES,
        mirrors=(
            "https://storage.googleapis.com/cvdf-datasets/mnist",
            "https://ossci-datasets.s3.amazonaws.com/mnist",
        ),
        decode=decode_idx_set,
        also="mnist.npz",
    ),
    "fashion": Published(
        title="Fashion-MNIST",
        members={
            "train-images-idx3-ubyte": (
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
            ),
            "train-labels-idx1-ubyte": (
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
            ),
            "t10k-images-idx3-ubyte": (
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
            ),
            "t10k-labels-idx1-ubyte": (
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
            ),
        },
        archives=IDX_ARCHIVES,
        mirrors=(
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        ),
        decode=decode_idx_set,
        also="an npz archive of the arrays x_train, y_train, x_test, y_test",
        system=Path("/usr/share/datasets/fashion-mnist"),
        package="dataset-fashion-mnist",
    ),
    "cifar10": Published(
        title="CIFAR-10",
        members={
            "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
            "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
            "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
            "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
            "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
            "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
        },
        archives=("cifar-10-binary.tar.gz",),
        mirrors=("https://www.cs.toronto.edu/~kriz",),
        decode=decode_cifar_set,
        also="cifar-10-binary.tar.gz (not the python archive: its files are pickles)",
    ),
}
EMBEDDED_SHA256 = "167bbe5fc3dfbce27f9a4c6c1814964f3367677ee226d9811d79cbd41fd5d053"
