"""Files as their publishers make them: IDX, NumPy archives of it, CIFAR's records and batches.

A published dataset is a set of named *members*, each a string of bytes of known length, whatever
they are packed in: alone, gzipped, in an archive. No more is ever unpacked than they can have.
"""

import gzip
import tarfile
import zlib
from collections.abc import Mapping
from io import BufferedIOBase
from pathlib import Path
from typing import IO

import numpy as np

from nn_modularity import array_archives
from nn_modularity.datasets import pickled_batches
from nn_modularity.errors import StudyError

IDX_UINT8 = 0x08
CIFAR_SIDE = pickled_batches.SIDE
CIFAR_RECORD = 1 + pickled_batches.PIXELS
NPZ_MEMBERS = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
Readable = IO[bytes] | BufferedIOBase
ROOM = 2
"""Times its members' bytes that an archive, or a pickled batch, may unpack to."""
_UNREADABLE = (OSError, EOFError, ValueError, zlib.error, tarfile.TarError)

Sizes = Mapping[str, int]
"""Names of a dataset's members, and how many bytes each has."""


def members(path: str | Path, sizes: Sizes) -> dict[str, bytes]:
    """The members of a dataset that a raw file holds.

    Parameters
    ----------
    path : path
        A member, plain or gzipped; a tar archive; an npz archive with Keras's array names; or,
        alone or in a tar archive, one of CIFAR-10's Python batches, which holds the same images
        as the binary batch of its name. A file of another kind holds nothing.
    sizes : mapping
        Bytes of each member of the dataset.

    Raises
    ------
    StudyError
        If the file can't be read or unpacked, or holds more than it should.
    """
    path = Path(path)
    try:
        if path.name.endswith((".tar.gz", ".tgz")):
            with gzip.open(path) as file:
                return _tar_members(file, sizes)
        if path.suffix == ".tar":
            with path.open("rb") as file:
                return _tar_members(file, sizes)
        if path.suffix == ".npz":
            return _npz_members(path, sizes)
        # Some copies are named "train-images.idx3-ubyte".
        name = path.name.removesuffix(".gz").replace(".idx", "-idx")
        if _member(name, sizes) is None:
            return {}
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return _read_member(file, name, sizes)
    except _UNREADABLE as error:
        raise StudyError(
            f"{path}: found a file that can't be read ({error or type(error).__name__}); expected "
            "it whole, as it was published; replace it, or move it elsewhere"
        ) from error


def decode_idx(content: bytes) -> np.ndarray:
    """Array of an IDX file of unsigned bytes, read-only.

    The format: two zero bytes, the type, the number of dimensions, each dimension as a big-endian
    32-bit integer, the values in C order.

    Raises
    ------
    ValueError
        If the header is not one of unsigned bytes, or its shape does not fit the length.
    """
    if content[:3] != bytes([0, 0, IDX_UINT8]) or len(content) < 4:
        raise ValueError(f"no IDX header of unsigned bytes: {content[:4].hex(' ')}")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise ValueError(f"{len(content)} bytes end within the header of {content[3]} dimensions")
    shape = tuple(np.frombuffer(content[4:start], dtype=">u4").tolist())
    values = np.frombuffer(content, dtype=np.uint8, offset=start)
    return values.reshape(shape)


def encode_idx(array: np.ndarray) -> bytes:
    """IDX file of an array of unsigned bytes; the inverse of `decode_idx`."""
    if array.dtype != np.uint8:
        raise ValueError(f"{array.dtype} {array.shape} is no array of unsigned bytes")
    header = bytes([0, 0, IDX_UINT8, array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    return header + array.tobytes()


def decode_cifar(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Images and classes of a CIFAR-10 binary batch, read-only.

    Its records of 3073 bytes hold the class, then the red, green and blue plane.

    Returns
    -------
    X : (n, 32, 32, 3) uint8
    y : (n,) uint8
    """
    if len(content) % CIFAR_RECORD:
        raise ValueError(f"{len(content)} bytes are no multiple of {CIFAR_RECORD}")
    records = np.frombuffer(content, dtype=np.uint8).reshape(-1, CIFAR_RECORD)
    planes = records[:, 1:].reshape(-1, 3, CIFAR_SIDE, CIFAR_SIDE)
    return planes.transpose(0, 2, 3, 1), records[:, 0]


def encode_cifar(planes: np.ndarray, classes: np.ndarray) -> bytes:
    """CIFAR-10 binary batch of the planes and classes of a Python batch."""
    return np.column_stack([classes, planes]).tobytes()


def _member(name: str, sizes: Sizes) -> str | None:
    """The member that a file of this name holds."""
    return next((member for member in (name, f"{name}.bin") if member in sizes), None)


def _read_member(file: Readable, name: str, sizes: Sizes) -> dict[str, bytes]:
    member = _member(name, sizes)
    if member == name:
        return {member: _read(file, sizes[member])}
    batch = _read(file, ROOM * sizes[member])
    return {member: encode_cifar(*pickled_batches.decode(batch))}


def _read(file: Readable, most: int) -> bytes:
    """All of a file that has no more than so many bytes."""
    content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"unpacks to more than {most:,} bytes")
    return content


class _Limited:
    """A file of which no more than so many bytes are read."""

    def __init__(self, file: Readable, most: int):
        self.file = file
        self.left = most

    def read(self, n: int) -> bytes:
        content = self.file.read(n)
        self.left -= len(content)
        if self.left < 0:
            raise ValueError("unpacks to more than it should")
        return content


def _tar_members(file: Readable, sizes: Sizes) -> dict[str, bytes]:
    """Members of an archive that is read from its beginning to its end, once."""
    found: dict[str, bytes] = {}
    limited = _Limited(file, ROOM * sum(sizes.values()) + 2 * tarfile.RECORDSIZE)
    # A stream is asked for no more than `read`.
    with tarfile.open(fileobj=limited, mode="r|") as archive:  # type: ignore[call-overload]
        for entry in archive:
            # Only a name's last part counts, and nothing is written: entries may say "../" .
            name = Path(entry.name).name
            if entry.isreg() and _member(name, sizes) is not None:
                found |= _read_member(archive.extractfile(entry), name, sizes)
    return found


def _npz_members(path: Path, sizes: Sizes) -> dict[str, bytes]:
    names = {array: member for array, member in NPZ_MEMBERS.items() if member in sizes}
    arrays = array_archives.read(path, sum(sizes.values()), names)
    return {names[array]: encode_idx(values) for array, values in arrays.items()}
