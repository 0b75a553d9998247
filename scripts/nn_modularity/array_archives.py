"""NumPy archives (.npz), whose claims are checked before anything is allocated."""

import io
import zipfile
import zlib
from collections.abc import Collection
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

ENDING = ".npy"
HEADER = 1 << 14  # bytes; NumPy itself reads no longer ones
MOST_PACKED = 1100
"""Times that deflate can make something smaller."""
_SPOILED = (EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What the standard library raises over a spoiled archive; of a password a RuntimeError."""


def names(path: str | Path) -> list[str]:
    """Names of an archive's arrays."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.removesuffix(ENDING) for name in archive.namelist()]
    except _SPOILED as error:
        raise ValueError(str(error) or type(error).__name__) from error


def read(
    path: str | Path, most: int, wanted: Collection[str] | None = None
) -> dict[str, np.ndarray]:
    """Arrays of an archive by name.

    Parameters
    ----------
    path : path
    most : int
        Bytes that all the arrays may have.
    wanted : collection of str, optional
        Read these alone, those that are there.

    Raises
    ------
    ValueError, OSError
        If the archive is damaged, claims more than it can hold or than `most`, or holds objects,
        which would have to be unpickled.
    """
    try:
        return _arrays(Path(path), most, wanted)
    except _SPOILED as error:
        raise ValueError(str(error) or type(error).__name__) from error


def _arrays(path: Path, most: int, wanted: Collection[str] | None) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    with zipfile.ZipFile(path) as archive:
        size = path.stat().st_size
        for entry in archive.infolist():
            name = entry.filename.removesuffix(ENDING)
            if wanted is not None and name not in wanted:
                continue
            if not entry.filename.endswith(ENDING) or name in arrays:
                raise ValueError(f"{entry.filename!r} is no array of its own name")
            if entry.file_size > MOST_PACKED * min(entry.compress_size, size):
                raise ValueError(f"{name} claims {entry.file_size:,} bytes, more than it can hold")
            with archive.open(entry) as file:
                try:
                    arrays[name] = _array(file, entry.file_size, most)
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None
            most -= arrays[name].nbytes
    return arrays


def _array(file: Any, size: int, most: int) -> np.ndarray:
    head = file.read(HEADER)
    header = io.BytesIO(head)
    shape, is_fortran, dtype = _header(header)
    if dtype.hasobject:
        raise ValueError("holds Python objects, which nothing here unpickles")
    n_bytes = prod(shape) * dtype.itemsize
    if header.tell() + n_bytes != size:
        raise ValueError(f"claims {dtype} {shape}, but holds {size - header.tell():,} bytes")
    if n_bytes > most:
        raise ValueError(f"has {n_bytes:,} bytes, more than the {most:,} there is room for")
    content = np.empty(n_bytes, np.uint8)
    start = len(head) - header.tell()
    content[:start] = np.frombuffer(head, np.uint8, offset=header.tell())
    room = memoryview(content)[start:]
    while room:
        n_read = file.readinto(room)
        if not n_read:
            raise ValueError("ends too early")
        room = room[n_read:]
    # Past the last byte, so that the archive's own checksum is compared.
    file.read(1)
    return content.view(dtype).reshape(shape, order="F" if is_fortran else "C")


def _header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = npy.read_magic(file)
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    if version not in readers:
        raise ValueError(f"has the format {version}, which is for records with named fields")
    try:
        return readers[version](file)
    except Exception as error:  # NumPy parses the header as Python, which fails in many ways.
        raise ValueError(f"has no header of an array ({type(error).__name__})") from error
