"""Keras's files, read without Keras: the description of the layers and their weights.

Nothing that a file says is executed.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np

from nn_modularity import errors, files, untrusted
from nn_modularity.errors import StudyError

LARGEST_DESCRIPTION = 2**26
CHUNK = 2**20


@dataclass(frozen=True, eq=False)
class KerasFile:
    """A Keras model as its file has it.

    Attributes
    ----------
    description : dict
        What Keras calls the model's config.
    store : h5py.Group
        Where the weights are.
    is_legacy : bool
        Whether weights are named as in ``.h5`` files, by the layers' own names.
    """

    description: dict[str, Any]
    store: h5py.Group
    is_legacy: bool

    def weights(self, places: Sequence[Place], parts: Sequence[str] = ()) -> list[np.ndarray]:
        """Weights of a layer, in the order in which Keras made them.

        Parameters
        ----------
        places : sequence of Place
            The models that the layer is in, then the layer.
        parts : sequence of str
            Names of layers within the layer that hold the weights.
        """
        found = self._by_name(places) if self.is_legacy else self._by_kind(places, parts)
        return [untrusted.array(group, name, np.float32) for group, name in found]

    def _by_name(self, places: Sequence[Place]) -> list[tuple[h5py.Group, str]]:
        if places[0].name not in self.store:
            return []
        group = untrusted.group(self.store, places[0].name)
        names = untrusted.attribute(group, "weight_names")
        names = (names,) if isinstance(names, str) else names
        if not isinstance(names, tuple):  # an empty list of names, of a layer without weights
            return []
        wanted = places[-1].name
        return [
            _own(group, name)
            for name in names
            if len(places) == 1 or wanted in name.split(":")[0].split("/")[:-1]
        ]

    def _by_kind(self, places, parts) -> list[tuple[h5py.Group, str]]:
        path = "/".join(f"layers/{place.by_kind}" for place in places)
        found = []
        for part in parts or [""]:
            inner = f"{path}/{part}/vars" if part else f"{path}/vars"
            if inner not in self.store:
                continue
            holder, name = _own(self.store, inner)
            group = untrusted.group(holder, name)
            found += [(group, name) for name in sorted(group, key=int)]
        return found


@dataclass(frozen=True)
class Place:
    """How a layer is called where it is.

    Attributes
    ----------
    name : str
        Its own name.
    by_kind : str
        Its class in snake case, counted from the second of a kind on: ``dense``, ``dense_1``.
    """

    name: str
    by_kind: str


def counted_names(classes: Sequence[str]) -> list[str]:
    """What ``.keras`` files call layers of these classes, in the order of their model."""
    seen: dict[str, int] = {}
    found = []
    for name in classes:
        name = re.sub(r"\W+", "", name)
        name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
        name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
        seen[name] = seen.get(name, -1) + 1
        found.append(f"{name}_{seen[name]}" if seen[name] else name)
    return found


@contextmanager
def open_file(path: str | Path) -> Iterator[KerasFile]:
    """Open a ``.keras`` or ``.h5`` file.

    Raises
    ------
    StudyError
        If it is no whole Keras model.
    """
    path = Path(path)
    if not path.is_file():
        raise StudyError(f"{path}: no such file; expected a Keras model there")
    if zipfile.is_zipfile(path):
        with _open_archive(path) as found:
            yield found
        return
    with files.open_h5(path, "save the network again") as file, errors.at(path):
        found = file.attrs.get("model_config")
        if found is None or "model_weights" not in file:
            raise StudyError(
                "found weights alone, expected a whole model; save it by "
                '`model.save("network.keras")`'
            )
        text = found.decode(errors="replace") if isinstance(found, bytes) else str(found)
        yield KerasFile(_parsed(text), untrusted.group(file, "model_weights"), True)


@contextmanager
def _open_archive(path: Path) -> Iterator[KerasFile]:
    with tempfile.TemporaryFile() as unpacked, errors.at(path):
        try:
            description = _unpack(path, unpacked)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise StudyError(f"can't be unpacked: {error}; save the network again") from None
        try:
            file = h5py.File(unpacked, "r")
        except OSError:
            raise StudyError("model.weights.h5 is not HDF5; save the network again") from None
        with file:
            yield KerasFile(description, file, False)


def _unpack(path: Path, into: BinaryIO) -> dict[str, Any]:
    """Copy the weights of a ``.keras`` archive; returns the description of the layers."""
    limits = {"config.json": LARGEST_DESCRIPTION, "model.weights.h5": untrusted.LARGEST}
    with zipfile.ZipFile(path) as archive:
        for name, most in limits.items():
            if name not in archive.namelist():
                raise StudyError(f"found no {name}, expected a Keras model")
            entry = archive.getinfo(name)
            if entry.file_size > min(most, untrusted.MOST_PACKED * (entry.compress_size + 1)):
                raise StudyError(
                    f"{name} claims {entry.file_size:,} bytes of {entry.compress_size:,}"
                )
        with archive.open("model.weights.h5") as packed:
            shutil.copyfileobj(packed, into, CHUNK)
        return _parsed(archive.read("config.json").decode(errors="replace"))


def _parsed(text: str) -> dict[str, Any]:
    try:
        description = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StudyError(f"can't read the description of the layers: {error}") from None
    if not isinstance(description, dict) or not isinstance(description.get("config"), dict):
        raise StudyError("found no description of layers, expected a Keras model")
    return description


def _own(group: h5py.Group, path: str) -> tuple[h5py.Group, str]:
    """The group in this file itself that holds what a path names, and the name there."""
    *groups, name = path.strip("/").split("/")
    for part in groups:
        group = untrusted.group(group, part)
    return group, name
