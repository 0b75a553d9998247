"""The published datasets: what they consist of, how to tell them, how to turn them into 28×28 grey.

Every member is known by the length and the SHA-256 of its *unpacked* bytes, so that it is the same
dataset whoever compressed it. Those of Fashion-MNIST are computed from the publisher's files; those
of MNIST and CIFAR-10 are the ones that independent projects publish for the same files. CIFAR-10's
Python batches hold the images of the binary ones in the same order; they are put into the binary
form and verified as such, so that there is one content to know, and no pickle to trust.
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
from nn_modularity.datasets.dataset_file import Dataset
from nn_modularity.images import IMAGE_SHAPE, N_CLASSES

EMBEDDED_MEMBER = "mnist_5k.csv"
EMBEDDED_TEST_IMAGES_PER_CLASS = 100

Members = Mapping[str, bytes]


@dataclass(frozen=True)
class Member:
    """What is known of a member's unpacked bytes."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Download:
    """Files that together hold a dataset, and the folders on the web that have them, best first."""

    archives: tuple[str, ...]
    servers: tuple[str, ...]


@dataclass(frozen=True)
class Published:
    """A published dataset.

    Attributes
    ----------
    title : str
    members : mapping
        What is known of each member.
    downloads : tuple of Download
        The forms in which it is served, best first.
    decode : callable
        Images and classes of the members: ``X_train, y_train, X_test, y_test``.
    also : str
        Other forms that a user's files may have, for messages.
    keras, torchvision : tuple of str
        Files and folders in which these keep it, below the folders of their own.
    system : Path or None
        Where a distribution installs the files.
    package : str or None
        The package that does.
    """

    title: str
    members: Mapping[str, Member]
    downloads: tuple[Download, ...]
    decode: Callable[[Members], tuple[np.ndarray, ...]]
    also: str
    keras: tuple[str, ...]
    torchvision: tuple[str, ...]
    system: Path | None = None
    package: str | None = None

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each member."""
        return {name: member.size for name, member in self.members.items()}


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
    progress = logs.progress(batches.values(), description="to 28×28 grey", unit="batches")
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


def whole(published: Published, members: Members, source: str) -> Dataset:
    """Dataset of all of a published set's members, split as published.

    Parameters
    ----------
    published : Published
    members : mapping
        Verified members; see `sources.Found`.
    source : str
        Where they were found.
    """
    X_train, y_train, X_test, y_test = published.decode(members)
    return Dataset(
        X_train, y_train.astype(np.int64), X_test, y_test.astype(np.int64), source=source
    )


def embedded_subset(members: Members, source: str, rng: np.random.Generator) -> Dataset:
    """Training and test set of the 5,000 embedded digits of MNIST.

    Parameters
    ----------
    members : mapping
        The embedded member, CSV: 784 grey values and the class in every line, 500 lines a class.
    source : str
    rng : numpy.random.Generator
        Chooses 100 images of every class as test set; the others, shuffled, are the training set.

    Returns
    -------
    Dataset
        4,000 and 1,000 images, not complete.
    """
    lines = io.BytesIO(members[EMBEDDED_MEMBER])
    table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)
    X, y = table[:, :-1].reshape(-1, *IMAGE_SHAPE), table[:, -1].astype(np.int64)
    of_class = [rng.permutation(np.flatnonzero(y == label)) for label in range(N_CLASSES)]
    n_test = EMBEDDED_TEST_IMAGES_PER_CLASS
    test = rng.permutation(np.concatenate([rows[:n_test] for rows in of_class]))
    train = rng.permutation(np.concatenate([rows[n_test:] for rows in of_class]))
    return Dataset(X[train], y[train], X[test], y[test], source=source, complete=False)


IDX_ARCHIVES = tuple(f"{name}.gz" for name in raw_files.NPZ_MEMBERS.values())
KERAS_SERVER = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"


def _idx_members(*sha256: str) -> dict[str, Member]:
    """Members of a set of 60,000 and 10,000 images, by their checksums in this order."""
    sizes = (16 + 60_000 * 28 * 28, 8 + 60_000, 16 + 10_000 * 28 * 28, 8 + 10_000)
    members = zip(raw_files.NPZ_MEMBERS.values(), sizes, sha256, strict=True)
    return {name: Member(size, checksum) for name, size, checksum in members}


def _cifar_members(**sha256: str) -> dict[str, Member]:
    """Binary batches of 10,000 images, by their checksums."""
    size = 10_000 * raw_files.CIFAR_RECORD
    return {f"{name}.bin": Member(size, checksum) for name, checksum in sha256.items()}


PUBLISHED = {
    "mnist": Published(
        title="MNIST",
        members=_idx_members(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
        downloads=(
            Download(
                IDX_ARCHIVES,
                (
                    "https://storage.googleapis.com/cvdf-datasets/mnist",
                    "https://ossci-datasets.s3.amazonaws.com/mnist",
                ),
            ),
            Download(("mnist.npz",), (KERAS_SERVER,)),
        ),
        decode=decode_idx_set,
        also="mnist.npz",
        keras=("mnist.npz",),
        torchvision=("MNIST/raw",),
    ),
    "fashion": Published(
        title="Fashion-MNIST",
        members=_idx_members(
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
        downloads=(
            Download(
                IDX_ARCHIVES,
                (KERAS_SERVER, "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"),
            ),
        ),
        decode=decode_idx_set,
        also="an npz archive of the arrays x_train, y_train, x_test, y_test",
        keras=("fashion-mnist",),
        torchvision=("FashionMNIST/raw",),
        system=Path("/usr/share/datasets/fashion-mnist"),
        package="dataset-fashion-mnist",
    ),
    "cifar10": Published(
        title="CIFAR-10",
        members=_cifar_members(
            data_batch_1="cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
            data_batch_2="a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
            data_batch_3="bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
            data_batch_4="014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
            data_batch_5="755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
            test_batch="8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
        ),
        downloads=(
            Download(
                ("cifar-10-binary.tar.gz",),
                (
                    "https://www.cs.toronto.edu/~kriz",
                    "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10",
                ),
            ),
            Download(
                ("cifar-10-python.tar.gz",),
                ("https://www.cs.toronto.edu/~kriz", "https://dataset.bj.bcebos.com/cifar"),
            ),
        ),
        decode=decode_cifar_set,
        also="cifar-10-binary.tar.gz, cifar-10-python.tar.gz or the batches in that",
        keras=(
            "cifar-10-batches-py-target",
            "cifar-10-batches-py",
            "cifar-10-batches-py.tar.gz",
        ),
        torchvision=("cifar-10-batches-py", "cifar-10-python.tar.gz"),
    ),
}
EMBEDDED = Member(9_139_322, "167bbe5fc3dfbce27f9a4c6c1814964f3367677ee226d9811d79cbd41fd5d053")
