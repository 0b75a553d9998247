"""Files on disk: written whole or not at all, HDF5 in and out, checksums of content."""

import glob
import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from nn_modularity.errors import StudyError


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Write a file whole or not at all.

    Parameters
    ----------
    path : path
        The file to make. Missing folders are made.

    Yields
    ------
    Path
        A temporary path in the same folder, with the same ending. It replaces `path` when the
        block ends well and is removed when it doesn't; what a killed job left of the same file
        goes first.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    for left_by_a_killed_job in path.parent.glob(f".{glob.escape(path.name)}.*"):
        if left_by_a_killed_job.is_file():
            left_by_a_killed_job.unlink(missing_ok=True)
    ending = "".join(path.suffixes[-1:])
    temporary = path.parent / f".{path.name}.{secrets.token_hex(4)}{ending}"
    # The system applies the umask. Reading it would mean setting it, for all threads at once.
    temporary.touch(mode=0o666, exist_ok=False)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_arrays(
    path: str | Path, arrays: Mapping[str, np.ndarray], attributes: Mapping[str, Any] | None = None
) -> None:
    """Write named arrays and root attributes to one HDF5 file, atomically.

    The bytes depend on the content alone (no timestamps). Names may contain ``/``.
    """
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        for name, array in arrays.items():
            file.create_dataset(name, data=array, track_times=False)
        file.attrs.update(attributes or {})


def write_csv(path: str | Path, table: pd.DataFrame) -> None:
    """Write a table without its index, numbers with all their digits."""
    with atomic(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")


def read_arrays(path: str | Path, *names: str) -> dict[str, np.ndarray]:
    """Read the named arrays of an HDF5 file.

    Raises
    ------
    StudyError
        If the file is missing, is no HDF5 file, or lacks one of the arrays.
    """
    with open_h5(path) as file:
        missing = [name for name in names if name not in file]
        if missing:
            raise StudyError(
                f"{path}: found {sorted(file)}, expected also {missing}; "
                "delete the file to have it made again"
            )
        return {name: file[name][()] for name in names}


def read_attributes(path: str | Path) -> dict[str, Any]:
    """Read the root attributes of an HDF5 file."""
    with open_h5(path) as file:
        return {name: _plain(value) for name, value in file.attrs.items()}


@contextmanager
def open_h5(path: str | Path) -> Iterator[h5py.File]:
    """Open an HDF5 file for reading, with an error that names it.

    Raises
    ------
    StudyError
        If the file is missing or is no HDF5 file.
    """
    path = Path(path)
    if not path.is_file():
        raise StudyError(f"{path}: no such file; expected an HDF5 file there")
    if not h5py.is_hdf5(path):
        raise StudyError(
            f"{path}: found {path.stat().st_size} bytes that are not HDF5; "
            "expected an HDF5 file; delete it to have it made again"
        )
    with h5py.File(path, "r") as file:
        yield file


def content_sha256(arrays: Mapping[str, np.ndarray]) -> str:
    """SHA-256 of named arrays: names, dtypes, shapes and values, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.data)
    return digest.hexdigest()


def file_sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
