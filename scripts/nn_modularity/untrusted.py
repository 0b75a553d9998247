"""HDF5 that anyone may have written: nothing in it is believed before it is checked.

Attributes come as Python has them, whatever wrote them: Fortran, R, Julia and MATLAB pad strings to
a fixed length, and have arrays of one value where Python has the value.
Errors say what is wrong, not where; callers add the place (`errors.at`).
"""

import math
import reprlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import h5py
import numpy as np

from nn_modularity import errors
from nn_modularity.errors import StudyError

LARGEST = 2**34
"""Bytes of all arrays that are read of one file."""
LARGEST_ATTRIBUTE = 2**20
"""Bytes of an attribute."""
LARGEST_CHUNK = 2**26
"""Bytes of a chunk, which HDF5 unpacks whole; an array's own size where that is larger."""
MOST_PACKED = 1100
"""Times that HDF5's own compression can make an array smaller."""

UNREADABLE = (OSError, RuntimeError, LookupError, ValueError, TypeError, MemoryError)
"""What h5py raises for what it can't read."""


def group(parent: h5py.Group, name: str) -> h5py.Group:
    """A group that lies in this file."""
    with errors.at(f"{parent.name}/{name}".strip("/")):
        return _member(parent, name, h5py.Group, "a group")


def array(parent: h5py.Group, name: str, dtype: type[np.number], room: int = LARGEST) -> np.ndarray:
    """An array whose size was checked against what is stored and what there is room for.

    Parameters
    ----------
    parent : h5py.Group
    name : str
    dtype : type
        What it becomes. Whole numbers may become floating-point ones, not the other way round.
    room : int
        Bytes that it may take.

    Raises
    ------
    StudyError
        If it lies outside the file (links, external or virtual storage), is not of real numbers,
        is larger than `room`, claims more than is stored, or holds a number that is not finite as
        `dtype`.
    """
    with errors.at(name):
        dataset = _member(parent, name, h5py.Dataset, "an array")
        dtype = np.dtype(dtype)
        with _reading(), np.errstate(over="ignore"):
            _check_storage(dataset, dtype, room)
            values = dataset[()].astype(dtype, copy=False)
        if not np.isfinite(values).all():
            raise StudyError(f"found numbers that are not finite as {dtype}")
        return values


def values(parent: h5py.Group, name: str, room: int = LARGEST) -> np.ndarray:
    """An array of numbers or text as it is; its size was checked as `array` checks it.

    Raises
    ------
    StudyError
        If it lies outside the file, is of anything else, is larger than `room` or claims more than
        is stored.
    """
    with errors.at(name):
        dataset = _member(parent, name, h5py.Dataset, "an array")
        with _reading():
            is_text = h5py.check_string_dtype(dataset.dtype) is not None
            if dataset.dtype.kind not in "biufS" and not is_text:
                raise StudyError(
                    f"found values of type {dataset.dtype}, expected real numbers or text"
                )
            _check_claims(dataset, dataset.dtype, room)
            return np.asarray(dataset[()])


def attribute(holder: h5py.Group, name: str) -> Any:
    """An attribute: text, a truth value, a number, or an array of them; None if there is none.

    Raises
    ------
    StudyError
        If it is anything else, or larger than `LARGEST_ATTRIBUTE`.
    """
    if name not in holder.attrs:
        return None
    with errors.at(f"attribute {name}"), _reading():
        found = holder.attrs.get_id(name)
        n_values = found.get_space().get_simple_extent_npoints()
        if n_values * found.get_type().get_size() > LARGEST_ATTRIBUTE:
            raise StudyError(f"found more than {LARGEST_ATTRIBUTE:,} bytes")
        value = _plain(holder.attrs[name])
        if value is None:
            raise StudyError("found neither text nor real numbers")
        return value


def whole_numbers(value: Any) -> tuple[int, ...] | None:
    """A value as whole numbers, which R and MATLAB write as floating-point; None if it isn't."""
    numbers = np.atleast_1d(value)
    if numbers.dtype.kind not in "iuf" or not np.isfinite(numbers).all():
        return None
    if numbers.size == 0 or np.any(numbers != np.floor(numbers)):
        return None
    return tuple(int(number) for number in numbers.ravel())


def shown(value: Any) -> str:
    """A value as a message shows it: in one line, and short."""
    return reprlib.repr(value.tolist() if isinstance(value, np.ndarray) else value)


@contextmanager
def _reading() -> Iterator[None]:
    """Say in a line what h5py can't read."""
    try:
        yield
    except UNREADABLE as error:
        raise StudyError(f"HDF5 can't read it ({' '.join(str(error).split())})") from error


def _member(parent: h5py.Group, name: str, kind: type, title: str):
    with _reading():
        if not isinstance(parent.get(name, getlink=True), h5py.HardLink):
            raise StudyError(f"found a link, expected {title} in the file itself")
        member = parent[name]
    if not isinstance(member, kind):
        raise StudyError(f"found a {type(member).__name__.lower()}, expected {title}")
    return member


def _check_storage(dataset: h5py.Dataset, dtype: np.dtype, room: int) -> None:
    known = "fiu" if dtype.kind == "f" else "iu"
    if dataset.dtype.kind not in known or dataset.dtype.itemsize > 8:
        raise StudyError(f"found values of type {dataset.dtype}, expected {dtype}")
    _check_claims(dataset, dtype, room)


def _check_claims(dataset: h5py.Dataset, dtype: np.dtype, room: int) -> None:
    if dataset.is_virtual or dataset.external:
        raise StudyError("is kept in other files, expected the numbers themselves")
    if dataset.shape is None:
        raise StudyError("found nothing, expected an array")
    stored, claimed = dataset.id.get_storage_size(), dataset.nbytes
    if max(dataset.size * dtype.itemsize, claimed) > room:
        raise StudyError(
            f"found {dataset.shape}, for which there is no room; expected all arrays to take at "
            f"most {room:,} bytes"
        )
    if claimed > MOST_PACKED * stored:
        raise StudyError(f"claims {dataset.shape}, but only {stored} bytes are stored")
    chunk = math.prod(dataset.chunks or ()) * dataset.dtype.itemsize
    if chunk > max(LARGEST_CHUNK, claimed):
        raise StudyError(f"found chunks of {dataset.chunks}, expected none larger than the array")


def _plain(value: Any) -> Any:
    """A value as Python and NumPy have it; None if it is neither text nor real numbers."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str):
        value.encode()  # h5py passes on what is not UTF-8
        return value.rstrip("\0 ")
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "biuf":
            return value
        return _texts(value.ravel()) if value.dtype.kind in "OSU" else None
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, bool | int | float) else None


def _texts(values: np.ndarray) -> tuple[str, ...] | None:
    texts = tuple(_plain(value) for value in values)
    return texts if all(isinstance(text, str) for text in texts) else None
