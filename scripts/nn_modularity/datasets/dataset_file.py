"""A dataset of grey images in ten classes, and its file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nn_modularity.errors import StudyError
from nn_modularity.files import content_sha256, read_arrays, read_attributes, write_arrays

IMAGE_SHAPE = (28, 28)
N_CLASSES = 10


@dataclass(frozen=True)
class Dataset:
    """Training and test images with their classes.

    Attributes
    ----------
    X_train, X_test : (n, ...) uint8
        Grey values, 0 is black; (n, 28, 28) in all of the study's sets.
    y_train, y_test : (n,) int64
        Classes, 0 to 9.
    source : str
        Where the images come from.
    complete : bool
        False where the images are a subset of the published ones.
    train_split, test_split : (n,) bool or None
        In a mixture: False for an image of the first set, True for one of the second.
    parameters : mapping
        What a generator or a mixture was given; the values are those that HDF5 attributes hold.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    source: str
    complete: bool = True
    train_split: np.ndarray | None = None
    test_split: np.ndarray | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        _check("train", self.X_train, self.y_train, self.train_split)
        _check("test", self.X_test, self.y_test, self.test_split)
        if self.X_train.shape[1:] != self.X_test.shape[1:]:
            raise StudyError(
                f"{self.source}: found training images {self.X_train.shape[1:]} and test images "
                f"{self.X_test.shape[1:]}, expected equal shapes"
            )

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays by their names in the file."""
        names = ("X_train", "y_train", "X_test", "y_test", "train_split", "test_split")
        arrays = {name: getattr(self, name) for name in names}
        return {name: array for name, array in arrays.items() if array is not None}

    @property
    def sha256(self) -> str:
        """SHA-256 of the content; see `files.content_sha256`."""
        return content_sha256(self.arrays)


def write(path: str | Path, dataset: Dataset) -> None:
    """Write a dataset to ``data/{dataset}.h5``."""
    attributes = {
        **dataset.parameters,
        "source": dataset.source,
        "complete": dataset.complete,
        "sha256": dataset.sha256,
    }
    write_arrays(path, dataset.arrays, attributes)


def read(path: str | Path) -> Dataset:
    """Read a dataset from ``data/{dataset}.h5``.

    Raises
    ------
    StudyError
        If the file is missing, is not such a file, or its content does not match its checksum.
    """
    attributes = read_attributes(path)
    missing = {"source", "complete", "sha256"} - attributes.keys()
    if missing:
        raise StudyError(
            f"{path}: found the attributes {sorted(attributes)}, expected also {sorted(missing)}; "
            "delete the file to have it made again"
        )
    splits = ("train_split", "test_split") if "of" in attributes else ()
    arrays = read_arrays(path, "X_train", "y_train", "X_test", "y_test", *splits)
    source, complete = attributes.pop("source"), bool(attributes.pop("complete"))
    expected = attributes.pop("sha256")
    dataset = Dataset(**arrays, source=source, complete=complete, parameters=attributes)
    if dataset.sha256 != expected:
        raise StudyError(
            f"{path}: found content with the SHA-256 {dataset.sha256}, expected {expected}; "
            "delete the file to have it made again"
        )
    return dataset


def adopt(path: str | Path, shape: Sequence[int]) -> Dataset:
    """Read a dataset that the user made.

    Parameters
    ----------
    path : path
        HDF5 file with the arrays ``X_train``, ``y_train``, ``X_test`` and ``y_test`` of `Dataset`.
    shape : sequence of int
        Shape of an image.

    Raises
    ------
    StudyError
        If the file is missing, lacks an array, or holds one of another type or shape.
    """
    advice = "write it anew (data/README.md)"
    names = ("X_train", "y_train", "X_test", "y_test")
    arrays: dict[str, Any] = read_arrays(path, *names, advice=advice)
    found = arrays["X_train"].shape[1:]
    if found != tuple(shape):
        raise StudyError(
            f"{path}: found images of the shape {found}, expected {tuple(shape)} as the config says"
        )
    return Dataset(**arrays, source=f"own file {path}")


def _check(part: str, X: np.ndarray, y: np.ndarray, split: np.ndarray | None) -> None:
    if X.dtype != np.uint8 or X.ndim < 2 or len(X) == 0:
        raise StudyError(
            f"X_{part}: found {X.dtype} {X.shape}, expected uint8 images (n, …), at least one"
        )
    expected = {f"y_{part}": (y, "int64")}
    if split is not None:
        expected[f"{part}_split"] = (split, "bool")
    for name, (array, dtype) in expected.items():
        if array.dtype != dtype or array.shape != (len(X),):
            raise StudyError(
                f"{name}: found {array.dtype} {array.shape}, expected {dtype} ({len(X)},)"
            )
    if y.min() < 0 or y.max() >= N_CLASSES:
        raise StudyError(
            f"y_{part}: found classes {y.min()} to {y.max()}, expected 0 to {N_CLASSES - 1}"
        )
