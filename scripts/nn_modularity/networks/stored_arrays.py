"""Arrays in HDF5 files of others: their sizes are checked before anything is allocated."""

import h5py
import numpy as np

from nn_modularity.errors import StudyError

LARGEST = 2**34
"""Bytes of all arrays of a network."""

MOST_PACKED = 1100
"""Times that compression can make an array smaller."""


def read(
    dataset: h5py.Dataset, name: str, dtype: type[np.number] = np.float32, room: int = LARGEST
) -> np.ndarray:
    """Read an array of numbers.

    Parameters
    ----------
    dataset : h5py.Dataset
    name : str
        What messages call it.
    dtype : NumPy type
        Of the array that comes back; whole numbers, or any finite ones.
    room : int
        Bytes that it may take.

    Raises
    ------
    StudyError
        If it is no array of numbers of its own, claims more than is stored or than there is room
        for, or has numbers that are not finite.
    """
    if not isinstance(dataset, h5py.Dataset):
        raise StudyError(f"found a group {name!r}, expected an array")
    dtype = np.dtype(dtype)
    if dataset.dtype.kind not in ("iu" if dtype.kind == "i" else "fiu") or (
        dataset.dtype.itemsize > 8
    ):
        raise StudyError(f"{name}: found values of type {dataset.dtype}, expected {dtype}")
    if dataset.is_virtual or dataset.external:
        raise StudyError(f"{name}: is kept in another file, expected the numbers themselves")
    if dataset.shape is None:
        raise StudyError(f"{name}: found nothing, expected an array")
    if max(dataset.size * dtype.itemsize, dataset.nbytes) > room:
        raise StudyError(
            f"{name}: found {dataset.shape}, more than the {LARGEST / 2**30:.0f} GiB that a "
            "network may have"
        )
    if dataset.nbytes > MOST_PACKED * dataset.id.get_storage_size():
        raise StudyError(
            f"{name}: claims {dataset.shape}, but only {dataset.id.get_storage_size()} bytes are "
            "stored"
        )
    array = dataset[()].astype(dtype, copy=False)
    if not np.isfinite(array).all():
        raise StudyError(f"{name}: found numbers that are not finite")
    return array
