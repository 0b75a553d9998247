"""Datasets that mix two others."""

import logging
from typing import Any

import numpy as np

from nn_modularity import seeds
from nn_modularity.datasets.dataset_file import Dataset
from nn_modularity.errors import StudyError

log = logging.getLogger(__name__)

SHARED = ("n_classes", "class_names", "scale", "mean", "std")
"""What both sets of a mixture have in common."""


def mix(
    dataset: str, first: Dataset, second: Dataset, of: tuple[str, str], separated: bool, seed: int
) -> Dataset:
    """Concatenate two datasets and shuffle them.

    Every image keeps the class that it had. In a plain mixture both sets use all ten classes, so
    that class 3 holds, for instance, both images of four lines and images of the digit 3. In a
    separated one only the images of classes 0–4 of the first and of classes 5–9 of the second
    are taken, so that the class tells the set.

    Parameters
    ----------
    dataset : str
        Name of the mixture, which gives it random numbers of its own.
    first, second : Dataset
    of : (str, str)
        Their names.
    separated : bool
    seed : int
        The study's seed.

    Returns
    -------
    Dataset
        Its split flags are False for images of the first set, True for images of the second. It
        is complete only if both sets are.
    """
    _check_fit(first, second, of)
    parts: dict[str, Any] = {}
    half = first.n_classes // 2 if separated else None
    for part in ("train", "test"):
        rng = seeds.generator(seed, "dataset", dataset, part)
        X, y = (
            [getattr(source, f"{array}_{part}") for source in (first, second)] for array in "Xy"
        )
        parts |= dict(
            zip(
                (f"X_{part}", f"y_{part}", f"{part}_split"),
                _shuffled_together(rng, X, y, half),
                strict=True,
            )
        )
    log.info("mixed %s and %s", *of)
    return Dataset(
        **parts,
        source=f"mixture of {of[0]} ({first.source}) and {of[1]} ({second.source})",
        complete=first.complete and second.complete,
        parameters={
            "of": "+".join(of),
            "separated": separated,
            "seed": seed,
            "sha256_of_parts": "+".join((first.sha256, second.sha256)),
        },
        **{name: getattr(first, name) for name in SHARED},
    )


def _check_fit(first: Dataset, second: Dataset, of: tuple[str, str]) -> None:
    if not first.task == second.task == "classification":
        raise StudyError(
            f"mixture: found {of[0]}, a {first.task}, and {of[1]}, a {second.task}; expected "
            "classes in both"
        )
    kinds = {f"{part.X_train.dtype} {part.X_train.shape[1:]}" for part in (first, second)}
    differ = [
        name for name in SHARED if not _are_equal(getattr(first, name), getattr(second, name))
    ]
    if len(kinds) > 1 or differ:
        raise StudyError(
            f"mixture: found {of[0]} and {of[1]} with samples of {' and '.join(sorted(kinds))}"
            f"{', another ' if differ else ''}{', another '.join(differ)}; expected both alike"
        )


def _are_equal(one: Any, other: Any) -> bool:
    is_array = isinstance(one, np.ndarray) and isinstance(other, np.ndarray)
    return np.array_equal(one, other) if is_array else one is other or one == other


def _shuffled_together(
    rng: np.random.Generator,
    X: list[np.ndarray],
    y: list[np.ndarray],
    half: int | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    taken = [np.arange(len(labels)) for labels in y]
    if half is not None:
        taken = [np.flatnonzero(y[0] < half), np.flatnonzero(y[1] >= half)]
    split = np.repeat([False, True], [len(rows) for rows in taken])
    order = rng.permutation(len(split))
    # Each image goes straight to its place: a concatenation first would hold all images twice.
    place = np.argsort(order)
    images = np.empty((len(split), *X[0].shape[1:]), dtype=X[0].dtype)
    labels = np.empty(len(split), dtype=y[0].dtype)
    for rows, where, from_X, from_y in zip(taken, (place[~split], place[split]), X, y, strict=True):
        images[where] = from_X[rows]
        labels[where] = from_y[rows]
    return images, labels, split[order]
