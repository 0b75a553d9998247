"""Datasets of the user's own, from arrays, a table or a folder of images."""

import difflib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nn_modularity.datasets import array_files, image_folders, table_files, targets
from nn_modularity.datasets.dataset_file import WHITE, Dataset
from nn_modularity.errors import StudyError

log = logging.getLogger(__name__)

ARRAYS = (".npz", ".h5", ".hdf5")
TABLES = (".csv", ".tsv", ".parquet")
SPLIT_APART = {"train": ("X_train", "y_train"), "test": ("X_test", "y_test")}
TOGETHER = {"all": ("X", "y")}
DESCRIBED = ("class_names", "scale", "mean", "std")
"""Arrays in which a file itself may say what the config can."""

Parts = Mapping[str, tuple[np.ndarray, np.ndarray]]


def adopt(
    file: str | Path,
    test_file: str | Path | None,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
    most: int,
) -> Dataset:
    """Read a dataset that the user made.

    Parameters
    ----------
    file : path
        Arrays (``.npz``, HDF5), a table (``.csv``, ``.tsv``, ``.parquet``) or a folder of images.
    test_file : path, optional
        Test samples, where they are in a file of the same kind of their own.
    settings : mapping
        ``task`` and ``test_share``; and, each may be None, ``shape``, ``target``, ``split``,
        ``classes``, ``scale``, ``mean``, ``std``, as in the config.
    rng : numpy.random.Generator
        Chooses the test samples, where neither a file nor a column tells.
    most : int
        Bytes that all samples may have as the file holds them.

    Raises
    ------
    StudyError
        If a file is missing, is no such dataset, or has more than there is room for.
    """
    try:
        parts, described = _read(Path(file), settings, most)
        if test_file:
            parts = _with_tests(parts, _read(Path(test_file), settings, most)[0])
        made = _dataset(parts, {**described, **_said(settings)}, settings, rng)
    except StudyError as error:
        message = str(error)
        raise StudyError(message if str(file) in message else f"{file}: {message}") from error
    return replace(made, source=f"own file {file}")


def _read(path: Path, settings: Mapping[str, Any], most: int) -> tuple[Parts, dict[str, Any]]:
    """Samples and targets of a file by part, and what it says of them itself."""
    _check_keys(path, settings)
    if path.is_dir():
        return image_folders.read(path, settings["shape"], most), {}
    if not path.is_file():
        raise StudyError(f"{path}: no such file")
    if path.suffix in TABLES:
        target = settings["target"]
        names = [target] if isinstance(target, str) else list(target or ())
        return table_files.read(path, names, settings["split"], most), {}
    if path.suffix in ARRAYS:
        return _from_arrays(path, most)
    raise StudyError(
        f"{path}: found a file that ends in {path.suffix!r}, expected one of "
        f"{', '.join((*ARRAYS, *TABLES))}, or a folder of images"
    )


def _check_keys(path: Path, settings: Mapping[str, Any]) -> None:
    of_tables = [key for key in ("target", "split") if settings[key] is not None]
    if of_tables and path.suffix not in TABLES:
        raise StudyError(
            f"`{of_tables[0]}` names a column of a table ({', '.join(TABLES)}), which {path} is not"
        )


def _from_arrays(path: Path, most: int) -> tuple[Parts, dict[str, Any]]:
    names = array_files.names(path)
    parts = SPLIT_APART if any(name in names for name in ("X_train", "X_test")) else TOGETHER
    wanted = [name for pair in parts.values() for name in pair]
    if missing := [name for name in wanted if name not in names]:
        raise StudyError(
            f"{path}: found {', '.join(names[:20]) or 'nothing'}, expected "
            f"{'also ' if len(missing) < len(wanted) else ''}{', '.join(missing)}"
            f"{_hint(names)}"
        )
    arrays = array_files.read(path, {*wanted, *DESCRIBED}, most)
    described = {name: arrays[name] for name in DESCRIBED if name in arrays}
    if "class_names" in described:
        described["class_names"] = targets.as_text(described["class_names"]).tolist()
    return {part: (arrays[X], arrays[y]) for part, (X, y) in parts.items()}, described


def _hint(names: Sequence[str]) -> str:
    """What names that are almost right may have been meant for."""
    accepted = [name for pair in (*SPLIT_APART.values(), *TOGETHER.values()) for name in pair]
    by_lower = {name.lower(): name for name in accepted}
    meant = {}
    for name in set(names) - set(accepted):
        if close := difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.8):
            meant[name] = by_lower[close[0]]
    if meant:
        renamed = ", ".join(f"{meant[name]} for {name}" for name in names if name in meant)
        return f"; did you mean {renamed}? Call them so, capitals count"
    return "; samples and targets are X_train, y_train, X_test, y_test, or X and y to be split here"


