"""Arrays by name in files of the user's own: NumPy archives and HDF5.

What a file claims is checked before anything is allocated, and nothing outside the file is read.
"""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np

from nn_modularity import array_archives, errors, files, untrusted
from nn_modularity.errors import StudyError

ADVICE = "write it anew (data/README.md)"


def names(path: Path) -> list[str]:
    """Names of all that is at the root of a file."""
    if path.suffix == ".npz":
        return _of_archive(path, array_archives.names)
    with files.open_h5(path, ADVICE) as file:
        return list(file)


def read(path: Path, wanted: Collection[str], most: int) -> dict[str, np.ndarray]:
    """Those of the wanted arrays that a file has.

    Parameters
    ----------
    path : Path
        A NumPy archive ``.npz``, or an HDF5 file.
    wanted : collection of str
    most : int
        Bytes that all of them may have.

    Raises
    ------
    StudyError
        If the file can't be read, claims more than it holds or than `most`, holds something other
        than numbers and text, or points to another file.
    """
    if path.suffix == ".npz":
        return _of_archive(path, array_archives.read, most, wanted)
    arrays = {}
    with files.open_h5(path, ADVICE) as file:
        for name in sorted(wanted):
            if name in file:
                with errors.at(path):
                    arrays[name] = untrusted.values(file, name, most)
                most -= arrays[name].nbytes
    return arrays


def _of_archive(path: Path, function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(path, *arguments)
    except (ValueError, OSError) as error:
        raise StudyError(f"{path}: found an archive that can't be read: {error}") from error
