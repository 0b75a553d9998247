"""Results as small frozen objects, an HDF5 file each."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self, get_type_hints

import numpy as np

from nn_modularity import files
from nn_modularity.errors import StudyError

ATTRIBUTES = (bool, str)
"""Types of fields that are attributes of the file."""


@dataclass(frozen=True, eq=False)
class Record:
    """A dataclass that is what one HDF5 file holds.

    Its fields are the file's: flags (bool) and words (str) are root attributes, arrays, numbers
    and tuples of int are datasets. A record of more fields can be read as one of fewer.
    """

    def write(self, path: str | Path) -> None:
        """Write to an HDF5 file, atomically; the bytes depend on the content alone."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        kinds = get_type_hints(type(self))
        files.write_arrays(
            path,
            {n: np.asarray(value) for n, value in values.items() if kinds[n] not in ATTRIBUTES},
            {n: kinds[n](value) for n, value in values.items() if kinds[n] in ATTRIBUTES},
        )

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read what `write` wrote.

        Raises
        ------
        StudyError
            If the file is missing, is no HDF5 file, or lacks a field.
        """
        kinds = get_type_hints(cls)
        names = [each.name for each in fields(cls)]
        found: dict[str, Any] = files.read_arrays(
            path, *(name for name in names if kinds[name] not in ATTRIBUTES)
        )
        attributes = files.read_attributes(path)
        if missing := [name for name in names if name not in found and name not in attributes]:
            raise StudyError(
                f"{path}: found the attributes {sorted(attributes)}, expected also {missing}; "
                "delete the file to have it made again"
            )
        return cls(**{name: _as(kinds[name], (found | attributes)[name]) for name in names})


def _as(kind: Any, value: Any) -> Any:
    if kind is np.ndarray:
        return value
    return tuple(value.tolist()) if kind == tuple[int, ...] else kind(value)
