"""Files as their publishers make them: IDX, NumPy archives of it, CIFAR's binary records.

A published dataset is a set of named *members*, each a string of bytes, whatever they are packed
in: alone, gzipped, in a tar archive. Nothing here unpickles.
"""

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path

import numpy as np

from nn_modularity.errors import StudyError

IDX_UINT8 = 0x08
CIFAR_SIDE = 32
CIFAR_RECORD = 1 + 3 * CIFAR_SIDE**2
NPZ_MEMBERS = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
_UNREADABLE = (OSError, EOFError, ValueError, zlib.error, tarfile.TarError, zipfile.BadZipFile)


def members(path: str | Path, wanted: Collection[str]) -> dict[str, bytes]:
    """The wanted members that a raw file holds.

    Parameters
    ----------
    path : path
        A member, plain or gzipped; a tar archive; or an npz archive with Keras's array names.
        A file of another kind holds nothing.
    wanted : collection of str
        Names of members.

    Raises
    ------
    StudyError
        If the file can't be read or unpacked.
    """
    path = Path(path)
    try:
        if path.name.endswith((".tar.gz", ".tgz", ".tar")):
            return _tar_members(path, wanted)
        if path.suffix == ".npz":
            return _npz_members(path, wanted)
        # Some copies are named "train-images.idx3-ubyte".
        name = path.name.removesuffix(".gz").replace(".idx", "-idx")
        if name not in wanted:
            return {}
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return {name: file.read()}
    except _UNREADABLE as error:
        raise StudyError(
            f"{path}: found a file that can't be unpacked ({type(error).__name__}: {error}); "
            "expected a whole one; replace the file or remove it"
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


def _tar_members(path: Path, wanted: Collection[str]) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {
            Path(entry.name).name: archive.extractfile(entry).read()
            for entry in archive
            if entry.isreg() and Path(entry.name).name in wanted
        }


def _npz_members(path: Path, wanted: Collection[str]) -> dict[str, bytes]:
    with np.load(path, allow_pickle=False) as arrays:
        return {
            name: encode_idx(arrays[array])
            for array, name in NPZ_MEMBERS.items()
            if name in wanted and array in arrays
        }
