"""Files on disk: written whole or not at all, HDF5 in and out, checksums of content."""

import fcntl
import glob
import hashlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from nn_modularity.errors import StudyError

USER_BLOCK = 512
"""Bytes before the HDF5 of each such file that the workflow makes; HDF5 leaves them alone."""
MADE_AGAIN = "delete it to have it made again"
"""How to go on with a file that the workflow made. Of a user's own file another advice is given."""


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
        _to_disk(temporary)
        temporary.replace(path)
        _to_disk(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def new_h5(path: str | Path) -> Iterator[h5py.File]:
    """Write an HDF5 file whole or not at all, behind the checksum of its bytes.

    The checksum stands in the block that HDF5 leaves to users at a file's start: damage is found
    before HDF5 reads a byte, for of some damage it crashes.

    Parameters
    ----------
    path : path
        See `atomic`.

    Yields
    ------
    h5py.File
        Open for writing. The bytes should depend on the content alone: no times of datasets.
    """
    with atomic(path) as temporary:
        with h5py.File(temporary, "w", userblock_size=USER_BLOCK) as file:
            yield file
        with open(temporary, "r+b") as file:
            file.write(_checksum(temporary))


def write_arrays(
    path: str | Path, arrays: Mapping[str, np.ndarray], attributes: Mapping[str, Any] | None = None
) -> None:
    """Write named arrays and root attributes to one HDF5 file, atomically.

    The bytes depend on the content alone (no timestamps). Names may contain ``/``.
    """
    with new_h5(path) as file:
        for name, array in arrays.items():
            file.create_dataset(name, data=array, track_times=False)
        file.attrs.update(attributes or {})


def write_csv(path: str | Path, table: pd.DataFrame) -> None:
    """Write a table without its index, numbers with all their digits, NaN as empty cells.

    Raises
    ------
    ValueError
        If a number is infinite: a table says nothing rather than that.
    """
    numbers = table.select_dtypes("number")
    if np.isinf(numbers.to_numpy(float)).any():
        raise ValueError(f"{path}: infinite numbers in {numbers.columns[np.isinf(numbers).any()]}")
    with atomic(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")


def read_arrays(path: str | Path, *names: str, advice: str = MADE_AGAIN) -> dict[str, np.ndarray]:
    """Read the named arrays of an HDF5 file.

    Raises
    ------
    StudyError
        If the file can't be read or lacks one of the arrays; see `open_h5`.
    """
    with open_h5(path, advice) as file:
        missing = [name for name in names if name not in file]
        if missing:
            raise StudyError(f"{path}: found {sorted(file)}, expected also {missing}; {advice}")
        return {name: file[name][()] for name in names}


def read_attributes(path: str | Path, advice: str = MADE_AGAIN) -> dict[str, Any]:
    """Read the root attributes of an HDF5 file."""
    with open_h5(path, advice) as file:
        return {name: _plain(value) for name, value in file.attrs.items()}


@contextmanager
def open_h5(path: str | Path, advice: str = MADE_AGAIN) -> Iterator[h5py.File]:
    """Open an HDF5 file for reading. What goes wrong while it is open names it.

    Parameters
    ----------
    path : path
    advice : str
        How to go on where the file is at fault. `MADE_AGAIN` says that the workflow made it: then
        its bytes must have their checksum.

    Raises
    ------
    StudyError
        If the file is missing, is no HDF5 file, is cut short, is open for writing elsewhere,
        holds what HDF5 can't read, or was changed since it was written.
    """
    path = Path(path)
    if not path.is_file():
        found = "found a folder" if path.is_dir() else "no such file"
        raise StudyError(f"{path}: {found}; expected an HDF5 file there")
    if not os.access(path, os.R_OK):
        raise StudyError(f"{path}: may not be read; give yourself the right to (chmod u+r)")
    open_elsewhere = StudyError(
        f"{path}: is open for writing elsewhere, in a notebook perhaps; "
        "close it there, then the same command again"
    )
    if advice == MADE_AGAIN and not _has_checksum(path):
        if _is_locked(path):
            raise open_elsewhere
        raise StudyError(
            f"{path}: found {path.stat().st_size} bytes without their checksum: it is cut short, "
            f"damaged or changed since it was made; {advice}"
        )
    if not h5py.is_hdf5(path):
        raise StudyError(
            f"{path}: found {path.stat().st_size} bytes that are not HDF5; "
            f"expected an HDF5 file; {advice}"
        )
    try:
        with h5py.File(path, "r") as file:
            yield file
    except BlockingIOError:
        raise open_elsewhere from None
    except (OSError, RuntimeError, LookupError, ValueError, TypeError, MemoryError) as error:
        # h5py raises all of these for what it can't read.
        raise StudyError(f"{path}: {_what_h5py_means(path, error)}; {advice}") from error


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


def _to_disk(path: Path) -> None:
    """Have the system write a file, or a folder's names, before it says that it did."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _checksum(path: Path) -> bytes:
    """What stands at the start of an HDF5 file that the workflow made."""
    with open(path, "rb") as file:
        file.seek(USER_BLOCK)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return f"nn-modularity sha256 {digest}\n".encode().ljust(USER_BLOCK, b"\0")


def _has_checksum(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(USER_BLOCK) == _checksum(path)


def _is_locked(path: Path) -> bool:
    """Whether HDF5 has a file open for writing, in whatever process."""
    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _what_h5py_means(path: Path, error: Exception) -> str:
    if size := re.search(r"stored_eof = (\d+)", str(error)):
        return f"is cut short: found {path.stat().st_size} bytes, expected {size[1]}"
    return f"HDF5 can't read it ({type(error).__name__}: {' '.join(str(error).split())})"


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
