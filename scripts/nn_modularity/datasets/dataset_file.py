"""A dataset, samples with what a network is to answer, and its file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from nn_modularity import files
from nn_modularity.errors import StudyError
from nn_modularity.images import N_CLASSES

WHITE = 255
MOST_CLASSES = 1_000_000
ARRAYS = ("X_train", "y_train", "X_test", "y_test")
TARGETS = {
    "classification": ("int64", 1),
    "multi-label": ("bool", 2),
    "regression": ("float32", 2),
}
"""Tasks, with the type and the number of axes of their targets."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test samples with their targets.

    The study's are grey images in ten classes, and the defaults say so. A network's input is
    (X · scale − mean) / std, where it doesn't say otherwise itself.

    Attributes
    ----------
    X_train, X_test : (n, ...) array
        Integers of any type, or float32; in all of the study's sets uint8 (n, 28, 28), 0 is black.
    y_train, y_test : array
        Classes (n,) int64; of a multi-label task (n, n_classes) bool; of a regression
        (n, n_classes) float32.
    source : str
        Where the samples come from.
    complete : bool
        False where they are a subset of the published ones.
    train_split, test_split : (n,) bool or None
        In a mixture: False for an image of the first set, True for one of the second.
    parameters : mapping
        What a generator or a mixture was given; the values are those that HDF5 attributes hold.
    task : {"classification", "multi-label", "regression"}
    n_classes : int
        Classes, labels or values that a network has outputs for.
    class_names : tuple of str
        Their names; empty where they have none.
    scale : float
    mean, std : float32 arrays that fit a sample, or None for 0 and 1
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
    task: str = "classification"
    n_classes: int = N_CLASSES
    class_names: tuple[str, ...] = ()
    scale: float = 1 / WHITE
    mean: np.ndarray | None = None
    std: np.ndarray | None = None

    def __post_init__(self):
        for part in ("train", "test"):
            _check_samples(part, getattr(self, f"X_{part}"))
            self._check_targets(part)
        if self.X_train.shape[1:] != self.X_test.shape[1:]:
            raise StudyError(
                f"{self.source}: found training images {self.X_train.shape[1:]} and test images "
                f"{self.X_test.shape[1:]}, expected equal shapes"
            )
        if self.class_names and len(set(self.class_names)) != self.n_classes:
            raise StudyError(
                f"{self.source}: found {len(set(self.class_names))} names of classes, expected "
                f"{self.n_classes} that differ"
            )
        self._check_scaling()

    @property
    def sees_pixels(self) -> bool:
        """Whether networks see x / 255, as the study's do."""
        return self.scale == 1 / WHITE and self.mean is None and self.std is None

    @property
    def input_scale(self) -> float | np.ndarray:
        """A network sees input_scale · x + input_offset of a value x; a number, or as a sample."""
        return self.scale if self.std is None else self.as_sample(self.scale / self.std)

    @property
    def input_offset(self) -> float | np.ndarray:
        """A number, or as a sample is."""
        if self.mean is None:
            return 0.0
        return self.as_sample(-self.mean / (1 if self.std is None else self.std))

    def as_sample(self, values: np.ndarray) -> np.ndarray:
        """A number for each value of a sample."""
        return np.broadcast_to(np.asarray(values, np.float32), self.X_train.shape[1:])

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays by their names in the file."""
        arrays = {name: getattr(self, name) for name in (*ARRAYS, *_MORE_ARRAYS)}
        if self.class_names:
            arrays["class_names"] = np.array([name.encode() for name in self.class_names])
        return {name: array for name, array in arrays.items() if array is not None}

    @property
    def sha256(self) -> str:
        """SHA-256 of the content; see `files.content_sha256`."""
        return files.content_sha256(self.arrays)

    def _check_targets(self, part: str) -> None:
        if self.task not in TARGETS or not 1 <= self.n_classes <= MOST_CLASSES:
            raise StudyError(
                f"{self.source}: found a {self.task} of {self.n_classes} classes, expected "
                f"{' or '.join(TARGETS)} of 1 to {MOST_CLASSES}"
            )
        n, y = len(getattr(self, f"X_{part}")), getattr(self, f"y_{part}")
        dtype, n_axes = TARGETS[self.task]
        expected = {f"y_{part}": (y, dtype, (n, self.n_classes)[:n_axes])}
        if (split := getattr(self, f"{part}_split")) is not None:
            expected[f"{part}_split"] = (split, "bool", (n,))
        for name, (array, wanted, shape) in expected.items():
            if array.dtype != wanted or array.shape != shape:
                raise StudyError(
                    f"{name}: found {array.dtype} {array.shape}, expected {wanted} {shape}"
                )
        if n_axes == 1 and (y.min() < 0 or y.max() >= self.n_classes):
            raise StudyError(
                f"y_{part}: found classes {y.min()} to {y.max()}, expected 0 to "
                f"{self.n_classes - 1}"
            )
        if y.dtype.kind == "f" and not np.isfinite(y).all():
            raise StudyError(f"y_{part}: found values that are not finite, expected numbers")

    def _check_scaling(self) -> None:
        if not (np.isfinite(self.scale) and self.scale):
            raise StudyError(f"scale: found {self.scale}, expected a number other than 0")
        sample = self.X_train.shape[1:]
        for name in ("mean", "std"):
            array = getattr(self, name)
            if array is None:
                continue
            if array.ndim == 0 or not _fits(array.shape, sample):
                raise StudyError(f"{name}: found {array.shape}, expected what fits {sample}")
            if not np.isfinite(array).all() or (name == "std" and not array.all()):
                raise StudyError(
                    f"{name}: found {array.ravel()[:9].tolist()}, expected finite numbers"
                    f"{' other than 0' if name == 'std' else ''}"
                )


_MORE_ARRAYS = ("train_split", "test_split", "mean", "std")
_STUDYS_OWN = {"task": "classification", "n_classes": N_CLASSES, "scale": 1 / WHITE}
"""What a file says only where it differs."""


def write(path: str | Path, dataset: Dataset) -> None:
    """Write a dataset to ``data/{dataset}.h5``."""
    described = {name: getattr(dataset, name) for name in _STUDYS_OWN}
    attributes = {
        **dataset.parameters,
        **{name: value for name, value in described.items() if value != _STUDYS_OWN[name]},
        "source": dataset.source,
        "complete": dataset.complete,
        "sha256": dataset.sha256,
    }
    files.write_arrays(path, dataset.arrays, attributes)


@dataclass(frozen=True)
class Description:
    """What a dataset's file says of its content: where it is from, if it is all, its checksum."""

    source: str
    complete: bool
    sha256: str
    class_names: tuple[str, ...] = ()