def _with_tests(parts: Parts, tests: Parts) -> Parts:
    if set(parts) != {"all"} or set(tests) != {"all"}:
        raise StudyError("test_file: found files that are split already, expected X and y in each")
    return {"train": parts["all"], "test": tests["all"]}


def _said(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the config says of a dataset, by the names that files have for it."""
    said = {"class_names": settings["classes"], **{key: settings[key] for key in DESCRIBED[1:]}}
    return {name: value for name, value in said.items() if value is not None}


def _dataset(
    parts: Parts,
    described: Mapping[str, Any],
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> Dataset:
    _check_parts(parts)
    ends = np.cumsum([len(y) for _, y in parts.values()])[:-1]
    together = np.concatenate([y for _, y in parts.values()])
    made = targets.TASKS[settings["task"]](together, described.get("class_names", ()))
    y = dict(zip(parts, np.split(made.y, ends), strict=True))
    X = {part: _samples(array, settings["shape"]) for part, (array, _) in parts.items()}
    if "all" in parts:
        is_test = test_rows(y["all"], settings["test_share"], rng)
        log.info("%d samples to train and %d to test", (~is_test).sum(), is_test.sum())
        rows = {"train": ~is_test, "test": is_test}
        X, y = ({part: of["all"][chosen] for part, chosen in rows.items()} for of in (X, y))
    sample = X["train"].shape[1:]
    usual_scale = 1 / WHITE if X["train"].dtype == np.uint8 else 1.0
    return Dataset(
        X["train"],
        y["train"],
        X["test"],
        y["test"],
        source="own",
        task=settings["task"],
        n_classes=made.n_classes,
        class_names=made.class_names,
        scale=float(described.get("scale", usual_scale)),
        mean=_fitted("mean", described.get("mean"), sample),
        std=_fitted("std", described.get("std"), sample),
    )


def _check_parts(parts: Parts) -> None:
    for part, (X, y) in parts.items():
        if X.ndim == 0 or y.ndim == 0 or len(X) != len(y) or len(y) == 0:
            raise StudyError(
                f"{part}: found samples {X.shape} and targets {y.shape}, expected as many of both, "
                "at least one"
            )
    shapes = dict.fromkeys(y.shape[1:] for _, y in parts.values())
    if len(shapes) > 1:
        raise StudyError(
            f"found targets of {' and '.join(map(str, shapes))} a sample, expected the same for "
            "training and test"
        )


def _samples(X: np.ndarray, shape: Sequence[int] | None) -> np.ndarray:
    """Samples in the form of a dataset's file: integers as they are, other numbers as float32."""
    if X.dtype.kind not in "biuf":
        raise StudyError(f"X: found {X.dtype}, expected numbers")
    if X.ndim == 1:
        raise StudyError(f"X: found {X.shape}, expected (n, …): a row or an image a sample")
    if shape is not None and X.shape[1:] != tuple(shape):
        if X.ndim != 2 or X.shape[1] != np.prod(shape):
            raise StudyError(
                f"X: found samples of the shape {X.shape[1:]}, expected {tuple(shape)} as the "
                "config says"
            )
        X = X.reshape(len(X), *shape)
    if X.dtype.kind == "b":
        return X.astype(np.uint8)
    if X.dtype.kind in "iu":
        return X.astype(X.dtype.newbyteorder("="), copy=False)
    with np.errstate(over="ignore"):
        return X.astype(np.float32)


def _fitted(name: str, given: Any, sample: tuple[int, ...]) -> np.ndarray | None:
    """Mean or standard deviation, a number or one a channel, so that it fits a sample."""
    if given is None:
        return None
    try:
        array = np.asarray(given, np.float32)
    except (TypeError, ValueError):
        raise StudyError(f"{name}: found {given!r}, expected a number or one a channel") from None
    if array.ndim == 0:
        return array.reshape(1)
    if array.ndim == 1 and len(sample) == 3 and len(array) == sample[0] != sample[-1]:
        log.info("%s: one a channel, channels first", name)
        return array.reshape(-1, 1, 1)
    return array


def test_rows(y: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Which samples are kept for testing.

    Parameters
    ----------
    y : (n,) or (n, …) array
        Targets. Of every class the same share is kept.
    share : float
    rng : numpy.random.Generator

    Returns
    -------
    (n,) bool
        About `share` of them True; at least one is True and one False.
    """
    group = y if y.ndim == 1 else np.zeros(len(y), np.int64)
    order = rng.permutation(len(y))
    # Ranks of the samples within their class, in the order that was drawn.
    by_class = order[np.argsort(group[order], kind="stable")]
    counts = np.unique(group, return_counts=True)[1]
    rank = np.concatenate([np.arange(count) for count in counts])
    n_test = np.repeat(np.rint(share * counts), counts)
    chosen = np.zeros(len(y), bool)
    chosen[by_class] = rank < n_test
    if chosen.all() or not chosen.any():
        raise StudyError(
            f"found {len(y)} samples, too few to keep {share:.0%} of every class for testing"
        )
    return chosen
