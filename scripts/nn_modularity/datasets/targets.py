"""What a network is to answer: classes, labels or values, in whatever form a file has them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nn_modularity.datasets.dataset_file import MOST_CLASSES
from nn_modularity.errors import StudyError

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Targets:
    """Targets in the form of a dataset's file.

    Attributes
    ----------
    y : array
        Classes (n,) int64, labels (n, n_labels) bool, or values (n, n_values) float32.
    n_classes : int
        Classes, labels or values a sample may have.
    class_names : tuple of str
        Their names; empty where there are none.
    """

    y: np.ndarray
    n_classes: int
    class_names: tuple[str, ...] = ()


def classes(y: np.ndarray, names: Sequence[str]) -> Targets:
    """One class a sample.

    Parameters
    ----------
    y : array
        Integers of any type from 0, also as floats or as a column (n, 1); one-hot rows
        (n, n_classes); or names.
    names : sequence of str
        Of all classes, in the order of their numbers. If there are none, those found in `y`, in
        alphabetical order.

    Raises
    ------
    StudyError
        If `y` is none of these, or names a class that isn't among `names`.
    """
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.dtype.kind in "OSU":
        return _named(as_text(y), names)
    if y.ndim == 2:
        y = _hot(y)
    if y.ndim != 1 or y.dtype.kind not in "biuf":
        raise StudyError(
            f"y: found {y.dtype} {y.shape}, expected a class a sample (n,): integers from 0 or "
            "names; or one-hot rows (n, n_classes)"
        )
    numbers = _whole(y)
    n_classes = len(names) or int(numbers.max()) + 1
    if numbers.min() < 0 or numbers.max() >= n_classes or n_classes > MOST_CLASSES:
        most = min(n_classes, MOST_CLASSES) - 1
        raise StudyError(
            f"y: found classes {numbers.min()} to {numbers.max()}, expected 0 to {most}"
            f"{' as the names of the classes say' if names else ''}; for values instead of "
            "classes say `task: regression`"
        )
    if numbers.min() == 1:
        log.warning("y: no sample is of class 0; if classes count from 1, subtract 1")
    return Targets(numbers.astype(np.int64), n_classes, tuple(names))


def labels(y: np.ndarray, names: Sequence[str]) -> Targets:
    """Any number of labels a sample: (n, n_labels) of 0 and 1, of any numeric type."""
    if y.ndim != 2 or y.dtype.kind not in "biuf" or not np.isin(y, (0, 1)).all():
        raise StudyError(
            f"y: found {y.dtype} {y.shape}, expected 0 or 1 for each label (n, n_labels) of a "
            "multi-label task"
        )
    _check_number(y.shape[1], names, "labels")
    return Targets(y.astype(bool), y.shape[1], tuple(names))


def values(y: np.ndarray, names: Sequence[str]) -> Targets:
    """Numbers to be predicted: (n,) or (n, n_values), of any real type."""
    if y.ndim == 1:
        y = y[:, None]
    if y.ndim != 2 or y.dtype.kind not in "biuf":
        raise StudyError(
            f"y: found {y.dtype} {y.shape}, expected numbers (n,) or (n, n_values) of a regression"
        )
    _check_number(y.shape[1], names, "values")
    return Targets(y.astype(np.float32), y.shape[1], tuple(names))


TASKS = {"classification": classes, "multi-label": labels, "regression": values}


def _named(y: np.ndarray, names: Sequence[str]) -> Targets:
    if y.ndim != 1:
        raise StudyError(f"y: found names {y.shape}, expected one a sample (n,)")
    found = sorted(set(y.tolist()))
    names = tuple(names) or tuple(found)
    if unknown := [name for name in found if name not in names]:
        raise StudyError(
            f"y: found the class {unknown[0]!r}, expected one of {', '.join(names[:20])}"
        )
    log.info("classes in this order: %s", ", ".join(names))
    number = {name: number for number, name in enumerate(names)}
    return Targets(np.array([number[name] for name in y.tolist()], np.int64), len(names), names)


def as_text(y: np.ndarray) -> np.ndarray:
    """Names as text; those of other languages' HDF5 are bytes of fixed length, padded."""
    try:
        texts = [name.decode() if isinstance(name, bytes) else name for name in y.ravel().tolist()]
    except UnicodeDecodeError:
        raise StudyError("y: found names that are not UTF-8, expected text") from None
    if not all(isinstance(text, str) for text in texts):
        raise StudyError("y: found objects, expected numbers or names")
    made = np.empty(len(texts), object)
    made[:] = [text.rstrip("\0 ") for text in texts]
    return made.reshape(y.shape)


def _hot(y: np.ndarray) -> np.ndarray:
    if y.dtype.kind not in "biuf" or not (np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()):
        raise StudyError(
            f"y: found {y.dtype} {y.shape}, expected a class a sample (n,), or rows with a single "
            "1; for several labels a sample say `task: multi-label`"
        )
    log.info("y: one-hot rows, taken as classes 0 to %d", y.shape[1] - 1)
    return y.argmax(axis=1)


def _whole(y: np.ndarray) -> np.ndarray:
    if y.dtype.kind != "f":
        return y
    if not (np.isfinite(y).all() and (y == np.round(y)).all() and np.abs(y).max() < 2**53):
        raise StudyError(
            "y: found numbers that are not whole, expected classes; for values instead of classes "
            "say `task: regression`"
        )
    log.info("y: whole numbers of type %s, taken as classes", y.dtype)
    return y.astype(np.int64)


def _check_number(found: int, names: Sequence[str], what: str) -> None:
    if names and len(names) != found:
        raise StudyError(f"y: found {found} {what}, expected {len(names)} as many as `classes`")