def describe(path: str | Path) -> Description:
    """Read the description of a dataset, without its images.

    Raises
    ------
    StudyError
        If the file is missing, or is not such a file.
    """
    attributes = files.read_attributes(path)
    if missing := {"source", "complete", "sha256"} - attributes.keys():
        raise StudyError(
            f"{path}: found no {', '.join(sorted(missing))}, expected a dataset; {files.MADE_AGAIN}"
        )
    with files.open_h5(path) as file:
        names = file["class_names"][()] if "class_names" in file else ()
    return Description(
        attributes["source"],
        bool(attributes["complete"]),
        str(attributes["sha256"]),
        tuple(name.decode() for name in names),
    )


def read(path: str | Path) -> Dataset:
    """Read a dataset from ``data/{dataset}.h5``.

    Raises
    ------
    StudyError
        If the file is missing, is not such a file, or its content does not match its checksum.
    """
    attributes = files.read_attributes(path)
    with files.open_h5(path) as file:
        known = (*ARRAYS, *_MORE_ARRAYS, "class_names")
        arrays = {name: file[name][()] for name in known if name in file}
        expected = {"source", "complete", "sha256", *ARRAYS}
        if missing := expected - attributes.keys() - arrays.keys():
            raise StudyError(
                f"{path}: found no {', '.join(sorted(missing))}, expected a dataset; "
                f"{files.MADE_AGAIN}"
            )
        try:
            return _checked(arrays, attributes)
        except StudyError as error:
            raise StudyError(f"{path}: {error}; {files.MADE_AGAIN}") from None


def _checked(arrays: dict[str, Any], attributes: dict[str, Any]) -> Dataset:
    names, expected = arrays.pop("class_names", ()), attributes.pop("sha256")
    described = {name: attributes.pop(name) for name in _STUDYS_OWN if name in attributes}
    dataset = Dataset(
        **arrays,
        source=attributes.pop("source"),
        complete=bool(attributes.pop("complete")),
        class_names=tuple(name.decode() for name in names),
        parameters=attributes,
        **described,
    )
    if dataset.sha256 != expected:
        raise StudyError(f"found content with the SHA-256 {dataset.sha256}, expected {expected}")
    return dataset


def _check_samples(part: str, X: np.ndarray) -> None:
    is_known = X.dtype.kind in "iu" or X.dtype == np.float32
    if not is_known or X.ndim < 2 or len(X) == 0 or prod(X.shape) == 0:
        raise StudyError(
            f"X_{part}: found {X.dtype} {X.shape}, expected integers or float32 (n, …), at least "
            "one sample"
        )
    if X.dtype.kind == "f" and not np.isfinite(X).all():
        raise StudyError(
            f"X_{part}: found {np.count_nonzero(~np.isfinite(X)):,} values that are not finite, "
            "expected numbers"
        )


def _fits(shape: tuple[int, ...], sample: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, sample) == sample
    except ValueError:
        return False
